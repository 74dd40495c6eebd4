/** Matches: a selector (or some, joined) held against a value, a set, a mask. */
import { VALUES } from './field.ts';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';
import { type Selector, selector } from './selector.ts';
import { interval, isFlags, literal } from './value.ts';

/** A named set or map that rules may look into. */
export interface SetName {
  readonly name: string;
  readonly selectors: readonly string[];
  /** What it maps to: a type's name, `verdict`; absent: a set. */
  readonly data?: string;
  /** Rules may add to it. */
  readonly dynamic: boolean;
}

export interface Scope {
  readonly machine: Machine;
  readonly sets: readonly SetName[];
}

/** Something to compare with. */
function side(r: Random, s: Selector, { machine }: Scope): string | undefined {
  if (s.optional && r.percent(60)) return r.pick(['exists', 'exists', 'missing']);
  const carried = VALUES[s.text];
  if (carried && r.percent(70)) return r.pick(carried);
  return r.percent(20) ? interval(r, s.type, machine) : literal(r, s.type, machine);
}

/** The elements of an anonymous set, without repeats. */
function elements(r: Random, s: readonly Selector[], { machine }: Scope): string[] {
  const one = (of: Selector) =>
    (VALUES[of.text] && r.percent(50) ? r.pick(VALUES[of.text]!) : undefined) ??
    (r.percent(25) ? interval(r, of.type, machine) : undefined) ??
    literal(r, of.type, machine);
  const all = r.times(r.between(2, 4), () => s.map(one));
  const whole = all.filter((parts) => parts.every((p) => p !== undefined));
  return [...new Set(whole.map((parts) => parts.join(' . ')))];
}

const comparison = (r: Random, s: Selector, scope: Scope): string | undefined => {
  const value = side(r, s, scope);
  if (value === undefined) return undefined;
  const ordered = s.type.name === 'integer' && /^\d+$/.test(value);
  const op = r.weighted([
    [12, ''],
    [s.usual ? 4 : 12, '!= '],
    [ordered ? 3 : 0, '< '],
    [ordered ? 3 : 0, '>= '],
  ]);
  return `${s.text} ${op}${value}`;
};

function flags(r: Random, s: Selector, { machine }: Scope): string | undefined {
  const [a, b] = r.times(2, () => literal(r, s.type, machine));
  if (a === undefined || b === undefined) return undefined;
  if (s.type.name !== 'tcp_flag')
    return r.percent(80) ? `${s.text} ${a},${b}` : `${s.text} { ${a} }`;
  return r.weighted([
    [3, `${s.text} ${a},${b}`],
    [2, `${s.text} ! ${a}`],
    [3, `${s.text} & (${a} | ${b}) == ${a}`],
    [2, `${s.text} ${a} / ${a},${b}`],
    [1, `${s.text} & (${a} | ${b}) != ${a} | ${b}`],
  ]);
}

function masked(r: Random, s: Selector): string | undefined {
  if (!['integer', 'mark', 'inet_service'].includes(s.type.name) || s.optional) return undefined;
  const max = 2 ** Math.min(s.type.bits || 8, 31) - 1;
  const mask = r.pick([1, 3, 0xf, 0xff, 0xfffe].filter((m) => m <= max));
  const value = r.below(4) & mask;
  return `${s.text} & 0x${mask.toString(16)} ${r.pick(['==', '!='])} 0x${value.toString(16)}`;
}

function among(r: Random, scope: Scope): string | undefined {
  const of = r.percent(75) ? [selector(r)] : [selector(r), selector(r)];
  const found = elements(r, of, scope);
  if (found.length === 0) return undefined;
  const not = r.percent(20) ? '!= ' : '';
  return `${of.map((s) => s.text).join(' . ')} ${not}{ ${found.join(', ')} }`;
}

function inNamed(r: Random, { sets }: Scope): string | undefined {
  const plain = sets.filter((set) => set.data === undefined);
  if (plain.length === 0) return undefined;
  const set = r.pick(plain);
  return `${set.selectors.join(' . ')} ${r.percent(20) ? '!= ' : ''}@${set.name}`;
}

/** A match that may or may not be allowed where it will stand. */
export function match(r: Random, scope: Scope): string | undefined {
  const s = selector(r);
  return r.weighted<() => string | undefined>([
    [isFlags(s.type) ? 40 : 0, () => flags(r, s, scope)],
    [40, () => comparison(r, s, scope)],
    [12, () => among(r, scope)],
    [8, () => inNamed(r, scope)],
    [6, () => masked(r, s)],
  ])();
}

/** A verdict map of what is asked: `meta l4proto vmap { tcp : jump c1, udp : accept }`. */
export function verdictMap(r: Random, scope: Scope, verdict: () => string): string | undefined {
  const named = scope.sets.filter((set) => set.data === 'verdict');
  if (named.length > 0 && r.percent(30)) {
    const map = r.pick(named);
    return `${map.selectors.join(' . ')} vmap @${map.name}`;
  }
  const of = r.percent(80) ? [selector(r)] : [selector(r), selector(r)];
  const found = elements(r, of, scope);
  if (found.length === 0) return undefined;
  const lines = found.map((e) => `${e} : ${verdict()}`);
  return `${of.map((s) => s.text).join(' . ')} vmap { ${lines.join(', ')} }`;
}
