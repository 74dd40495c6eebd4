/**
 * How tuples and protocols read in listings, for the kernel's and conntrack's own layout alike.
 *
 * Mirrors print_tuple (nf_conntrack_standalone.c) and __snprintf_proto (libnetfilter_conntrack).
 */
import { formatIpv4, formatIpv6 } from '../../address.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../../packet.ts';
import { trackerOf } from '../proto/index.ts';
import {
  TUPLE_DST,
  TUPLE_SRC,
  type Tuple,
  tupleDport,
  tupleIcmpCode,
  tupleIcmpType,
  tupleL3num,
  tupleProtonum,
  tupleSport,
} from '../tuple.ts';

/** Writes the address at `at` of a family. */
export type FormatAddress = (t: Tuple, at: number, l3num: number) => string;

/** 2001:db8::1 */
export const shortAddress: FormatAddress = (t, at, l3num) =>
  l3num === NFPROTO_IPV4 ? formatIpv4(t[at]!) : formatIpv6(t.subarray(at, at + 4));

/** 2001:0db8:0000:0000:0000:0000:0000:0001 */
export const fullAddress: FormatAddress = (t, at, l3num) =>
  l3num === NFPROTO_IPV4
    ? formatIpv4(t[at]!)
    : Array.from({ length: 8 }, (_, i) => (t[at + (i >> 1)]! >>> (i & 1 ? 0 : 16)) & 0xffff)
        .map((group) => group.toString(16).padStart(4, '0'))
        .join(':');

export const l3protoName = (l3num: number): string =>
  l3num === NFPROTO_IPV4 ? 'ipv4' : l3num === NFPROTO_IPV6 ? 'ipv6' : 'unknown';

/** `ipv4     2 ` */
export const l3protoColumns = (l3num: number): string =>
  `${l3protoName(l3num).padEnd(8)} ${l3num} `;

/** `tcp      6 ` */
export const protoColumns = (protonum: number): string =>
  `${trackerOf(protonum).name.padEnd(8)} ${protonum} `;

/** `src=… dst=… sport=… dport=… ` */
export function formatTuple(t: Tuple, base: number, address: FormatAddress): string {
  const l3num = tupleL3num(t, base);
  const src = address(t, base + TUPLE_SRC, l3num);
  const dst = address(t, base + TUPLE_DST, l3num);
  return `src=${src} dst=${dst} ${formatPorts(t, base)}`;
}

function formatPorts(t: Tuple, base: number): string {
  const [src, dst] = [tupleSport(t, base), tupleDport(t, base)];
  switch (trackerOf(tupleProtonum(t, base)).ports) {
    case 'ports':
      return `sport=${src} dport=${dst} `;
    case 'icmp':
      return `type=${tupleIcmpType(t, base)} code=${tupleIcmpCode(t, base)} id=${src} `;
    case 'gre':
      return `srckey=0x${src.toString(16)} dstkey=0x${dst.toString(16)} `;
    case 'none':
      return '';
  }
}
