/**
 * The order in which elements of a set list. Mirrors list_expr_sort of nft.
 */

import { endsOf } from '../check/interval.ts';
import type { Element, Expr, SetLiteral } from '../checked.ts';
import { bytesOf, constantBytes, isText, numberIn } from '../lower/constant.ts';
import type { PrintOptions } from '../type/index.ts';

/**
 * By value; flags by the first of them; texts and concatenations as their bytes read as one number, the first byte least. Ranges of
 * concatenations stay as the kernel gives them, the catch-all comes last. Events tell of elements as they were sent.
 */
export function orderedElements(set: SetLiteral, { asSent }: PrintOptions): readonly Element[] {
  if (asSent || (set.interval && set.type.parts)) return set.elements;
  const ranked = set.elements.map((element) => ({ element, rank: rankOf(element.key, set) }));
  ranked.sort((a, b) => compare(a.rank, b.rank));
  return ranked.map(({ element }) => element);
}

function compare(a: bigint | undefined, b: bigint | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function rankOf(key: Expr, set: SetLiteral): bigint | undefined {
  if (key.kind === 'wildcard') return undefined;
  if (key.kind === 'concat') return numberIn(constantBytes(key), 'host');
  const low = endsOf(key)?.[0] ?? 0n;
  if (key.type.bitmask) return low & -low;
  return isText(key.type) && !set.interval ? numberIn(bytesOf(low, key.bits, 'big'), 'host') : low;
}
