/** Rates as `limit` has them, as statement and as object: `rate over 400/minute burst 5 packets`. */
import type { Args } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import {
  alt,
  choice,
  fork,
  type Item,
  judged,
  kw,
  num,
  opt,
  type Phrase,
  unit,
} from '../../parser/phrase.ts';
import { choiceOf, numberOf, wordOf } from '../check/arg.ts';
import type { Json } from '../list/json.ts';
import type { Errno } from '../row.ts';
import { jsonNumber } from '../type/define.ts';
import { amount, amountText, bytesOfAmount, byteUnit, unitFault } from './unit.ts';

/** The units of time by their seconds. */
const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;

export type LimitArgs = {
  readonly type: 'packets' | 'bytes';
  /** Packets or bytes in each `seconds`. */
  readonly rate: bigint;
  readonly seconds: number;
  readonly burst: bigint;
  /** Matches what exceeds the rate. */
  readonly over: boolean;
};

/** Packets that may come at once where nothing else is said. */
export const DEFAULT_BURST = 5n;

const per: Phrase = [kw('/'), choice('per', ...Object.keys(SECONDS))];

const burst = (...of: Item[]): Item => opt(alt('burst', { burst: of }));

const someBytes = burst(kw('burst'), num('number'), unit('unit', unitFault, 'bytes'));
const packets = [kw('burst'), num('number'), kw('packets')];
const somePackets = judged(
  (args) =>
    BigInt(numberOf(args, 'number')!.value) > 0n ? undefined : 'packet limit burst must be > 0',
  ...packets,
);

/** `mbytes` before a slash, `mbytes/second` */
function rateFault(text: string, next: string): string | undefined {
  if (!text.includes('/') && next !== '/')
    return 'wrong rate format, expecting {bytes,kbytes,mbytes}/{second,minute,hour,day,week}';
  const [of = '', time] = text.split('/', 2);
  const isTime = time === undefined || time in SECONDS;
  const wrong = 'Wrong time format, expecting second, minute, hour, day or week';
  return unitFault(of) ?? (isTime ? undefined : wrong);
}

const ratePhrase = (...packets: Item[]): Phrase => [
  kw('rate'),
  opt(choice('mode', 'over')),
  num('rate'),
  fork([...per, burst(...packets)], [unit('unit', rateFault, 'bytes'), ...per, someBytes]),
];

export const limitPhrase = ratePhrase(somePackets);

/** An object may have a burst of none, which the kernel takes for the usual one. */
export const limitLine = ratePhrase(...packets);

export function checkLimit(args: Args): LimitArgs | undefined {
  const rate = numberOf(args, 'rate');
  const per = wordOf(args, 'per');
  if (!rate || !per) return undefined;
  const unit = wordOf(args, 'unit');
  const shared = {
    seconds: SECONDS[per.text as keyof typeof SECONDS],
    over: wordOf(args, 'mode')?.text === 'over',
  };
  if (unit)
    return { type: 'bytes', rate: bytesOfAmount(rate, unit), burst: byteBurst(args), ...shared };
  return { type: 'packets', rate: BigInt(rate.value), burst: packetBurst(args), ...shared };
}

function packetBurst(args: Args): bigint {
  const number = numberOf(choiceOf(args, 'burst')?.args ?? {}, 'number');
  return BigInt(number?.value ?? 0) || DEFAULT_BURST;
}

function byteBurst(args: Args): bigint {
  const parts = choiceOf(args, 'burst')?.args ?? {};
  const number = numberOf(parts, 'number');
  const unit = wordOf(parts, 'unit');
  return number && unit ? bytesOfAmount(number, unit) : 0n;
}

/** The unit of time of so many seconds. */
export const unitOf = (seconds: number): string =>
  Object.entries(SECONDS).find(([, n]) => n === seconds)?.[0] ?? 'error';

/** `rate over 400/minute burst 5 packets`, or without the burst. */
export function limitText(args: LimitArgs, withoutBurst = args.burst === 0n): string {
  const { type, rate, seconds, burst, over } = args;
  const head = `rate ${over ? 'over ' : ''}`;
  const per = `/${unitOf(seconds)}`;
  const isPackets = type === 'packets';
  const text = `${head}${isPackets ? rate : amountText(rate)}${per}`;
  if (withoutBurst) return text;
  return `${text} burst ${isPackets ? `${burst} packets` : amountText(burst)}`;
}

export function limitJson({ type, rate, seconds, burst, over }: LimitArgs): {
  readonly [key: string]: Json | undefined;
} {
  const per = unitOf(seconds);
  const inverted = over ? { inv: true } : {};
  if (type === 'packets') {
    return { rate: jsonNumber(rate), burst: jsonNumber(burst), per, ...inverted };
  }
  const bytes = amount(rate);
  const extra = amount(burst);
  return {
    rate: jsonNumber(bytes.value),
    burst: jsonNumber(extra.value),
    per,
    ...inverted,
    rate_unit: bytes.unit,
    burst_unit: extra.unit,
  };
}

/** The parts of `limitPhrase`; undefined where JSON says no rate. */
export function rateFromJson(value: JsonValue, from: JsonStatements): Args | undefined {
  const rate = member(value, 'rate', 'integer');
  const per = member(value, 'per', 'string');
  if (rate === undefined || per === undefined) return undefined;
  const burst = member(value, 'burst', 'integer') ?? 0;
  const unit = member(value, 'rate_unit', 'string') ?? 'packets';
  const inPackets = unit === 'packets';
  const burstUnit = inPackets ? unit : byteUnit(member(value, 'burst_unit', 'string'));
  return {
    rate: from.number(rate),
    per: from.word(per in SECONDS ? per : 'second'),
    ...(!inPackets && { unit: from.word(byteUnit(unit)) }),
    ...(member(value, 'inv', 'boolean') && { mode: from.word('over') }),
    ...(burst > 0 && {
      burst: from.choice('burst', { number: from.number(burst), unit: from.word(burstUnit) }),
    }),
  };
}

const NS_PER_SECOND = 1_000_000_000n;
const MAX_U64 = (1n << 64n) - 1n;

/** The token bucket must be expressible in nanoseconds (nft_limit_init). */
export function limitErrno({ type, rate, seconds, burst }: LimitArgs): Errno | undefined {
  if (rate === 0n) return 'EINVAL';
  if (rate + burst > MAX_U64) return 'EOVERFLOW';
  const ns = BigInt(seconds) * NS_PER_SECOND;
  const bucket = type === 'packets' ? (ns / rate) * burst : ns * (rate + burst);
  return bucket > MAX_U64 ? 'EOVERFLOW' : undefined;
}
