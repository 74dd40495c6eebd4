/** Numbers and addresses as the C library reads them from arguments. */
import { parseIpv6 } from '../../datapath/address.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../../datapath/packet.ts';
import type { Address } from './command.ts';

/** atoi: the decimal digits at the start, else 0. */
export const atoi = (text: string): number => Number(/^\s*[+-]?\d+/.exec(text)?.[0] ?? 0);

/** strtoul with base 0: decimal, 0x hexadecimal or 0 octal digits at the start, else 0; as uint32. */
export function strtoul(text: string): number {
  const match = /^\s*([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)/i.exec(text);
  if (!match) return 0;
  const digits = match[2]!;
  const octal = /^0[0-7]+$/.test(digits);
  const value = octal ? Number.parseInt(digits, 8) : Number(digits);
  return (match[1] === '-' ? -value : value) >>> 0;
}

/** inet_aton: one to four numbers, the last of which fills what is left. */
function inetAton(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  let value = 0;
  for (const [i, part] of parts.entries()) {
    if (!/^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(part)) return undefined;
    const last = i === parts.length - 1;
    const number = /^0[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number(part);
    const limit = last ? 2 ** (8 * (4 - i)) : 256;
    if (number >= limit) return undefined;
    value += last ? number : number * 2 ** (8 * (3 - i));
  }
  return value;
}

/** An IPv4 or IPv6 address without a mask. */
export function parseAddress(text: string): Address | undefined {
  const ipv4 = inetAton(text);
  if (ipv4 !== undefined) return { family: NFPROTO_IPV4, words: Uint32Array.of(ipv4, 0, 0, 0) };
  const ipv6 = text.includes(':') ? parseIpv6(text) : undefined;
  return ipv6 && { family: NFPROTO_IPV6, words: Uint32Array.from(ipv6) };
}

/** The netmask of a prefix length, as address words. */
export function netmask(bits: number): Uint32Array {
  return Uint32Array.from({ length: 4 }, (_, i) => {
    const here = Math.min(Math.max(bits - 32 * i, 0), 32);
    return here === 0 ? 0 : -1 << (32 - here);
  });
}
