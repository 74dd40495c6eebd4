/**
 * Internet checksums over bytes: RFC 1071 sums, RFC 1624 updates, SCTP's CRC32c.
 *
 * Mirrors lib/checksum.c and include/net/checksum.h. Sums are 32-bit partial sums that `fold` makes
 * into the 16 bits that stand in a header; a 32-bit sum holds at least 64 KiB of data.
 */
import { half, putHalf } from './address.ts';

/** Adds the bytes from `start` to `end` (an odd last byte is the high half of its word). */
export function sumBytes(b: Uint8Array, start: number, end: number, sum = 0): number {
  const even = end - ((end - start) & 1);
  for (let i = start; i < even; i += 2) sum += (b[i]! << 8) | b[i + 1]!;
  if (even < end) sum += b[even]! << 8;
  return sum;
}

/** csum_fold: the complement of the folded sum, as it stands in a header. */
export function fold(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** The Internet checksum of the bytes from `start` to `end`. */
export const checksum = (b: Uint8Array, start: number, end: number): number =>
  fold(sumBytes(b, start, end));

/** The pseudo header of IPv4 (header at `nh`) as a partial sum. */
export function pseudo4(b: Uint8Array, nh: number, protocol: number, length: number): number {
  return sumBytes(b, nh + 12, nh + 20, protocol + length);
}

/** The pseudo header of IPv6. */
export function pseudo6(b: Uint8Array, nh: number, protocol: number, length: number): number {
  return sumBytes(b, nh + 8, nh + 40, protocol + (length >>> 16) + (length & 0xffff));
}

/** csum_replace2: mends the checksum at `at` for a 16-bit word that changes. */
export function replace2(b: Uint8Array, at: number, from: number, to: number): void {
  putHalf(b, at, fold((~half(b, at) & 0xffff) + (~from & 0xffff) + to));
}

/** csum_replace4: the same for a 32-bit word. */
export function replace4(b: Uint8Array, at: number, from: number, to: number): void {
  const old = (~half(b, at) & 0xffff) + (~(from >>> 16) & 0xffff) + (~from & 0xffff);
  putHalf(b, at, fold(old + (to >>> 16) + (to & 0xffff)));
}

/** ip_send_check: writes the checksum of the IPv4 header at `nh`. */
export function ipSendCheck(b: Uint8Array, nh: number): void {
  b[nh + 10] = b[nh + 11] = 0;
  putHalf(b, nh + 10, fold(sumBytes(b, nh, nh + (b[nh]! & 15) * 4)));
}

const CRC32C = Int32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1;
  return n;
});

/** CRC32c of an SCTP packet with its checksum field (8 … 11) read as zero, as int32. */
export function crc32c(b: Uint8Array, start: number, end: number): number {
  let crc = -1;
  for (let i = start; i < end; i++) {
    const byte = i >= start + 8 && i < start + 12 ? 0 : b[i]!;
    crc = CRC32C[(crc ^ byte) & 255]! ^ (crc >>> 8);
  }
  return ~crc;
}
