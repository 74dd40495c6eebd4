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
import { number, type Window, writeWindow } from './field.ts';
import type { Machine } from './machine.ts';
import { COMPARED, isPut, type Site, shape, WRITTEN } from './shape.ts';

export function emitAssign(target: Load, value: Expr, m: Machine): void {
  m.site = siteOf(target);
  const field = written(target.row.field?.(target), m);
  const change = field && rewrite(target, field, value);
  if (field && change) emitRewrite(target, field, change, m);
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

/** What becomes of the bytes around a field: `(bytes & mask) ^ xor`. */
type Rewrite = (window: Window, field: Field) => { readonly mask: bigint; readonly xor: bigint };

/** Undefined where the field is overwritten as it stands, with whatever value. */
function rewrite(target: Load, field: Field, value: Expr): Rewrite | undefined {
  if (!needsWindow(field)) return undefined;
  const given = constant(value);
  if (given !== undefined) return replaced(given);
  return value.kind === 'binop' && changesItself(target, field, value) ? changed(value) : undefined;
}

/** The bits around the field. */
const around = ({ load, shift }: Window, field: Field): bigint =>
  ones(load.bits) ^ (ones(field.bits) << BigInt(shift));

const replaced =
  (value: bigint): Rewrite =>
  (window, field) => ({ mask: around(window, field), xor: value << BigInt(window.shift) });

/** Of a chain of operations nft moves the first constant to where the field lies, and only that. */
const changed =
  (value: Binop): Rewrite =>
  (window, field) => {
    const up = (e: Binop): Binop => {
      if (e.left.kind === 'binop') return { ...e, left: up(e.left) };
      const moved = (constant(e.right) ?? 0n) << BigInt(window.shift);
      const kept = e.op === '&' ? moved | around(window, field) : moved;
      return { ...e, right: number(e.right, kept, window.load.bits) };
    };
    return maskOf(up(value), window.load.bits);
  };

/** Written together with the bytes around. */
export const needsWindow = (field: Field): boolean =>
  field.offset % 8 !== 0 || field.bits % (field.paired ? 16 : 8) !== 0;

/** `ip dscp set ip dscp | 3` */
function changesItself(target: Load, field: Field, value: Binop): boolean {
  const { of } = maskOf(value, field.bits);
  const source = of.kind === 'load' && of.row === target.row ? of.row.field?.(of) : undefined;
  return (
    source?.base === field.base && source?.offset === field.offset && source?.bits === field.bits
  );
}

function emitRewrite(target: Load, field: Field, change: Rewrite, m: Machine): void {
  const window = writeWindow(target, field);
  const { load } = window;
  const { mask, xor } = change(window, field);
  const len = byteLength(load.bits);
  const sreg = m.allocate(load);
  load.row.lower(load, sreg, m);
  m.emit({
    op: 'bitwise',
    kind: 'mask',
    sreg,
    dreg: sreg,
    len,
    mask: bytesOf(mask, load.bits, 'big'),
    xor: bytesOf(xor, load.bits, 'big'),
  });
  store(load, sreg, m);
  m.release(sreg);
}
