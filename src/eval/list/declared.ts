/**
 * Elements of anonymous sets that nft reads by the types of the set alone, because what it compares
 * them with tells it nothing: types without a size of their own take no bits, so that what follows is
 * read from their place. Mirrors concat_elem_expr and constant_expr_splice of nft.
 */
import { endsOf, rangeKey } from '../check/interval.ts';
import type { ByteOrder, Concat, Element, Expr, SetLiteral } from '../checked.ts';
import { bytesOf, constant, isText, numberIn } from '../lower/constant.ts';
import type { ValueType } from '../type/index.ts';
import { boolean, integer } from '../type/integer.ts';
import { isBytes } from './field.ts';

const WORD = 32;
const words = (bits: number): number => 4 * Math.ceil(bits / WORD);

/** The keys as they list then; `left` is what they are compared with. */
export function asDeclared(set: SetLiteral, left: Concat): SetLiteral {
  const types = left.parts.map((part) => (isPresence(part) ? boolean : part.type));
  const elements = set.elements.map(
    (e): Element =>
      e.key.kind === 'concat' ? { ...e, key: reread(e.key, types, set.interval) } : e,
  );
  return { ...set, elements };
}

/** Whether a header or option is there. */
const isPresence = (part: Expr): boolean =>
  part.kind === 'load' && part.bits === 1 && !isBytes(part);

/** In sets of ranges all numbers lie with their first byte first. */
const orderOf = (part: Expr, interval: boolean): ByteOrder =>
  interval || isText(part.type) ? 'big' : part.order;

function reread(key: Concat, types: readonly ValueType[], interval: boolean): Concat {
  const [low, high] = [0, 1].map((end) => bytes(key, end, interval));
  let at = 0;
  const parts = key.parts.map((part, i): Expr => {
    const type = types[i]!;
    const bits = 8 * Math.ceil(type.bits / 8);
    if (bits === 0) return { kind: 'value', value: 0n, type: integer, bits: 8, order: 'big' };
    const order = orderOf(part, interval);
    const number = (of: Uint8Array) => numberIn(of.subarray(at, at + bits / 8), order);
    const found = rangeKey({ ...part, type, bits }, number(low!), number(high!));
    at += words(bits);
    return found;
  });
  return { ...key, parts };
}

/** The bytes of a key's low or high end. */
function bytes(key: Concat, end: number, interval: boolean): Uint8Array {
  const all = new Uint8Array(key.parts.reduce((n, part) => n + words(part.bits), 0));
  let at = 0;
  for (const part of key.parts) {
    const value = endsOf(part)?.[end] ?? constant(part) ?? 0n;
    all.set(bytesOf(value, part.bits, orderOf(part, interval)), at);
    at += words(part.bits);
  }
  return all;
}
