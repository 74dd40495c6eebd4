/**
 * What is written into the packet, as nft reads it back.
 *
 * For less than the kernel can write, nft reads the bytes around, masks them, sets what it wants and
 * writes all; it finds most fields again in that, but not all. Mirrors stmt_payload_binop_postprocess.
 */
import type { Binop, Expr, Load, Value } from '../checked.ts';
import { payloadArgs } from '../expr/header.ts';
import { th } from '../expr/th.ts';
import { needsWindow } from '../lower/assign.ts';
import { ones } from '../lower/constant.ts';
import { number, writeWindow } from '../lower/field.ts';
import type { Field } from '../row.ts';
import { asBytes, isBytes, LAST_OFFSET } from './field.ts';

interface Written {
  readonly target: Load;
  readonly value: Expr;
}

/** `said`: the rule names the protocol by itself, it does not only follow from the field. */
export function written(target: Load, value: Expr, said: boolean): Written {
  const field = isBytes(target) ? target.row.field?.(target) : undefined;
  if (!field || value.kind !== 'value' || !needsWindow(field)) return { target, value };
  const { load, shift } = writeWindow(target, field);
  const { layer, offset, bits } = payloadArgs(load);
  if (target.args.field === undefined) {
    if (isFoundAgain(field, value)) return { target, value };
    return rewritten(asBytes(load), field, value, shift);
  }
  // Bytes that are the ports of other protocols are taken for these.
  const ports = layer === th.spec.layer ? th.fieldAt(load, offset, bits) : undefined;
  if (!ports) return { target, value };
  return rewritten(said ? ports : asBytes(load), field, value, shift);
}

/** Bits without a name: in the middle of a byte, near the start, and some of them zero. */
const isFoundAgain = ({ offset, bits }: Field, { value }: Value): boolean =>
  offset % 8 !== 0 && offset <= LAST_OFFSET && value !== ones(bits);

/** `bytes set bytes & mask | value` */
function rewritten(bytes: Load, field: Field, { value }: Value, shift: number): Written {
  const set = value << BigInt(shift);
  const kept = (ones(bytes.bits) ^ (ones(field.bits) << BigInt(shift))) | set;
  const { type, bits, order } = bytes;
  const apply = (op: Binop['op'], left: Expr, by: bigint): Binop => {
    return { kind: 'binop', op, left, right: number(bytes, by, bits), type, bits, order };
  };
  const masked = kept === ones(bits) ? bytes : apply('&', bytes, kept);
  return { target: bytes, value: set === 0n ? masked : apply('|', masked, set) };
}
