/** What maps hold, as bytes in registers. Mirrors netlink_gen_data of nft for ranges. */
import type { Element, Expr } from '../checked.ts';
import { bytesOf, constant, constantBytes, isText, ones } from './constant.ts';

/** Whether a map's literal holds ranges: then all its values are sent as such. */
export const mapsToRanges = (elements: readonly Element[]): boolean =>
  elements.some((e) => e.data !== undefined && isRange(e.data));

/** Whether it is, or has in one of its parts, more than one value. */
export const isRange = (e: Expr): boolean =>
  e.kind === 'range' || e.kind === 'prefix' || (e.kind === 'concat' && e.parts.some(isRange));

/** What a map holds for a key: a value, or the first and the last one in registers of their own. */
export function dataBytes(data: Expr, ranges: boolean): Uint8Array {
  if (!ranges) return constantBytes(data);
  return joined([edge(data, 0), edge(data, 1)]);
}

const padded = (length: number): number => 4 * Math.ceil(length / 4);

/** One behind the other, each in whole registers. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((n, part) => n + padded(part.length), 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += padded(part.length);
  }
  return bytes;
}

/** The first or the last value of a range, in every part of a concatenation. */
function edge(e: Expr, side: 0 | 1): Uint8Array {
  if (e.kind === 'concat') return joined(e.parts.map((part) => edge(part, side)));
  return bytesOf(endsOf(e)[side], e.bits, isText(e.type) ? 'big' : e.order);
}

function endsOf(e: Expr): readonly [bigint, bigint] {
  if (e.kind === 'range') return [constant(e.low) ?? 0n, constant(e.high) ?? 0n];
  const base = constant(e) ?? 0n;
  const free = e.kind === 'prefix' ? ones(e.bits - e.length) : 0n;
  return [base & ~free, base | free];
}
