/**
 * Elements as ranges of numbers: their ends, overlaps, and joining those that overlap or touch.
 *
 * Mirrors set_automerge and set_overlap of nft for anonymous sets.
 */
import type { Element, Expr, Prefix, Range, Value } from '../checked.ts';
import { constant, isText, ones } from '../lower/constant.ts';

type Ends = readonly [low: bigint, high: bigint];

/** The first and last number that an element's key stands for; undefined for the catch-all. */
export function endsOf(key: Expr): Ends | undefined {
  switch (key.kind) {
    case 'range':
      return [constant(key.low) ?? 0n, constant(key.high) ?? 0n];
    case 'prefix': {
      const base = constant(key.base) ?? 0n;
      return [base, base | ones(key.bits - key.length)];
    }
    case 'value':
      return [key.value, key.value | ones(key.bits - (key.prefixBits ?? key.bits))];
    default:
      return undefined;
  }
}

interface Placed {
  readonly element: Element;
  readonly low: bigint;
  readonly high: bigint;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function placed(elements: readonly Element[]): Placed[] {
  const all = elements.flatMap((element) => {
    const ends = endsOf(element.key);
    return ends ? [{ element, low: ends[0], high: ends[1] }] : [];
  });
  // Of those that begin alike the first written stays the first, as nft sorts them.
  return all.sort((a, b) => compare(a.low, b.low));
}

/** The first two elements of which one has keys of the other; the kernel sees to equal ranges. */
export function overlapOf(elements: readonly Element[]): readonly [Element, Element] | undefined {
  const sorted = placed(elements);
  for (let i = 1; i < sorted.length; i++) {
    const [before, next] = [sorted[i - 1]!, sorted[i]!];
    const same = before.low === next.low && before.high === next.high;
    if (next.low <= before.high && !same) return [next.element, before.element];
  }
  return undefined;
}

/** In order, without overlaps; neighbours that touch become one. The catch-all stays last. */
export function joined(elements: readonly Element[]): readonly Element[] {
  const result: Placed[] = [];
  for (const next of placed(elements)) {
    const last = result.at(-1);
    if (!last || next.low > last.high + 1n) result.push(next);
    else if (next.high > last.high) result[result.length - 1] = widen(last, next.high);
  }
  const rest = elements.filter(({ key }) => endsOf(key) === undefined);
  return [...result.map(({ element }) => element), ...rest];
}

const widen = (last: Placed, high: bigint): Placed => ({
  low: last.low,
  high,
  element: { ...last.element, key: rangeKey(last.element.key, last.low, high) },
});

/** The range as it lists: a prefix where the type has such and the ends allow it. */
export function rangeKey(like: Expr, low: bigint, high: bigint): Value | Range | Prefix {
  const { type, bits, order } = like;
  const typed = { type, bits, order, ...(like.span && { span: like.span }) };
  const value = (number: bigint): Value => ({ kind: 'value', value: number, ...typed });
  if (low === high) return value(low);
  const host = hostBits(low, high);
  if (host !== undefined && isText(type)) return { ...value(low), prefixBits: bits - host };
  if (host !== undefined && type.prefixes)
    return { kind: 'prefix', base: value(low), length: bits - host, ...typed };
  return { kind: 'range', low: value(low), high: value(high), ...typed };
}

/** How many low bits differ, where the range is all numbers that share the bits before them. */
export function hostBits(low: bigint, high: bigint): number | undefined {
  const gap = low ^ high;
  if ((gap & (gap + 1n)) !== 0n || (low & gap) !== 0n) return undefined;
  return gap === 0n ? 0 : gap.toString(2).length;
}
