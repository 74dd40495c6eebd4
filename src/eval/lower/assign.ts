/**
 * `selector set value` to ops: keys of meta, ct and the like, and fields of the packet.
 *
 * A field that is not whole bytes, or that a checksum covers unevenly, is read with its surroundings,
 * changed in a register and written back. Mirrors stmt_evaluate_payload and netlink_gen_*_stmt.
 */
import type { Binop, Expr, Load } from '../checked.ts';
import type { Field } from '../row.ts';
import { byteLength, bytesOf, constant, ones } from './constant.ts';
import { emit, maskOf } from './emit.ts';
import { number, writeWindow } from './field.ts';
import type { Machine } from './machine.ts';
import { shape } from './shape.ts';

export function emitAssign(target: Load, value: Expr, m: Machine): void {
  const field = target.row.field?.(target);
  const change = field && rewrite(target, field, value);
  if (field && change) emitRewrite(target, field, change, m);
  else emitWhole(target, value, m);
}

function emitWhole(target: Load, value: Expr, m: Machine): void {
  const given = constant(value);
  const shaped =
    given === undefined
      ? shape(value, { width: target.bits, numeric: true }, m)
      : number(target, given, target.bits);
  const sreg = m.registers.allocate(value);
  emit(shaped, sreg, m, target.order);
  store(target, sreg, m);
  m.registers.release(sreg);
}

function store(target: Load, sreg: number, m: Machine): void {
  if (!target.row.lowerStore) throw new TypeError(`${target.row.name} cannot be set`);
  target.row.lowerStore(target, sreg, m.lowering);
}

/** What becomes of a field: `(field & mask) ^ xor`. */
interface Rewrite {
  readonly mask: bigint;
  readonly xor: bigint;
}

/** Undefined where the field is overwritten as it stands, with whatever value. */
function rewrite(target: Load, field: Field, value: Expr): Rewrite | undefined {
  const given = constant(value);
  if (given !== undefined) return needsWindow(field) ? { mask: 0n, xor: given } : undefined;
  return value.kind === 'binop' && changesItself(target, field, value)
    ? maskOf(value, field.bits)
    : undefined;
}

const needsWindow = (field: Field): boolean =>
  field.offset % 8 !== 0 ||
  field.bits % 8 !== 0 ||
  (field.checksum === true && (field.bits / 8) % 2 === 1);

/** `ip dscp set ip dscp | 3` */
function changesItself(target: Load, field: Field, value: Binop): boolean {
  if (!needsWindow(field)) return false;
  const { of } = maskOf(value, field.bits);
  const source = of.kind === 'load' && of.row === target.row ? of.row.field?.(of) : undefined;
  return (
    source?.base === field.base && source?.offset === field.offset && source?.bits === field.bits
  );
}

function emitRewrite(target: Load, field: Field, change: Rewrite, m: Machine): void {
  const { load, shift } = writeWindow(target, field);
  const up = BigInt(shift);
  const kept = ones(load.bits) ^ (ones(field.bits) << up);
  const len = byteLength(load.bits);
  const sreg = m.registers.allocate(load);
  load.row.lower(load, sreg, m.lowering);
  m.op({
    op: 'bitwise',
    kind: 'mask',
    sreg,
    dreg: sreg,
    len,
    mask: bytesOf(kept | (change.mask << up), load.bits, 'big'),
    xor: bytesOf(change.xor << up, load.bits, 'big'),
  });
  store(load, sreg, m);
  m.registers.release(sreg);
}
