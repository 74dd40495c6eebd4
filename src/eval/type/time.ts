/** Times: durations, moments, times of the day, days of the week. */
import { milliseconds } from '../../parser/time.ts';
import { jsonNumber, numeric, parseDecimal, symbolic } from './define.ts';
import { integer } from './integer.ts';
import { fromLocal, zoneOffset } from './time-zone.ts';
import type { NameScope, PrintOptions, ValueType } from './value-type.ts';

const UNITS_MS = [86400000n, 3600000n, 60000n, 1000n, 1n] as const;

const UNIT_NAMES = ['d', 'h', 'm', 's', 'ms'] as const;

/** Whole seconds where times are to be numbers (`-T`). */
export function printDuration(ms: bigint, { numericTime }: PrintOptions = {}): string {
  if (numericTime) return `${ms / 1000n}s`;
  let rest = ms;
  let text = '';
  for (const [i, unit] of UNITS_MS.entries()) {
    if (rest >= unit) text += `${rest / unit}${UNIT_NAMES[i]}`;
    rest %= unit;
  }
  return text === '' ? '0s' : text;
}

/** Relative times in milliseconds; a bare number is seconds. */
export const time: ValueType = {
  ...numeric({ name: 'time', description: 'relative time', id: 18, bits: 32, base: integer }),
  parse(text) {
    const ms = milliseconds(text);
    if (typeof ms === 'string') return ms;
    return ms < 2 ** 32 ? BigInt(ms) : 'value too large';
  },
  print: (value, _bits, _scope, options) =>
    options.inRange ? `${value / 1000n}s` : printDuration(value),
  json: (value) => jsonNumber(value / 1000n),
};

const two = (n: number): string => n.toString().padStart(2, '0');
const NANOSECONDS = 1000000000n;

function parseDate(text: string, scope: NameScope): bigint | undefined {
  const m = /^(\d{4})-(\d\d?)-(\d\d?)(?: (\d\d?):(\d\d?)(?::(\d\d?))?)?/.exec(text);
  if (!m) return undefined;
  const [year, month, day, hour, minute, second] = m.slice(1).map((x) => Number(x ?? 0));
  const local = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) / 1000;
  return BigInt(fromLocal(scope.timeZone, local)) * NANOSECONDS;
}

function printDate(value: bigint, scope: NameScope): string {
  const seconds = Number(value / NANOSECONDS);
  const local = new Date((seconds + zoneOffset(scope.timeZone, seconds)) * 1000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

/** `meta time`: nanoseconds since 1970. */
export const date: ValueType = {
  ...numeric({
    name: 'time',
    description: 'Relative time of packet reception',
    id: 43,
    bits: 64,
    base: integer,
  }),
  parse: (text, scope) => {
    const number = parseDecimal(text);
    if (number !== undefined) return number * NANOSECONDS;
    return parseDate(text, scope) ?? `Cannot parse date`;
  },
  print: (value, _bits, scope) => `"${printDate(value, scope)}"`,
  json: (value, _bits, scope) => printDate(value, scope),
};

const DAY = 86400;

/** Seconds from local midnight to UTC midnight now: what turns a local time of day into UTC. */
const offsetNow = (scope: NameScope): number =>
  zoneOffset(scope.timeZone, scope.now ? scope.now() : 0);

function parseHour(text: string, scope: NameScope): bigint | undefined {
  const m = /^(\d\d?):(\d\d?)(?::(\d\d?))?$/.exec(text);
  if (!m) return undefined;
  const [hour, minute, second] = m.slice(1).map((x) => Number(x ?? 0));
  if (hour! > 23 || minute! > 59 || second! > 60) return undefined;
  const local = hour! * 3600 + minute! * 60 + second!;
  return BigInt((((local - offsetNow(scope)) % DAY) + DAY) % DAY);
}

function printHour(value: bigint, scope: NameScope): string {
  const offset = offsetNow(scope);
  let seconds = Number(value) + offset;
  if (seconds < 0) seconds += DAY;
  else if (seconds >= DAY && offset !== 0) seconds -= DAY;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? text : `${text}:${two(seconds % 60)}`;
}

/** `meta hour`: seconds of the day in UTC, written and listed in local time. */
export const hour: ValueType = {
  ...numeric({
    name: 'hour',
    description: 'Hour of day of packet reception',
    id: 44,
    bits: 32,
    base: integer,
  }),
  parse: (text, scope) => parseDecimal(text) ?? parseHour(text, scope) ?? 'wrong time format',
  print: (value, _bits, scope) => `"${printHour(value, scope)}"`,
  json: (value, _bits, scope) => printHour(value, scope),
};

const dayNames = symbolic(
  {
    name: 'day',
    description: 'Day of week of packet reception',
    id: 45,
    bits: 8,
    base: integer,
  },
  { Sunday: 0, Monday: 1, Tuesday: 2, Wednesday: 3, Thursday: 4, Friday: 5, Saturday: 6 },
);

export const day: ValueType = {
  ...dayNames,
  print: (value, bits, scope, options) => {
    const text = dayNames.print(value, bits, scope, options);
    return /^\d/.test(text) ? text : `"${text}"`;
  },
};
