/**
 * What nft makes of a mask over bytes of the packet: the field that it leaves, or bits without a name.
 *
 * Mirrors payload_expr_trim and payload_expr_trim_force of nft, with what they do to masks of no bits
 * and of bits that lie apart.
 */
import type { KnownProtocols } from '../check/known.ts';
import type { Load } from '../checked.ts';
import { exthdrArgs } from '../expr/exthdr-load.ts';
import { payloadArgs } from '../expr/header.ts';
import { extensionAt, isExtension, isKnown } from './extension.ts';
import { bytesAt, headerOf } from './field.ts';

/** A mask of so many bits. */
export interface MaskBits {
  readonly value: bigint;
  readonly bits: number;
}

export interface Trimmed {
  readonly load: Load;
  /** How far the constants beside it move down. */
  readonly shift: number;
}

/** The end of the offsets that nft takes. */
const MAX_OFFSET = 255;
/** The place of a bit that isn't there: an unsigned number of 32 bits. */
const NOWHERE = 0xffff_ffff;

const roundedUp = (bits: number): number => 8 * Math.ceil(bits / 8);

/** The lowest bit that is one. */
const firstOne = (value: bigint): number =>
  value === 0n ? NOWHERE : value.toString(2).length - value.toString(2).lastIndexOf('1') - 1;

/** The end of its first run of ones. */
function runEnd(value: bigint): number {
  if (value === 0n) return 0;
  const text = value.toString(2);
  return firstOne(value) + /1+(?=0*$)/.exec(text)![0].length;
}

const countOnes = (value: bigint): number => value.toString(2).replaceAll('0', '').length;

/** Fields of the header known there that begin and end where the mask does. */
export function trimmed(load: Load, mask: MaskBits, known: KnownProtocols): Trimmed | undefined {
  const first = firstOne(mask.value);
  const end = runEnd(mask.value);
  const off = roundedUp(mask.bits) - end;
  if (isExtension(load)) {
    const field = extensionAt(load, exthdrArgs(load).offset + off, end - first);
    return isKnown(field) ? { load: field, shift: first } : undefined;
  }
  const header = headerOf(load, known);
  if (!header) return undefined;
  let offset = payloadArgs(load).offset - header.shift + off;
  let left = load.bits;
  let bits = 0;
  for (const [start, length] of Object.values(header.row.spec.fields)) {
    if (start !== offset) continue;
    if (length >= left) return undefined;
    left -= length;
    offset += length;
    bits += length;
    if ((first + bits) >>> 0 === end) {
      return { load: bytesAt(load, payloadArgs(load).offset + off, bits), shift: first };
    }
  }
  return undefined;
}

/** Bits without a name; where ones lie apart nft takes their number for their width. */
export function forced(load: Load, mask: MaskBits): Trimmed | undefined {
  const end = runEnd(mask.value);
  if (isExtension(load) || load.args.field !== undefined || load.bits <= end) return undefined;
  const offset = payloadArgs(load).offset + roundedUp(mask.bits) - end;
  if (roundedUp(offset) > MAX_OFFSET) return undefined;
  const bits = countOnes(mask.value);
  if (bits > load.bits) return undefined;
  return { load: bytesAt(load, offset, bits), shift: firstOne(mask.value) };
}
