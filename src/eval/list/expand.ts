/**
 * Bytes compared with a number list as the fields that they are made of: `@nh,64,16 0x4006` is
 * `ip ttl 64 ip protocol tcp`. Mirrors payload_expr_expand of nft.
 */
import type { KnownProtocols } from '../check/known.ts';
import type { Expr, Load, Value } from '../checked.ts';
import { isOfMessage, payloadArgs } from '../expr/header.ts';
import { raw } from '../expr/raw.ts';
import { th } from '../expr/th.ts';
import { ones } from '../lower/constant.ts';
import { isEquality, type Match } from './canonical.ts';
import { headerOf, restAt } from './field.ts';

export function expanded(match: Match, known: KnownProtocols): readonly Match[] {
  const { left, op, right } = match;
  if (!isEquality(op) || left.kind !== 'load' || right.kind !== 'value') return [match];
  if (left.row !== raw && left.row !== th) return [match];
  if (left.bits % 8 !== 0 || left.bits === 0) return [match];
  const parts = fieldsOf(left, known);
  let rest = left.bits;
  return parts.map(({ load, bits }) => {
    rest -= bits;
    const value = (right.value >> BigInt(rest)) & ones(bits);
    return { ...match, left: load, right: partOf(right, value, bits, load) };
  });
}

/** A field, and how many of its leading bits are meant. */
interface Part {
  readonly load: Load;
  readonly bits: number;
}

/** In the order of the header; what lies behind the first bit that begins no field stays bytes. */
function fieldsOf(load: Load, known: KnownProtocols): readonly Part[] {
  const header = headerOf(load, known);
  let { offset, bits } = payloadArgs(load);
  const parts: Part[] = [];
  for (const [name, field] of header ? Object.entries(header.row.spec.fields) : []) {
    const [start, length, type] = field;
    if (!isOfMessage(field, known.message(header!.row.spec))) continue;
    if (bits === 0 || start + header!.shift !== offset) continue;
    const args = { ...load.args, offset, bits: length, field: name };
    const taken = Math.min(length, bits);
    parts.push({ load: { ...load, row: header!.row, type, bits: length, args }, bits: taken });
    offset += taken;
    bits -= taken;
  }
  return bits > 0 ? [...parts, { load: restAt(load, offset, bits), bits }] : parts;
}

function partOf(like: Value, value: bigint, taken: number, { type, bits, order }: Load): Expr {
  const whole: Value = { ...like, value: value << BigInt(bits - taken), type, bits, order };
  if (taken === bits) return whole;
  return { kind: 'prefix', base: whole, length: taken, type, bits, order };
}
