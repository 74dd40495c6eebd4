/**
 * `selector set value` to ops: keys of meta, ct and the like, and fields of the packet.
 *
 * A field that is not whole bytes, or that a checksum covers unevenly, is read with its surroundings,
 * changed in a register and written back. Mirrors stmt_evaluate_payload and netlink_gen_*_stmt.
 */
import type { Binop, Expr, Load } from '../checked.ts';
import type { Field } from '../row.ts';
import { constant, ones } from './constant.ts';
import { emit } from './emit.ts';
import { number, type Window, writeWindow } from './field.ts';
import type { Machine } from './machine.ts';
import { COMPARED, isPut, type Site, shape, WRITTEN } from './shape.ts';

export function emitAssign(target: Load, value: Expr, m: Machine): void {
  m.site = siteOf(target);
  const field = written(target.row.field?.(target), m);
  if (field && needsWindow(field)) emitAround(target, field, value, m);
  else emitWhole(target, value, m);
}

/** As the release's nft writes it. */
function written(field: Field | undefined, { splitsWords }: Machine): Field | undefined {
  return field?.paired === 'kernel' ? { ...field, paired: !splitsWords } : field;
}

function emitWhole(target: Load, value: Expr, m: Machine): void {
  const given = constant(value);
  const shaped = given === undefined ? shape(value, m.site, m) : number(target, given, target.bits);
  const sreg = m.allocate(value);
  const put = isPacket(target) || isPut(value, target);
  emit(shaped, sreg, m, put ? target.order : undefined);
  store(target, sreg, m);
  m.release(sreg);
}

/** A header of the packet, as opposed to an option in one. */
const isPacket = (target: Load): boolean => target.row.field?.(target).base !== undefined;

const siteOf = (target: Load): Site => {
  if (isPacket(target)) return WRITTEN;
  return target.row.field ? COMPARED : { width: target.bits, numeric: true };
};

function store(target: Load, sreg: number, m: Machine): void {
  if (!target.row.lowerStore) throw new TypeError(`${target.row.name} cannot be set`);
  target.row.lowerStore(target, sreg, m);
}

function emitAround(target: Load, field: Field, value: Expr, m: Machine): void {
  const window = writeWindow(target, field);
  const around = changed(window, field, value);
  const sreg = m.allocate(around);
  emit(around, sreg, m);
  store(window.load, sreg, m);
  m.release(sreg);
}

/** What the bytes around a field become when `value` is set to it. */
export function changed({ load, shift }: Window, field: Field, value: Expr): Binop {
  const { type, bits, order } = load;
  const apply = (op: Binop['op'], left: Expr, right: Expr): Binop => {
    return { kind: 'binop', op, left, right, type, bits, order };
  };
  const kept = ones(bits) ^ (ones(field.bits) << BigInt(shift));
  const cleared = apply('&', load, number(load, kept, bits));
  const given = constant(value);
  if (given !== undefined) return apply('^', cleared, number(load, given << BigInt(shift), bits));
  // What is no constant nft leaves where it is.
  const first = value.kind === 'binop' ? firstOn(field, value) : undefined;
  if (!first) return apply('^', cleared, shape(value, WRITTEN));
  /** Of a chain of operations it moves the first constant to where the field lies, and only that. */
  const up = (e: Binop): Binop => {
    if (e !== first) return apply(e.op, up(e.left as Binop), shape(e.right, WRITTEN));
    const moved = (constant(e.right) ?? 0n) << BigInt(shift);
    return apply(e.op, load, number(e.right, e.op === '&' ? moved | kept : moved, bits));
  };
  return up(value as Binop);
}

/** Written together with the bytes around. */
export const needsWindow = (field: Field): boolean =>
  field.offset % 8 !== 0 || field.bits % (field.paired ? 16 : 8) !== 0;

/** `ip dscp set ip dscp | 3`: the first operation on the field itself; undefined where it begins with another. */
export function firstOn(field: Field, value: Binop): Binop | undefined {
  const { left } = value;
  if (left.kind === 'binop') return firstOn(field, left);
  const source = left.kind === 'load' ? left.row.field?.(left) : undefined;
  const isSame =
    source?.base === field.base && source?.offset === field.offset && source?.bits === field.bits;
  return isSame ? value : undefined;
}
