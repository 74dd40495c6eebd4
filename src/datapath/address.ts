/**
 * Internet addresses as the path holds them: one int32 for IPv4, four int32 words for IPv6.
 *
 * int32 (not uint32), because those numbers need no allocation; compare with ===, print with >>> 0.
 */
import type { Packet } from './packet.ts';

/** Reads a big-endian 32-bit word as int32. */
export const word = (b: Uint8Array, at: number): number =>
  (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!;

export const half = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!;

export function putWord(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 24;
  b[at + 1] = value >>> 16;
  b[at + 2] = value >>> 8;
  b[at + 3] = value;
}

export function putHalf(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 8;
  b[at + 1] = value;
}

/** The netmask of a prefix length as int32. */
export const mask4 = (prefixlen: number): number => (prefixlen === 0 ? 0 : -1 << (32 - prefixlen));

/** The part of the mask of an IPv6 prefix that lies in word `i`. */
export function mask6(prefixlen: number, i: number): number {
  const bits = prefixlen - 32 * i;
  return bits >= 32 ? -1 : bits <= 0 ? 0 : -1 << (32 - bits);
}

export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8) | Number(part);
  }
  return value;
}

export function parseIpv6(text: string): Int32Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0]!);
  const tail = halves.length === 2 ? groups(halves[1]!) : [];
  if (head === undefined || tail === undefined) return undefined;
  const gap = 8 - head.length - tail.length;
  if (halves.length === 2 ? gap < 0 : gap !== 0) return undefined;
  const all = [...head, ...new Array<number>(gap).fill(0), ...tail];
  return Int32Array.from({ length: 4 }, (_, i) => (all[2 * i]! << 16) | all[2 * i + 1]!);
}

/** The 16-bit groups of one side of `::`; the last may be dotted. */
function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const out: number[] = [];
  for (const part of text.split(':')) {
    const dotted = part.includes('.') ? parseIpv4(part) : undefined;
    if (dotted !== undefined) out.push((dotted >>> 16) & 0xffff, dotted & 0xffff);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) out.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return out;
}

export const formatIpv4 = (a: number): string =>
  `${a >>> 24}.${(a >>> 16) & 255}.${(a >>> 8) & 255}.${a & 255}`;

/** RFC 5952: the longest run of two or more zero groups becomes `::`. */
export function formatIpv6(a: ArrayLike<number>): string {
  const g = Array.from({ length: 8 }, (_, i) => (a[i >> 1]! >>> (i & 1 ? 0 : 16)) & 0xffff);
  if (g.slice(0, 5).every((x) => x === 0) && g[5] === 0xffff)
    return `::ffff:${formatIpv4((g[6]! << 16) | g[7]!)}`;
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && g[i + n] === 0) n++;
    if (n > length) [start, length] = [i, n];
  }
  const hex = (part: number[]) => part.map((x) => x.toString(16)).join(':');
  return start < 0 ? hex(g) : `${hex(g.slice(0, start))}::${hex(g.slice(start + length))}`;
}

export function parseMac(text: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(text)) return undefined;
  return Uint8Array.from(text.split(':'), (x) => Number.parseInt(x, 16));
}

/** Fills `to` with the four words of an IPv6 address in the packet. */
export function loadIpv6(p: Packet, at: number, to: Int32Array): void {
  const b = p.b;
  to[0] = word(b, at);
  to[1] = word(b, at + 4);
  to[2] = word(b, at + 8);
  to[3] = word(b, at + 12);
}

export const equalIpv6 = (a: Int32Array, b: Int32Array): boolean =>
  a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];

/** An IPv6 address without what lies behind its prefix. */
export const maskedIpv6 = (a: Int32Array, prefixlen: number): Int32Array =>
  a.map((word, i) => word & mask6(prefixlen, i));
