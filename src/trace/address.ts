/**
 * Addresses in traces: text to bytes.
 *
 * Owns the reading of addresses for people's files; bulk and packet addresses never come here.
 */
import { IPv4, IPv6 } from 'ip-num';

/** Four bytes, or undefined if the text is not an IPv4 address. */
export function ipv4Bytes(text: string): Uint8Array | undefined {
  try {
    const n = Number(new IPv4(text).value);
    return Uint8Array.of(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
  } catch {
    return undefined;
  }
}

/** Sixteen bytes, or undefined if the text is not an IPv6 address. */
export function ipv6Bytes(text: string): Uint8Array | undefined {
  try {
    let n = new IPv6(text).value;
    const out = new Uint8Array(16);
    for (let i = 15; i >= 0; i--, n >>= 8n) out[i] = Number(n & 255n);
    return out;
  } catch {
    return undefined;
  }
}

/** Six bytes of `02:00:00:00:00:01`, or undefined. */
export function macBytes(text: string): Uint8Array | undefined {
  if (!/^[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}$/.test(text)) return undefined;
  return Uint8Array.from(text.split(':'), (part) => Number.parseInt(part, 16));
}
