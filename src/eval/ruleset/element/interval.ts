/**
 * Intervals that commands add to and take from a set: overlaps, merging, cutting.
 *
 * Works on the elements that a command brings and those that the set has; what comes out is what the
 * kernel is asked to delete and to add. Mirrors intervals.c of nft.
 */
import type { Span } from '../../../parser/ast.ts';
import type { ElementSpec } from '../../engine/set/index.ts';

/** A range of keys, both ends included, with what the element has beside its key. */
export interface Interval {
  readonly low: bigint;
  readonly high: bigint;
  readonly spec: ElementSpec;
  /** Where the command has it; elements of the set have none. */
  readonly span?: Span;
  /** The key's own place, at which nft points where it finds fault with it. */
  readonly at?: Span;
}

/** Two places: the interval at fault and, where both are the command's, the other. */
export interface Conflict {
  readonly message: string;
  readonly spans: readonly Span[];
}

/** In order of their beginnings; what is in order already is left so. */
function inOrder(some: readonly Interval[], others: readonly Interval[] = []): Interval[] {
  const all = some.concat(others);
  const sorted = all.every((x, i) => i === 0 || all[i - 1]!.low <= x.low);
  return sorted ? all : all.sort(byLow);
}

const byLow = (a: Interval, b: Interval): number => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0);

/** The first overlap among elements of a set and new ones; the same range twice is none. */
export function findOverlap(existing: Interval[], added: Interval[]): Conflict | undefined {
  const all = inOrder(existing, added);
  for (let i = 1; i < all.length; i++) {
    const prev = all[i - 1]!;
    const next = all[i]!;
    if (prev.high < next.low) continue;
    if (prev.low === next.low && prev.high === next.high) continue;
    const spans = [next.at ?? next.span, prev.span].filter((s) => s !== undefined);
    const message =
      spans.length === 2
        ? 'conflicting intervals specified'
        : 'interval overlaps with an existing one';
    return { message, spans };
  }
  return undefined;
}

/** What a command makes of a set: whole elements go, others come. */
export interface Edit {
  readonly remove: readonly Interval[];
  readonly add: readonly Interval[];
}

/** Joins what overlaps or touches; elements of the set that grow are taken out first. */
export function merge(existing: Interval[], added: Interval[], touching: boolean): Edit {
  const all = inOrder(existing, added);
  const remove: Interval[] = [];
  const add: Interval[] = [];
  for (let i = 0; i < all.length; ) {
    const group = [all[i++]!];
    let { high } = group[0]!;
    while (i < all.length && all[i]!.low <= (touching ? high + 1n : high)) {
      const next = all[i++]!;
      group.push(next);
      if (next.high > high) high = next.high;
    }
    joinGroup(group, high, remove, add);
  }
  return { remove, add };
}

function joinGroup(group: Interval[], high: bigint, remove: Interval[], add: Interval[]): void {
  const { low } = group[0]!;
  const living = group.filter((i) => i.span === undefined);
  if (living.some((i) => i.low === low && i.high === high)) {
    remove.push(...living.filter((i) => i.low !== low || i.high !== high));
    return;
  }
  const first = group.find((i) => i.span !== undefined) ?? group[0]!;
  remove.push(...living);
  add.push({ ...first, low, high });
}

/** How ranges may be named: joined where they touch, and by a part of an element. */
export interface Deletion {
  readonly joined: boolean;
  readonly parts: boolean;
}

/** Takes ranges out of a set. */
export function cut(
  existing: Interval[],
  deleted: Interval[],
  { joined, parts }: Deletion,
): Edit | Conflict {
  const living = inOrder(existing);
  const remove: Interval[] = [];
  const add: Interval[] = [];
  for (const d of joined ? merge([], deleted, true).add : deleted) {
    const at = lastNotAbove(living, d.low);
    const found = living[at];
    const whole = found?.low === d.low && found.high === d.high;
    if (!found || found.high < d.high || !(whole || parts)) {
      return noElement(d);
    }
    remove.push(found);
    const rest: Interval[] = [];
    // What the kernel says of a part that stays is said of what was taken out of it.
    const { span } = d;
    if (found.low < d.low) rest.push({ ...found, span, high: d.low - 1n });
    if (found.high > d.high) rest.push({ ...found, span, low: d.high + 1n });
    living.splice(at, 1, ...rest);
    add.push(...rest);
  }
  return settle(remove, add);
}

/** What nft itself says of an element that is to be deleted and is not there. */
export function noElement({ at, span }: Pick<Interval, 'at' | 'span'>): Conflict {
  const place = at ?? span;
  return { message: 'element does not exist', spans: place ? [place] : [] };
}

/** Pieces that were cut again need not come and go. */
function settle(remove: Interval[], add: Interval[]): Edit {
  const same = (a: Interval) => (b: Interval) => a.low === b.low && a.high === b.high;
  const passing = add.filter((a) => remove.some(same(a)));
  return {
    remove: remove.filter((r) => !passing.some(same(r))),
    add: add.filter((a) => !passing.includes(a)),
  };
}

/** The index of the last interval that begins at or below a key. */
function lastNotAbove(sorted: readonly Interval[], key: bigint): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (sorted[mid]!.low <= key) low = mid + 1;
    else high = mid;
  }
  return low - 1;
}
