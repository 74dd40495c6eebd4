/**
 * Keys of sets: how long they are and how they compare (memcmp).
 */

/** NFT_REG32_SIZE: a field of a concatenation starts on a register. */
const REGISTER = 4;

/** Bytes of a key; fields of a concatenation are padded to whole registers. */
export function keyLength(fields: readonly number[]): number {
  if (fields.length === 1) return fields[0]!;
  return fields.reduce((sum, bytes) => sum + padded(bytes), 0);
}

export const padded = (bytes: number): number => Math.ceil(bytes / REGISTER) * REGISTER;

/** memcmp of `length` bytes. */
export function compareBytes(
  a: Uint8Array,
  aAt: number,
  b: Uint8Array,
  bAt: number,
  length: number,
): number {
  for (let i = 0; i < length; i++) {
    const d = a[aAt + i]! - b[bAt + i]!;
    if (d !== 0) return d;
  }
  return 0;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, 0, b, 0, a.length) === 0;
}

/** Up to four bytes as one unsigned number, first byte most significant: orders as memcmp does. */
export function bigEndian(b: Uint8Array, at: number, length: number): number {
  let n = 0;
  for (let i = 0; i < length; i++) n = n * 256 + b[at + i]!;
  return n;
}

/** Big-endian 32-bit words of a key; the last one filled up with zeros. */
export function words(b: Uint8Array, at: number, length: number, into: Uint32Array): void {
  const whole = length >> 2;
  for (let i = 0, p = at; i < whole; i++, p += 4) {
    into[i] = (b[p]! << 24) | (b[p + 1]! << 16) | (b[p + 2]! << 8) | b[p + 3]!;
  }
  const rest = length & 3;
  if (rest > 0) {
    into[whole] = bigEndian(b, at + whole * 4, rest) * 2 ** (8 * (4 - rest));
  }
}

/** Spreads words over 32 bits; a hash of our own, nothing of it shows. */
export function hashWords(w: Uint32Array, count: number): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < count; i++) {
    h = Math.imul(h ^ w[i]!, 0x9e3779b1);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 13);
}
