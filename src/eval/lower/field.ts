/**
 * Fields of the packet that do not fill whole bytes: what is loaded, masked and shifted for them.
 *
 * `ip dscp` is six bits of a byte: the byte is loaded, masked with 0xfc and shifted right by two.
 * Compared with a constant, nft moves the shift to the constant's side. Mirrors
 * expr_evaluate_bits, stmt_evaluate_payload and binop_transfer.
 */
import type {
  Binop,
  ByteOrder,
  Element,
  Expr,
  Load,
  RelOp,
  SetLiteral,
  Value,
} from '../checked.ts';
import type { Field } from '../row.ts';
import { constant, ones } from './constant.ts';

/** Whole bytes around a field, and how far its lowest bit lies from theirs. */
export interface Window {
  readonly load: Load;
  readonly shift: number;
}

/** The field of a load that does not begin and end on bytes; undefined for all other loads. */
export function oddField(load: Load): Field | undefined {
  const field = load.row.field?.(load);
  return field && (field.offset % 8 !== 0 || field.bits % 8 !== 0) ? field : undefined;
}

/** The bytes that a field lies in. */
export function windowOf(load: Load, field: Field): Window {
  const offset = field.offset - (field.offset % 8);
  const bits = 8 * Math.ceil((field.offset - offset + field.bits) / 8);
  return { load: at(load, offset, bits), shift: offset + bits - field.offset - field.bits };
}

/** The bytes to rewrite for a field: an even number of them where a checksum covers them. */
export function writeWindow(load: Load, field: Field): Window {
  const { shift } = windowOf(load, field);
  let first = Math.floor(field.offset / 8);
  let bytes = (field.offset + field.bits + shift) / 8 - first;
  if (!field.paired || bytes % 2 === 0) return { load: at(load, 8 * first, 8 * bytes), shift };
  bytes++;
  if (first % 2 === 0) return { load: at(load, 8 * first, 8 * bytes), shift: shift + 8 };
  first--;
  return { load: at(load, 8 * first, 8 * bytes), shift };
}

function at(load: Load, offset: number, bits: number): Load {
  const { row } = load;
  if (!row.at) throw new TypeError(`${row.name}: a field of odd bits needs at()`);
  return row.at(load, offset, bits);
}

/**
 * `(bytes & mask) >> shift` for a field of odd bits; any other load as it is. The kernel shifts
 * words in host order: `order` is what the shift is to be done in. A plain comparison leaves it as the
 * packet has it, for there the shift mostly moves to the constant.
 */
export function whole(load: Load, order: ByteOrder = load.order): Expr {
  const field = oddField(load);
  if (!field) return load;
  const window = windowOf(load, field);
  const bits = field.bits + window.shift;
  const masked = binop('&', window.load, ones(field.bits) << BigInt(window.shift), bits);
  if (!window.shift) return masked;
  const shifted: Binop = {
    ...binop('>>', masked, BigInt(window.shift), bits),
    implied: true,
  };
  return bits > 8 ? { ...shifted, order } : shifted;
}

/** The bytes that a load lies in, as they are. */
export function unshifted(load: Load): Load {
  const field = oddField(load);
  if (!field) return load;
  return at(load, field.offset - (field.offset % 8), 8 * Math.ceil(field.bits / 8));
}

export const number = (like: Expr, value: bigint, bits: number): Value => ({
  kind: 'value',
  type: like.type,
  order: like.order,
  bits,
  value,
});

const binop = (op: Binop['op'], left: Expr, value: bigint, bits: number): Binop => ({
  kind: 'binop',
  op,
  type: left.type,
  order: left.order,
  bits,
  left,
  right: number(left, value, bits),
});

/** A comparison's two sides with the operations that could be moved to the constant's side. */
export interface Sides<R extends Expr> {
  readonly left: Expr;
  readonly right: R;
}

/**
 * Moves a shift or `^` by a constant from the left side to the constants of the right one: one of
 * them, and to all constants or none. A right shift makes the constants longer by its bits. Mirrors
 * binop_transfer; constants come to lie in the order of the left side's first operand, for nft
 * evaluates them once more with what that left behind.
 */
export function transfer<R extends Expr>(left: Expr, right: R): Sides<R> {
  if (left.kind !== 'binop' || left.op === '&' || left.op === '|') return { left, right };
  const by = constant(left.right);
  if (by === undefined) return { left, right };
  const own = left.op === '^' || left.implied ? right.bits : Math.max(right.bits, left.left.bits);
  const bits = left.op === '>>' ? own + Number(by) : own;
  const change = moveOne(left.op, by, ones(bits));
  const moved = move(right, change, { bits, order: firstOrder(left) });
  return moved ? { left: remaining(left, by), right: moved as R } : { left, right };
}

/**
 * Whether nft has the left side turned to network order to compare it: by order or with a range. Then
 * nothing moves. Shifts are done in host order.
 */
export function isTurned(left: Expr, op: RelOp, right: Expr): boolean {
  const shift = left.kind === 'binop' && (left.op === '<<' || left.op === '>>') && !left.implied;
  const order = shift ? 'host' : left.order;
  return isOrdered(op, right) && order === 'host' && left.bits > 8;
}

export const isOrdered = (op: RelOp, right: Expr): boolean =>
  right.kind === 'range' || (right.kind === 'set' && right.interval === true) || ORDER_OPS.has(op);

const ORDER_OPS: ReadonlySet<RelOp> = new Set(['<', '>', '<=', '>=']);

/** The byte order that evaluating an operand leaves behind for constants. */
function firstOrder(e: Expr): ByteOrder {
  if (e.kind !== 'binop') return e.order;
  const written = (e.op === '<<' || e.op === '>>') && !e.implied;
  return written ? e.left.order : firstOrder(e.left);
}

const moveOne = (op: '^' | '<<' | '>>', by: bigint, most: bigint) => (value: bigint) =>
  (op === '^' ? value ^ by : op === '<<' ? value >> by : value << by) & most;

/** A right shift hid the lowest bits: they stay hidden by a mask. */
const remaining = (left: Binop, by: bigint): Expr =>
  left.op === '>>'
    ? {
        ...binop('&', left.left, (ones(left.left.bits) >> by) << by, left.left.bits),
        order: left.order,
      }
    : left.left;

type Change = (value: bigint) => bigint;
type Lie = Pick<Value, 'bits' | 'order'>;

function move(right: Expr, change: Change, lie: Lie): Expr | undefined {
  if (right.kind === 'range') {
    const low = move(right.low, change, lie);
    const high = move(right.high, change, lie);
    return low && high && { ...right, low, high, ...lie };
  }
  if (right.kind === 'set') return moveElements(right, change, lie);
  const value = right.kind === 'prefix' ? undefined : constant(right);
  return value === undefined ? undefined : { ...number(right, change(value), lie.bits), ...lie };
}

function moveElements(set: SetLiteral, change: Change, lie: Lie): SetLiteral | undefined {
  const elements: Element[] = [];
  for (const element of set.elements) {
    if (element.key.kind === 'range') return undefined;
    const key = move(element.key, change, lie);
    if (!key) return undefined;
    elements.push({ ...element, key });
  }
  return { ...set, elements, ...lie };
}
