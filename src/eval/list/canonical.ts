/**
 * Expressions and matches as nft reads them back from the kernel: bytes named anew as fields, bit
 * operations in one form, masks as prefixes, flags as lists.
 *
 * What the kernel's code for two expressions is equal, becomes equal here. Mirrors expr_postprocess
 * and relational_binop_postprocess of nft.
 */
import { endsOf, rangeKey } from '../check/interval.ts';
import type { KnownProtocols } from '../check/known.ts';
import type {
  Binop,
  Concat,
  Element,
  Expr,
  Load,
  Prefix,
  SetLiteral,
  SetRef,
  Statement,
  Value,
} from '../checked.ts';
import { constant, isText, ones } from '../lower/constant.ts';
import { isTurned, transfer } from '../lower/field.ts';
import { hexInteger, integer } from '../type/integer.ts';
import { textValue, valueText } from '../type/string.ts';
import { canonicalBits } from './bits.ts';
import { asDeclared } from './declared.ts';
import { nameBytes, narrow } from './field.ts';
import { underName, widened } from './mask.ts';
import { rereadBits, rereadPrefix } from './reread.ts';

export type Match = Extract<Statement, { kind: 'match' }>;

export const isEquality = (op: Match['op']): boolean => op === '==' || op === '!=';

/** Loads named by the protocols known, sets in order, bit operations in one form. */
export function canonicalExpr(e: Expr, known: KnownProtocols): Expr {
  switch (e.kind) {
    case 'load':
      return underName(canonicalLoad(e, known), known);
    case 'binop':
      return canonicalBits(
        besideName(e, canonicalExpr(e.left, known), canonicalExpr(e.right, known)),
      );
    case 'concat':
      return { ...e, parts: e.parts.map((part) => canonicalExpr(part, known)) };
    case 'set':
      return canonicalSet(e);
    case 'map': {
      const { key, map } = canonicalLookup(e.key, e.map, known);
      const told =
        map.kind === 'set' && key.kind === 'concat' ? canonicalSet(asDeclared(map, key)) : map;
      return { ...e, key, map: told };
    }
    default:
      return e;
  }
}

/** Where the left side became a field under a mask, the operation is one of that field. */
function besideName(e: Binop, left: Expr, right: Expr): Binop {
  if (e.left.kind !== 'load' || left.kind !== 'binop') return { ...e, left, right };
  const { type, bits } = left;
  const own = right.kind === 'value' ? { ...right, type, bits } : right;
  return { ...e, type, bits, left, right: own };
}

/** The key of a look-up and the map, with the operations that nft moves to its constants. */
export function canonicalLookup(
  written: Expr,
  given: SetLiteral | SetRef,
  known: KnownProtocols,
): { key: Expr; map: SetLiteral | SetRef } {
  const key = canonicalExpr(written, known);
  const map = canonicalMap(given);
  if (key.kind !== 'binop' || map.kind !== 'set') return { key, map };
  const moved = transfer(key, map);
  return { key: moved.left, map: canonicalSet(moved.right) };
}

/** A map's keys and data list in the numbers of the plain type: they lost what they were read from. */
export function canonicalMap<M extends SetLiteral | SetRef>(map: M): M {
  if (map.kind !== 'set') return map;
  const plain = map.elements.map(
    (e): Element => ({
      ...e,
      key: plainNumber(e.key),
      ...(e.data && { data: plainNumber(e.data) }),
    }),
  );
  return canonicalSet({ ...map, elements: plain }) as M;
}

function plainNumber(key: Expr): Expr {
  if (key.type.id !== integer.id) return key;
  if (key.kind === 'value') return { ...key, type: integer };
  if (key.kind !== 'range') return key;
  return { ...key, type: integer, low: plainNumber(key.low), high: plainNumber(key.high) };
}

export function canonicalLoad(load: Load, known: KnownProtocols): Load {
  const named = nameBytes(load, known);
  const { of } = named.args as { of?: Expr };
  return of ? { ...named, args: { ...named.args, of: canonicalExpr(of, known) } } : named;
}

export function canonicalSet(set: SetLiteral): SetLiteral {
  const elements = set.elements.map((e): Element => ({ ...e, key: elementKey(e.key, set) }));
  return { ...set, elements };
}

/** In sets of intervals, ranges that a prefix describes list as that, others as ranges. */
function elementKey(key: Expr, set: SetLiteral): Expr {
  if (!set.interval) return key;
  if (key.kind === 'concat') {
    return { ...key, parts: key.parts.map((part) => elementKey(part, set)) };
  }
  const ends = endsOf(key);
  return ends ? rangeKey(key, ends[0], ends[1]) : key;
}

/** A star at the end of a name alone that is no wildcard is escaped (expr_postprocess_string). */
function escapedStar(right: Expr): Expr {
  if (right.kind !== 'value' || right.prefixBits !== undefined || !isText(right.type)) return right;
  const text = valueText(right.value, right.bits);
  if (!text.endsWith('*')) return right;
  return { ...right, value: textValue(`${text.slice(0, -1)}\\*`, right.bits) };
}

export function canonicalMatch(match: Match, known: KnownProtocols): Match {
  const bits = rereadBits(match, known) ?? rereadPrefix(match);
  if (bits) return bits;
  const left = ofTunnel(canonicalExpr(match.left, known), match);
  const right = escapedStar(canonicalExpr(match.right, known));
  const masked = retypedMask(left);
  const moved = canMove(masked, match.op, right)
    ? transfer(masked, right)
    : { left: masked, right };
  const told = untold(moved.left, moved.right);
  const inOrder = told.kind === 'set' ? canonicalSet(told) : told;
  const narrowed = narrow(moved.left, inOrder, known);
  const bytes = widened(narrowed.left, narrowed.right, known);
  return readMask({ ...match, left: bytes.left, right: retyped(bytes.right, bytes.left) });
}

/** Where bytes of a part were turned for a set of ranges, nft doesn't see what it reads. */
function untold(left: Expr, right: Expr): Expr {
  if (left.kind !== 'concat' || right.kind !== 'set' || !right.interval) return right;
  const turned = left.parts.some(
    ({ order, bits, type }) => order === 'host' && bits > 8 && !isText(type),
  );
  return turned ? asDeclared(right, left) : right;
}

/** What a tunnel's own header says prints as bytes without a name do; one value as a plain number. */
function ofTunnel(left: Expr, match: Match): Expr {
  if (left.kind === 'binop') {
    const inner = ofTunnel(left.left, match);
    return inner === left.left ? left : { ...left, left: inner, type: inner.type };
  }
  if (left.kind !== 'load' || left.args.layer !== 'tun') return left;
  const single = match.left.kind === 'load' && match.right.kind === 'value' && isEquality(match.op);
  return { ...left, type: single ? integer : hexInteger(0) };
}

/** Whether nft moves operations from the left side to the constants. */
function canMove(left: Expr, op: Match['op'], right: Expr): boolean {
  if (left.kind !== 'binop' || right.kind === 'setref') return false;
  return !isTurned(left, op, right);
}

const isShift = ({ op }: Binop): boolean => op === '<<' || op === '>>';

/** A mask prints as the field that it is of. */
const retypedMask = (left: Expr): Expr =>
  left.kind === 'binop' && !isShift(left)
    ? { ...left, right: retyped(left.right, left.left) }
    : left;

/** Constants print as the type of what they are compared with. */
export function retyped(right: Expr, left: Expr): Expr {
  if (left.kind === 'binop' && left.op === '&') return retyped(right, left.left);
  if (left.kind === 'concat') return retypedParts(right, left);
  if (left.kind !== 'load' || right.type === left.type) return right;
  const { type, bits, order } = left;
  const like = { type, bits, order };
  switch (right.kind) {
    case 'value':
      return { ...right, ...like };
    case 'range':
      return { ...right, ...like, low: retyped(right.low, left), high: retyped(right.high, left) };
    case 'prefix':
      return { ...right, ...like, base: retyped(right.base, left) };
    case 'set':
      return {
        ...right,
        ...like,
        elements: right.elements.map((e) => ({ ...e, key: retyped(e.key, left) })),
      };
    default:
      return right;
  }
}

/** Of a concatenation only the ports get back what they are. */
function retypedParts(right: Expr, left: Concat): Expr {
  if (right.kind === 'set') {
    const elements = right.elements.map((e) => ({ ...e, key: retypedParts(e.key, left) }));
    return { ...right, elements };
  }
  if (right.kind !== 'concat') return right;
  const parts = right.parts.map((part, i) =>
    left.parts[i]?.type.name === 'inet_service' ? retyped(part, left.parts[i]!) : part,
  );
  return { ...right, parts };
}

/** `x & mask == value`: a prefix, or flags of which some or none are set. */
function readMask(match: Match): Match {
  const { left, op, right } = match;
  if (right.kind === 'prefix') return splitPrefix(match);
  if (left.kind !== 'binop' || left.op !== '&' || right.kind !== 'value') return match;
  const mask = constant(left.right);
  if (mask === undefined || !isEquality(op)) return match;
  if (left.type.bitmask && right.value === 0n) {
    const flags: Value = { ...right, value: mask, type: left.type, bits: left.bits };
    return { ...match, left: left.left, op: op === '==' ? 'none' : 'any', right: flags };
  }
  const length = left.type.prefixes && prefixLength(mask, left.bits);
  if (!length) return match;
  return { ...match, left: left.left, right: asPrefix(right, length) };
}

const asPrefix = (base: Value, length: number): Expr => ({
  kind: 'prefix',
  base,
  length,
  type: base.type,
  bits: base.bits,
  order: base.order,
});

/** The kernel knows prefixes of whole bytes; of types without prefixes others come as masks. */
function splitPrefix(match: Match): Match {
  const { left, right } = match;
  if (right.kind !== 'prefix') return match;
  if (left.kind === 'load' && left.row.cutsPrefix?.(left) && isWholeBytes(right)) {
    const { type, bits, order } = right;
    const value = (constant(right.base) ?? 0n) >> BigInt(bits - right.length);
    return { ...match, right: { kind: 'value', value, type, bits, order } };
  }
  if (right.type.prefixes || isText(right.type)) return match;
  if (left.order === 'big' && isWholeBytes(right)) return match;
  const value = ones(right.length) << BigInt(right.bits - right.length);
  const { type, bits, order } = left;
  const mask: Value = { kind: 'value', value, type, bits, order };
  const binop: Binop = { kind: 'binop', op: '&', left, right: mask, type, bits, order };
  return { ...match, left: binop, right: right.base };
}

const isWholeBytes = ({ length }: Prefix): boolean => length % 8 === 0 && length > 0;

/** How many leading ones a mask of nothing else has. */
function prefixLength(mask: bigint, bits: number): number | undefined {
  const host = ones(bits) ^ mask;
  if ((host & (host + 1n)) !== 0n || mask === 0n) return undefined;
  return bits - (host === 0n ? 0 : host.toString(2).length);
}
