/**
 * Elements of a set as the kernel gets them: intervals as a start and an end of their own.
 *
 * A set of intervals that are no concatenations is a sorted list of starts and ends, with an end at
 * zero before the first; concatenations carry the end of their range in the element. Mirrors
 * set_to_intervals of nft, NFTA_SET_ELEM_*.
 */
import type { ByteOrder, Element, Expr, Verdict } from '../checked.ts';
import { bytesOf, constant, constantBytes, isText, ones } from './constant.ts';

export interface KernelElement {
  /** Absent: the catch-all. */
  readonly key?: Uint8Array;
  /** The last key, of a range of concatenations. */
  readonly keyEnd?: Uint8Array;
  /** Data of a map; two values where it maps to ranges. */
  readonly data?: Uint8Array | Verdict;
  /** NFT_SET_ELEM_INTERVAL_END 1, NFT_SET_ELEM_CATCHALL 2 */
  readonly flags: 0 | 1 | 2;
  readonly comment?: string;
  /** The interval reaches the last key: it has no end of its own. */
  readonly open?: true;
}

export interface ElementsShape {
  readonly interval: boolean;
  /** Anonymous sets leave out ends where the next interval starts. */
  readonly anonymous: boolean;
  /** The map's data are ranges. */
  readonly ranges: boolean;
  /** The set was empty: an end at zero goes before the first element. */
  readonly first: boolean;
}

export function kernelElements(
  elements: readonly Element[],
  shape: ElementsShape,
): readonly KernelElement[] {
  const listed = elements.filter((e) => e.key.kind !== 'wildcard');
  const rest = elements.filter((e) => e.key.kind === 'wildcard');
  const order = shape.interval ? 'big' : undefined;
  const isConcat = listed[0]?.key.kind === 'concat';
  const kept =
    shape.interval && !isConcat
      ? intervals(listed, shape)
      : listed.map((e) => single(e, shape, order));
  return [...kept, ...rest.map((e): KernelElement => ({ ...payload(e, shape), flags: 2 }))];
}

function payload(e: Element, shape: ElementsShape): Pick<KernelElement, 'data' | 'comment'> {
  return {
    ...(e.data && { data: dataOf(e.data, shape) }),
    ...(e.comment !== undefined && { comment: e.comment }),
  };
}

const dataOf = (data: Expr, shape: ElementsShape): Uint8Array | Verdict =>
  data.kind === 'verdict' ? data : dataBytes(data, shape.ranges);

/** Whether a map's literal holds ranges: then all its values are sent as such. */
export const mapsToRanges = (elements: readonly Element[]): boolean =>
  elements.some((e) => e.data !== undefined && isRange(e.data));

const isRange = (e: Expr): boolean =>
  e.kind === 'range' || e.kind === 'prefix' || (e.kind === 'concat' && e.parts.some(isRange));

/** What a map holds for a key: a value, or the first and the last one in registers of their own. */
export function dataBytes(data: Expr, ranges: boolean): Uint8Array {
  if (!ranges) return constantBytes(data);
  const low = edge(data, 'low');
  const high = edge(data, 'high');
  const bytes = new Uint8Array(2 * padded(low.length));
  bytes.set(low);
  bytes.set(high, padded(low.length));
  return bytes;
}

const padded = (length: number): number => 4 * Math.ceil(length / 4);

/** The first or last value of a range, in every part of a concatenation. */
function edge(e: Expr, side: 'low' | 'high', order?: ByteOrder): Uint8Array {
  if (e.kind === 'concat') {
    const parts = e.parts.map((part) => edge(part, side, order));
    const bytes = new Uint8Array(parts.reduce((n, part) => n + padded(part.length), 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += padded(part.length);
    }
    return bytes;
  }
  const value = endsOf(e)[side === 'low' ? 0 : 1];
  return bytesOf(value, e.bits, isText(e.type) ? 'big' : (order ?? e.order));
}

/** The first and the last number that a key stands for. */
function endsOf(key: Expr): readonly [bigint, bigint] {
  if (key.kind === 'range') return [constant(key.low) ?? 0n, constant(key.high) ?? 0n];
  const base = constant(key) ?? 0n;
  const fixed =
    key.kind === 'prefix'
      ? key.length
      : key.kind === 'value'
        ? (key.prefixBits ?? key.bits)
        : key.bits;
  const free = ones(key.bits - fixed);
  return [base & ~free, base | free];
}

function single(e: Element, shape: ElementsShape, order?: ByteOrder): KernelElement {
  if (!shape.interval) {
    return { key: constantBytes(e.key, order), ...payload(e, shape), flags: 0 };
  }
  const key = edge(e.key, 'low', order);
  return { key, keyEnd: edge(e.key, 'high', order), ...payload(e, shape), flags: 0 };
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function intervals(elements: readonly Element[], shape: ElementsShape): KernelElement[] {
  const sorted = elements
    .map((element) => ({ element, ends: endsOf(element.key) }))
    .sort((a, b) => compare(a.ends[0], b.ends[0]));
  const result: KernelElement[] = [];
  sorted.forEach(({ element, ends: [low, high] }, i) => {
    const { bits } = element.key;
    const bytes = (value: bigint) => bytesOf(value, bits, 'big');
    if (i === 0 && shape.first && low > 0n) result.push({ key: bytes(0n), flags: 1 });
    const open = high === ones(bits);
    const start: KernelElement = { key: bytes(low), ...payload(element, shape), flags: 0 };
    result.push(open ? { ...start, open } : start);
    const meets = shape.anonymous && sorted[i + 1]?.ends[0] === high + 1n;
    if (!open && !meets) result.push({ key: bytes(high + 1n), flags: 1 });
  });
  return result;
}
