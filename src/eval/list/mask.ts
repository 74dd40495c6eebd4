/**
 * Bits of the packet that nft does not find again as a field: they list as bytes under a mask.
 *
 * nft sends whole bytes, a mask and a shift for a field of odd bits, and looks for the field when it
 * reads them back. Mirrors payload_expr_trim_force and what binop_postprocess leaves alone.
 */
import type { KnownProtocols } from '../check/known.ts';
import type { Binop, Expr, Load, SetLiteral, SetRef } from '../checked.ts';
import { ones } from '../lower/constant.ts';
import { number, oddField, windowOf } from '../lower/field.ts';
import type { Field } from '../row.ts';
import { asBytes, isBytes, LAST_OFFSET, nameBytes } from './field.ts';

/**
 * A comparison or a map of bits that are no field: bytes and a mask, constants where these lie. Where
 * it is `known` what the packet carries, the bytes are named.
 */
export function widened<R extends Expr>(
  left: Expr,
  right: R,
  known?: KnownProtocols,
): { left: Expr; right: R } {
  const field = left.kind === 'load' && left.args.field === undefined ? oddField(left) : undefined;
  if (left.kind !== 'load' || !field) return { left, right };
  const { masked, shift } = underMask(left, field, known);
  if (shift > 0 && !isMoved(right)) return { left, right };
  if (!isNamed(masked.left) && standsAlone(field, right)) return { left, right };
  return { left: masked, right: shifted(right, BigInt(shift), masked.bits) };
}

/** Bits at the end of bytes that are a field, but no field by themselves: that field under a mask. */
export function underName(e: Load, known: KnownProtocols): Expr {
  const field = e.args.field === undefined && isBytes(e) ? oddField(e) : undefined;
  if (!field || windowOf(e, field).shift !== 0) return e;
  const { masked } = underMask(e, field, known);
  return isNamed(masked.left) ? masked : e;
}

/** Among constants that are ranges none is where the field lies: it was shifted down to them. */
const isMoved = (right: Expr): boolean =>
  right.kind !== 'set' || right.elements.every(({ key }) => key.kind !== 'range');

const isNamed = (e: Expr): boolean => e.kind === 'load' && e.args.field !== undefined;

/** Bits of bytes without a name list alone only where one number is compared, and in the middle. */
const standsAlone = ({ offset }: Field, right: Expr): boolean =>
  right.kind === 'value' && offset % 8 !== 0 && offset <= LAST_OFFSET;

function underMask(
  left: Load,
  field: Field,
  known?: KnownProtocols,
): { masked: Binop; shift: number } {
  const { load: bytes, shift } = windowOf(left, field);
  const load = known ? nameBytes(bytes, known) : bytes;
  const right = number(load, ones(field.bits) << BigInt(shift), load.bits);
  const { type, bits, order } = load;
  return { masked: { kind: 'binop', op: '&', left: load, right, type, bits, order }, shift };
}

/** Every constant of a right side moved up by so many bits. */
function shifted<R extends Expr>(right: R, by: bigint, bits: number): R;
function shifted(right: Expr, by: bigint, bits: number): Expr {
  switch (right.kind) {
    case 'value':
      return { ...right, value: right.value << by, bits };
    case 'range': {
      const [low, high] = [shifted(right.low, by, bits), shifted(right.high, by, bits)];
      return { ...right, low, high, bits };
    }
    case 'set': {
      const elements = right.elements.map((e) => ({ ...e, key: shifted(e.key, by, bits) }));
      return { ...right, elements, bits };
    }
    default:
      return right;
  }
}

/** A value as a statement takes it: fields at the end of their bytes are not found again. */
export function takenValue(e: Expr): Expr {
  if (e.kind === 'binop') return takenOperation(e);
  if (e.kind === 'map') return { ...e, ...takenMap(e.key, e.map) };
  const field = e.kind === 'load' && isBytes(e) && oddField(e);
  if (e.kind !== 'load' || !field || windowOf(e, field).shift !== 0) return e;
  return withoutName(underMask(e, field).masked);
}

/** Constants beside bytes without a name are numbers as these are, in the machine's order as statements take it. */
function takenOperation(e: Binop): Binop {
  const left = takenValue(e.left);
  if (left === e.left) return e;
  return { ...e, order: 'host', left, right: { ...e.right, type: left.type } };
}

/** A field that lies across bytes, with bits behind it: masked twice, and its keys where it lies. */
function takenMap(key: Expr, map: SetLiteral | SetRef): { key: Expr; map: SetLiteral | SetRef } {
  const named = key.kind === 'load' && isBytes(key) && key.args.field !== undefined;
  const field = named ? oddField(key) : undefined;
  if (key.kind !== 'load' || !field) {
    const { left, right } = widened(key, map);
    return { key: left, map: right };
  }
  const { masked, shift } = underMask(key, field);
  if (shift === 0 || masked.bits === 8 || map.kind === 'setref' || !isMoved(map)) {
    return { key, map };
  }
  const once = withoutName(masked);
  return {
    key: { ...once, order: 'host', left: once },
    map: shifted(map, BigInt(shift), masked.bits),
  };
}

/** The bytes of a header as any bytes. */
function withoutName(masked: Binop): Binop {
  const left = asBytes(masked.left as Load);
  const { type } = left;
  return { ...masked, type, left, right: { ...masked.right, type } };
}
