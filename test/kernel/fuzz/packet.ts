/** Packets of the fuzzer as traces have them: fields that nest, and bytes as hexadecimal. */
import { crc32c } from '../../../src/datapath/checksum.ts';

/** A packet's fields, as an event of a trace has them. */
export interface Fields {
  readonly [field: string]: unknown;
}

export const dottedQuad = (b: Uint8Array, at: number): string =>
  [...b.subarray(at, at + 4)].join('.');

const group = (b: Uint8Array, at: number): string => ((b[at]! << 8) | b[at + 1]!).toString(16);

export const ipv6Text = (b: Uint8Array, at: number): string =>
  Array.from({ length: 8 }, (_, i) => group(b, at + 2 * i)).join(':');

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const u16 = (n: number): string => (n & 0xffff).toString(16).padStart(4, '0');
export const u32 = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');

export const filled = (length: number, fill = 97): Fields => ({ payload: { length, fill } });

/** The checksum of an SCTP packet with these chunks. */
export function sctpChecksum(sport: number, dport: number, vtag: number, chunks: string): number {
  const bytes = Buffer.from(`${u16(sport)}${u16(dport)}${u32(vtag)}00000000${chunks}`, 'hex');
  const crc = crc32c(bytes, 0, bytes.length);
  return Buffer.from(Uint8Array.of(crc, crc >>> 8, crc >>> 16, crc >>> 24)).readUInt32BE(0);
}

/** Fields one level deep over others: `{ ip: { ttl: 1 } }` keeps the rest of `ip`. */
export function over(fields: Fields, more: Fields): Fields {
  const merged: Record<string, unknown> = { ...fields };
  for (const [key, value] of Object.entries(more)) {
    const both = typeof value === 'object' && typeof merged[key] === 'object';
    merged[key] = both ? { ...(merged[key] as Fields), ...(value as Fields) } : value;
  }
  return merged;
}
