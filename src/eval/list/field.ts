/**
 * Bytes of the packet named as the fields of the protocols known, whatever they were written as.
 *
 * `@th,16,16` after `meta l4proto tcp` is `tcp dport`, without it `th dport`; `ip dscp & 3` is
 * `ip ecn`. Mirrors payload_expr_complete and payload_expr_trim of nft.
 */
import type { KnownProtocols } from '../check/known.ts';
import type { Binop, Expr, Load } from '../checked.ts';
import { type PayloadRow, payloadArgs } from '../expr/header.ts';
import { keyRows } from '../expr/index.ts';
import { raw } from '../expr/raw.ts';
import { th } from '../expr/th.ts';
import { constant } from '../lower/constant.ts';
import type { KeyRow } from '../row.ts';

const isPayload = (row: KeyRow): row is PayloadRow => 'fieldAt' in row;
const headers = keyRows.filter(isPayload);

const isBytes = (load: Load): boolean => isPayload(load.row) || load.row === raw;

/** The field of the header known at the layer that lies at these bits. */
function find(load: Load, offset: number, bits: number, known: KnownProtocols): Load | undefined {
  const { layer } = payloadArgs(load);
  const at = known.at(layer);
  const stacked = at && behind(load, at.shift, known);
  if (stacked) return stacked.row.fieldAt(load, offset, bits);
  const row = headers.find(({ protocol }) => protocol === at?.protocol);
  if (!at || !row)
    return layer === th.spec.layer && !at ? th.fieldAt(load, offset, bits) : undefined;
  const found = row.fieldAt(load, offset - at.shift, bits);
  return found && { ...found, args: { ...found.args, offset } };
}

/** Bits before the header known at the layer belong to those in front of it. */
function behind(load: Load, shift: number, known: KnownProtocols): { row: PayloadRow } | undefined {
  if (payloadArgs(load).offset >= shift) return undefined;
  const row = headers.find(({ protocol }) => protocol && known.isStacked(protocol));
  return row && { row };
}

export function nameBytes(load: Load, known: KnownProtocols): Load {
  if (!isBytes(load) || payloadArgs(load).layer === 'tun') return load;
  const { offset, bits, field } = payloadArgs(load);
  if (load.row === th || load.row === raw) return find(load, offset, bits, known) ?? load;
  return field === undefined ? (find(load, offset, bits, known) ?? load) : load;
}

/** A mask of bits that make up another field of the same header: that field. */
export function narrow(
  left: Expr,
  right: Expr,
  known: KnownProtocols,
): { left: Expr; right: Expr } {
  const unchanged = { left, right };
  if (left.kind !== 'binop' || left.op !== '&' || right.kind !== 'value') return unchanged;
  if (left.left.kind !== 'load' || !isBytes(left.left)) return unchanged;
  const window = windowOf(left);
  if (!window) return unchanged;
  const { offset, bits, below } = window;
  const field = find(left.left, offset, bits, known);
  if (!field || right.value & ((1n << below) - 1n) || right.value >> (below + BigInt(bits)))
    return unchanged;
  const { type, order } = field;
  return { left: field, right: { ...right, value: right.value >> below, type, bits, order } };
}

/** The bits that a mask leaves of a load, if they are neighbours and not all of it. */
function windowOf(left: Binop): { offset: number; bits: number; below: bigint } | undefined {
  const mask = constant(left.right);
  if (!mask || left.left.kind !== 'load') return undefined;
  const text = mask.toString(2);
  const run = /^(1+)(0*)$/.exec(text);
  if (!run) return undefined;
  const { offset, bits } = payloadArgs(left.left);
  const above = bits - text.length;
  if (above < 0 || run[1]!.length === bits) return undefined;
  return { offset: offset + above, bits: run[1]!.length, below: BigInt(run[2]!.length) };
}
