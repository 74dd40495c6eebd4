/**
 * Bytes of the packet named as the fields of the protocols known, whatever they were written as.
 *
 * `@th,16,16` after `meta l4proto tcp` is `tcp dport`, without it `th dport`; `ip dscp & 3` is
 * `ip ecn`. Mirrors payload_expr_complete and payload_expr_trim of nft.
 */
import type { KnownProtocols } from '../check/known.ts';
import type { Expr, Load } from '../checked.ts';
import { type PayloadRow, payloadArgs } from '../expr/header.ts';
import { keyRows } from '../expr/index.ts';
import { raw } from '../expr/raw.ts';
import { th } from '../expr/th.ts';
import { constant } from '../lower/constant.ts';
import { windowOf as bytesAround, oddField } from '../lower/field.ts';
import type { KeyRow } from '../row.ts';
import { hexInteger } from '../type/integer.ts';

const isPayload = (row: KeyRow): row is PayloadRow => 'fieldAt' in row;
const headers = keyRows.filter(isPayload);

export const isBytes = (load: Load): boolean => isPayload(load.row) || load.row === raw;

/** Behind this bit nft takes no bits without a name out of their bytes. */
export const LAST_OFFSET = 248;

/** The field of the header known at the layer that lies at these bits. */
function find(load: Load, offset: number, bits: number, known: KnownProtocols): Load | undefined {
  const header = headerOf(load, known);
  const message = header && known.message(header.row.spec);
  const found = header?.row.fieldAt(load, offset - header.shift, bits, message);
  return found ? { ...found, args: { ...found.args, offset } } : portAt(load, offset, bits);
}

/** Bits that are ports in most transport headers, whatever header is known. */
function portAt(load: Load, offset: number, bits: number): Load | undefined {
  return payloadArgs(load).layer === th.spec.layer ? th.fieldAt(load, offset, bits) : undefined;
}

/** Bits that no field of a known header begins at. */
export const restAt = (load: Load, offset: number, bits: number): Load =>
  portAt(load, offset, bits) ?? bytesAt(load, offset, bits);

/**
 * The header that the bits lie in: the one known at the layer, or one in front of it. nft takes the
 * first bits of the frame for those of the last tag (get_stacked_desc).
 */
export function headerOf(
  load: Load,
  known: KnownProtocols,
): { row: PayloadRow; shift: number } | undefined {
  const { layer, offset } = payloadArgs(load);
  const at = known.headerAt(layer, offset);
  const row = at && headers.find(({ protocol }) => protocol === at.protocol);
  return row && { row, shift: at.shift };
}

/** The bytes of a header as any bytes. */
export function asBytes(load: Load): Load {
  const { offset, bits } = payloadArgs(load);
  return bytesAt(load, offset, bits);
}

export function bytesAt(load: Load, offset: number, bits: number): Load {
  const { layer, tunnel } = payloadArgs(load);
  const args = { layer, offset, bits, ...(tunnel && { tunnel }) };
  return { ...load, row: raw, args, type: hexInteger(0), bits };
}

export function nameBytes(load: Load, known: KnownProtocols): Load {
  if (!isBytes(load) || payloadArgs(load).layer === 'tun') return load;
  const { offset, bits } = payloadArgs(load);
  const field = find(load, offset, bits, known);
  // Fields in front of what says their header are mere bytes; in a tunnel the family has said it.
  return field ?? (load.args.tunnel && load.row !== raw && load.row !== th ? load : asBytes(load));
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
  const load = wholeBytes(left.left);
  const window = windowOf(load, left.right);
  if (!window) return unchanged;
  const field = named(load, window, right.value, known) ?? unnamed(load, window);
  if (!field) return unchanged;
  const { type, order, bits } = field;
  return {
    left: field,
    right: { ...right, value: right.value >> window.below, type, bits, order },
  };
}

/** What a mask leaves of a load: from its lowest bit on. */
interface Window {
  readonly offset: number;
  /** Neighbouring ones. */
  readonly run: number;
  /** All ones. */
  readonly ones: number;
  readonly below: bigint;
  /** Bits of the load in front of them. */
  readonly above: number;
}

function named(
  load: Load,
  { offset, run, ones, below }: Window,
  value: bigint,
  known: KnownProtocols,
) {
  if (run !== ones || value & ((1n << below) - 1n) || value >> (below + BigInt(run)))
    return undefined;
  return find(load, offset, run, known);
}

/** Bytes without a name narrow as well; where ones are apart nft takes their number for their width. */
function unnamed(load: Load, { offset, ones, above }: Window): Load | undefined {
  if (load.args.field !== undefined || above === 0 || offset > LAST_OFFSET) return undefined;
  const { layer, tunnel } = payloadArgs(load);
  const args = { layer, offset, bits: ones, ...(tunnel && { tunnel }) };
  return { ...load, row: raw, args, bits: ones };
}

/** A field at the end of its bytes is these, with a mask. */
function wholeBytes(load: Load): Load {
  const field = load.args.field === undefined ? undefined : oddField(load);
  const window = field && bytesAround(load, field);
  return window?.shift === 0 ? asBytes(window.load) : load;
}

function windowOf(load: Load, by: Expr): Window | undefined {
  const mask = constant(by);
  if (!mask) return undefined;
  const text = mask.toString(2);
  const run = /1+(?=0*$)/.exec(text)![0].length;
  const below = text.length - text.lastIndexOf('1') - 1;
  const ones = text.replaceAll('0', '').length;
  const { offset, bits } = payloadArgs(load);
  const above = bits - below - run;
  if (above < 0 || ones === bits) return undefined;
  return { offset: offset + above, run, ones, below: BigInt(below), above };
}
