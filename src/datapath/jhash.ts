/**
 * Jenkins' hash over words. Mirrors jhash2 of include/linux/jhash.h (lookup3, public domain).
 */

const INITVAL = 0xdeadbeef;
const rol = (x: number, k: number) => (x << k) | (x >>> (32 - k));

/** Hashes the words (as the CPU holds them: little-endian loads of bytes); unsigned. */
export function jhash2(k: ArrayLike<number>, initval: number): number {
  let length = k.length;
  let a = (INITVAL + (length << 2) + initval) | 0;
  let b = a;
  let c = a;
  let i = 0;
  for (; length > 3; length -= 3, i += 3) {
    a = (a + k[i]!) | 0;
    b = (b + k[i + 1]!) | 0;
    c = (c + k[i + 2]!) | 0;
    a = ((a - c) ^ rol(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rol(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rol(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rol(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rol(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rol(b, 4)) | 0;
    b = (b + a) | 0;
  }
  if (length === 0) return c >>> 0;
  if (length > 2) c = (c + k[i + 2]!) | 0;
  if (length > 1) b = (b + k[i + 1]!) | 0;
  a = (a + k[i]!) | 0;
  c = ((c ^ b) - rol(b, 14)) | 0;
  a = ((a ^ c) - rol(c, 11)) | 0;
  b = ((b ^ a) - rol(a, 25)) | 0;
  c = ((c ^ b) - rol(b, 16)) | 0;
  a = ((a ^ c) - rol(c, 4)) | 0;
  b = ((b ^ a) - rol(a, 14)) | 0;
  c = ((c ^ b) - rol(b, 24)) | 0;
  return c >>> 0;
}

/** reciprocal_scale: spreads an unsigned 32-bit hash over 0 … range - 1. */
export function reciprocalScale(hash: number, range: number): number {
  const low = Math.floor(((hash & 0xffff) * range) / 0x10000);
  return Math.floor(((hash >>> 16) * range + low) / 0x10000);
}
