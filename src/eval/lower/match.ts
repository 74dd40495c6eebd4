/**
 * Matches to ops: comparisons, ranges, prefixes, flags, look-ups.
 *
 * Mirrors netlink_gen_relational: order and range comparisons are done in network order, a prefix of
 * whole bytes compares fewer bytes, other prefixes mask.
 */
import type { ByteOrder, Expr, Load, Prefix, Range, RelOp, Value } from '../checked.ts';
import type { Op } from '../ir.ts';
import { byteLength, bytesOf, constant, constantBytes, isText, ones } from './constant.ts';
import { emit, emitKey } from './emit.ts';
import { isOrdered, isTurned, number, transfer } from './field.ts';
import type { Machine } from './machine.ts';
import { COMPARED, shape } from './shape.ts';

type Rel = Extract<Op, { op: 'cmp' }>['rel'];

const RELATIONS: Readonly<Record<Exclude<RelOp, 'any' | 'none'>, Rel>> = {
  '==': 'eq',
  '!=': 'neq',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
};

export function emitMatch(left: Expr, op: RelOp, right: Expr, m: Machine): void {
  const sreg = m.allocate(left);
  if (right.kind === 'set' || right.kind === 'setref') {
    const set = emitKey(left, right, sreg, m, { site: COMPARED, of: 'match' });
    m.emit({ op: 'lookup', set, sreg, ...(op === '!=' && { invert: true as const }) });
  } else if (op === 'any' || op === 'none') emitFlags(left, op, right, sreg, m);
  else emitComparison(left, op, right, sreg, m);
  m.release(sreg);
}

/** Some, or none, of these bits are set. */
function emitFlags(left: Expr, op: 'any' | 'none', right: Expr, sreg: number, m: Machine): void {
  const sides = transfer(shape(left, COMPARED, m), right);
  const bits = sides.right.bits;
  const zero = new Uint8Array(byteLength(bits));
  emit(sides.left, sreg, m);
  const mask = constantBytes(sides.right, sides.left.order);
  m.emit({ op: 'bitwise', kind: 'mask', sreg, dreg: sreg, len: zero.length, mask, xor: zero });
  m.emit({ op: 'cmp', rel: op === 'any' ? 'neq' : 'eq', sreg, data: zero });
}

function emitComparison(
  left: Expr,
  op: Exclude<RelOp, 'any' | 'none'>,
  right: Expr,
  sreg: number,
  m: Machine,
): void {
  const shaped = shape(left, COMPARED, m);
  const order = isOrdered(op, right) ? 'big' : shaped.order;
  const sides = isTurned(shaped, op, right) ? { left: shaped, right } : transfer(shaped, right);
  if (sides.right.kind === 'range') {
    emit(sides.left, sreg, m, order);
    m.emit(rangeOp(sides.right, op === '!=' ? 'neq' : 'eq', sreg, order));
  } else if (sides.right.kind === 'prefix') {
    emitPrefix(sides.left, RELATIONS[op], sides.right, sreg, m);
  } else if (sides.right.kind === 'value' && sides.right.prefixBits !== undefined) {
    emitWildcard(sides.left, RELATIONS[op], sides.right, sides.right.prefixBits, sreg, m);
  } else {
    emit(sides.left, sreg, m, left.kind === 'concat' ? undefined : order);
    const data = constantBytes(sides.right, left.kind === 'concat' ? undefined : order);
    m.emit({ op: 'cmp', rel: RELATIONS[op], sreg, data });
  }
}

const rangeOp = (right: Range, rel: 'eq' | 'neq', sreg: number, order: ByteOrder): Op => ({
  op: 'range',
  rel,
  sreg,
  low: constantBytes(right.low, order),
  high: constantBytes(right.high, order),
});

function emitPrefix(left: Expr, rel: Rel, right: Prefix, sreg: number, m: Machine): void {
  const { bits, length } = right;
  const base = constant(right.base) ?? 0n;
  const order = left.order;
  if (order === 'big' && length > 0 && length % 8 === 0) {
    emit(left.kind === 'load' ? shortened(left, length) : left, sreg, m);
    const data = bytesOf(base >> BigInt(bits - length), length, order);
    m.emit({ op: 'cmp', rel, sreg, data });
    return;
  }
  emit(left, sreg, m);
  const mask = bytesOf(ones(length) << BigInt(bits - length), bits, order);
  const xor = new Uint8Array(mask.length);
  m.emit({ op: 'bitwise', kind: 'mask', sreg, dreg: sreg, len: mask.length, mask, xor });
  m.emit({ op: 'cmp', rel, sreg, data: bytesOf(base, bits, order) });
}

/** Only the first `length` bits of what is loaded, where the row can load less. */
function shortened(left: Load, length: number): Load {
  const field = left.row.field?.(left);
  return field && left.row.at ? left.row.at(left, field.offset, length) : left;
}

/** `eth*`: the bytes before the star. */
function emitWildcard(
  left: Expr,
  rel: Rel,
  right: Value,
  prefixBits: number,
  sreg: number,
  m: Machine,
): void {
  emit(left, sreg, m);
  const start = right.value >> BigInt(right.bits - prefixBits);
  const order = isText(right.type) ? 'big' : left.order;
  m.emit({ op: 'cmp', rel, sreg, data: constantBytes(number(right, start, prefixBits), order) });
}
