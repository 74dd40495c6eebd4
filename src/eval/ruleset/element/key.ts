/**
 * Keys of sets as numbers, as bytes in registers, and as expressions that list.
 *
 * A key is one number: its fields one behind the other, each in whole registers, the first most
 * significant. Ranges are pairs of such numbers, both ends included. Interval sets keep all fields
 * in network order, others each in the order of its type. Mirrors netlink_gen_key and
 * interval_map_decompose, concat_range_aggregate of nft.
 */
import type { Expr } from '../../checked.ts';
import { bytesOf, isText, numberIn, ones } from '../../lower/constant.ts';
import { type ByteOrder, registerBits, type ValueType } from '../../type/index.ts';
import { type NftSet, setWord } from '../store.ts';

export interface KeyField {
  readonly type: ValueType;
  readonly bits: number;
  /** As the bytes lie in registers. */
  readonly order: ByteOrder;
  /** Bits to the right of it in the number of the whole key. */
  readonly shift: bigint;
  /** Where its bytes begin. */
  readonly at: number;
}

export interface KeyShape {
  readonly fields: readonly KeyField[];
  /** Bytes of the whole key. */
  readonly length: number;
  readonly interval: boolean;
  /** Of a set or a map: what nft calls it. */
  readonly word: 'set' | 'map';
}

type Keyed = Pick<NftSet, 'key' | 'keyBits' | 'keyExpr' | 'flags' | 'data' | 'object'>;

/** What a part of a key is: numbers of headers lie otherwise than those of the machine. */
export interface KeyPart {
  readonly type: ValueType;
  readonly bits: number;
  readonly order: ByteOrder;
}

/** The parts of a key; a simple key is one part. */
export function keyParts({ key, keyBits, keyExpr }: Omit<Keyed, 'flags'>): KeyPart[] {
  const { parts } = key;
  if (!parts) return [{ type: key, bits: keyBits, order: keyExpr?.order ?? key.order }];
  const exprs = keyExpr?.kind === 'concat' ? keyExpr.parts : undefined;
  return parts.map((type, i) => ({
    type,
    bits: exprs?.[i]?.bits ?? type.bits,
    order: exprs?.[i]?.order ?? type.order,
  }));
}

export function keyShape(set: Keyed): KeyShape {
  const parts = keyParts(set);
  const { interval } = set.flags;
  const total = parts.reduce((sum, { bits }) => sum + registerBits(bits), 0);
  let at = 0;
  const fields = parts.map(({ type, bits, order: own }): KeyField => {
    const order = interval || isText(type) ? 'big' : own;
    const shift = parts.length === 1 ? 0n : BigInt(total - 8 * at - registerBits(bits));
    const field = { type, bits, order, shift, at };
    at += registerBits(bits) / 8;
    return field;
  });
  const length = parts.length === 1 ? Math.ceil(parts[0]!.bits / 8) : total / 8;
  return { fields, length, interval, word: setWord(set) };
}

export function encodeKey(shape: KeyShape, key: bigint): Uint8Array {
  const { fields } = shape;
  const bytes = new Uint8Array(shape.length);
  if (fields.length === 1) encodeField(fields[0]!, key, bytes, 0);
  else for (const f of fields) encodeField(f, fieldOf(f, key), bytes, 0);
  return bytes;
}

const FAST_BITS = 32;

/** Writes one part of a key that begins at byte `start`. */
export function encodeField(
  field: KeyField,
  value: bigint | number,
  into: Uint8Array,
  start: number,
): void {
  const { bits, order } = field;
  const at = start + field.at;
  if (bits > FAST_BITS) {
    into.set(bytesOf(BigInt(value), bits, order), at);
    return;
  }
  const length = Math.ceil(bits / 8);
  let rest = Number(value);
  for (let i = 0; i < length; i++) {
    into[at + (order === 'host' ? i : length - 1 - i)] = rest;
    rest >>>= 8;
  }
}

export function decodeKey(shape: KeyShape, bytes: Uint8Array): bigint {
  let key = 0n;
  for (const f of shape.fields) key |= decodeField(f, bytes) << f.shift;
  return key;
}

function decodeField(field: KeyField, bytes: Uint8Array): bigint {
  const length = Math.ceil(field.bits / 8);
  if (length <= 4) {
    let n = 0;
    for (let i = 0; i < length; i++) {
      n = n * 256 + bytes[field.at + (field.order === 'host' ? length - 1 - i : i)]!;
    }
    return BigInt(n);
  }
  let value = 0n;
  for (let i = 0; i < length; i++) {
    value =
      (value << 8n) | BigInt(bytes[field.at + (field.order === 'host' ? length - 1 - i : i)]!);
  }
  return value;
}

const fieldOf = (field: KeyField, key: bigint): bigint => (key >> field.shift) & ones(field.bits);

/** The number of one part, at its place in the whole key. */
export const placed = (field: KeyField, value: bigint): bigint => value << field.shift;

/** What a map holds lies like a key, each part in the order of its type. */
export function dataShape({ data, dataBits, dataExpr }: NftSet): KeyShape {
  return keyShape({
    key: data!,
    keyBits: dataBits ?? data!.bits,
    ...(dataExpr && { keyExpr: dataExpr }),
    flags: { constant: false, interval: false, timeout: false, dynamic: false, anonymous: false },
  });
}

/** The expression that lists as this key or range of keys. */
export function keyExpr(shape: KeyShape, type: ValueType, low: bigint, high: bigint): Expr {
  const parts = shape.fields.map((f) => fieldExpr(f, fieldOf(f, low), fieldOf(f, high)));
  if (parts.length === 1) return parts[0]!;
  return { kind: 'concat', parts, type, bits: 8 * shape.length, order: 'big' };
}

function fieldExpr(field: KeyField, low: bigint, high: bigint): Expr {
  const { type, bits } = field;
  const typed = { type, bits, order: field.order } as const;
  const value = (v: bigint): Expr => ({ kind: 'value', value: v, ...typed });
  if (low === high) return value(low);
  const hostBits = prefixGap(low, high);
  if (hostBits !== undefined && isText(type)) {
    return { kind: 'value', value: low, prefixBits: bits - hostBits, ...typed };
  }
  if (hostBits !== undefined && type.prefixes) {
    return { kind: 'prefix', base: value(low), length: bits - hostBits, ...typed };
  }
  return { kind: 'range', low: value(low), high: value(high), ...typed };
}

/** Bits in which the ends of a range differ, if it is all that share the bits before them. */
function prefixGap(low: bigint, high: bigint): number | undefined {
  const gap = low ^ high;
  if ((gap & (gap + 1n)) !== 0n || (low & gap) !== 0n) return undefined;
  return gap === 0n ? 0 : gap.toString(2).length;
}

/**
 * Flags go by the first of them. Elements with the same first one come as the kernel has them: as
 * they were inserted in a bitmap (nft_set_bitmap), by hash elsewhere, for which the value stands in.
 */
function flagRank({ word }: KeyShape, value: bigint, bits: number): bigint {
  const rank = (value & -value) << BigInt(bits);
  return word === 'set' && bits <= BITMAP_BITS ? rank : rank | value;
}

const BITMAP_BITS = 16;

/**
 * What elements are listed in order of: texts and concatenations as one number read low byte first
 * (mpz_import of host byte order), others their value.
 */
export function listRank(shape: KeyShape, bytes: Uint8Array): bigint {
  const [first, ...more] = shape.fields;
  if (more.length === 0 && (shape.interval || !isText(first!.type))) {
    const value = decodeKey(shape, bytes);
    return first!.type.bitmask ? flagRank(shape, value, first!.bits) : value;
  }
  return numberIn(bytes, 'host');
}
