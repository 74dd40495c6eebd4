/**
 * Rewrites the addresses and ports of a packet, or of the packet quoted in an ICMP error.
 *
 * Mirrors nf_nat_manip_pkt and the *_manip_pkt functions of nf_nat_proto.c. Checksums are mended for
 * what changes, not computed anew, so a wrong one stays wrong by the same amount; only SCTP's CRC is
 * made anew. False where the header that would change is not all there (the packet is dropped).
 */
import { half, putHalf, putWord, word } from '../address.ts';
import { crc32c, replace2, replace4 } from '../checksum.ts';
import { getL4proto } from '../conntrack/headers.ts';
import {
  IPPROTO_DCCP,
  IPPROTO_GRE,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  TUPLE_DST,
  TUPLE_SRC,
  type Tuple,
  tupleDport,
  tupleL3num,
  tupleProtonum,
  tupleSport,
} from '../conntrack/index.ts';
import { END, NFPROTO_IPV6, NONE, type Packet } from '../packet.ts';
import { NF_NAT_MANIP_DST, NF_NAT_MANIP_SRC } from './range.ts';

/** TCP, DCCP and SCTP quoted in an ICMP error may end after their ports. */
const PORTS_LENGTH = 8;
const TCP_HEADER = 20;
const DCCP_HEADER = 16;
const SCTP_HEADER = 12;
const UDP_HEADER = 8;
/** struct pptp_gre_header without its two optional words. */
const GRE_HEADER = 8;
const ICMP_HEADER = 8;

/**
 * Gives the packet whose IP header is at `ip` the source (NF_NAT_MANIP_SRC) or destination of
 * `target`.
 */
export function manipPacket(p: Packet, ip: number, target: Tuple, manip: number): boolean {
  return tupleL3num(target) === NFPROTO_IPV6
    ? manipIpv6(p, ip, target, manip)
    : manipIpv4(p, ip, target, manip);
}

function manipIpv4(p: Packet, ip: number, target: Tuple, manip: number): boolean {
  const b = p.b;
  if (ip + 20 > p.m[END]!) return false;
  const transport = ip + (b[ip]! & 15) * 4;
  if (!manipTransport(p, ip, transport, target, manip)) return false;
  const at = ip + (manip === NF_NAT_MANIP_SRC ? 12 : 16);
  const to = target[manip === NF_NAT_MANIP_SRC ? TUPLE_SRC : TUPLE_DST]! | 0;
  replace4(b, ip + 10, word(b, at), to);
  putWord(b, at, to);
  return true;
}

function manipIpv6(p: Packet, ip: number, target: Tuple, manip: number): boolean {
  const b = p.b;
  if (ip + 40 > p.m[END]!) return false;
  const transport = getL4proto(p, ip, NFPROTO_IPV6);
  if (transport !== NONE && !manipTransport(p, ip, transport, target, manip)) return false;
  const at = ip + (manip === NF_NAT_MANIP_SRC ? 8 : 24);
  const from = manip === NF_NAT_MANIP_SRC ? TUPLE_SRC : TUPLE_DST;
  for (let i = 0; i < 4; i++) putWord(b, at + 4 * i, target[from + i]! | 0);
  return true;
}

/** l4proto_manip_pkt: the protocol is that of the tuple, whatever the header says. */
function manipTransport(p: Packet, ip: number, at: number, target: Tuple, manip: number): boolean {
  const b = p.b;
  const end = p.m[END]!;
  switch (tupleProtonum(target)) {
    case IPPROTO_TCP:
      return manipPorts(p, ip, at, target, manip, TCP_HEADER, 16);
    case IPPROTO_DCCP:
      return manipPorts(p, ip, at, target, manip, DCCP_HEADER, 6);
    case IPPROTO_UDP:
      return manipUdp(b, ip, at, end, target, manip, at + 8 <= end && half(b, at + 6) !== 0);
    case IPPROTO_UDPLITE:
      return manipUdp(b, ip, at, end, target, manip, true);
    case IPPROTO_SCTP:
      return manipSctp(p, at, target, manip);
    case IPPROTO_ICMP:
      return manipIcmp(b, at, end, target);
    case IPPROTO_ICMPV6:
      return manipIcmpv6(b, ip, at, end, target, manip);
    case IPPROTO_GRE:
      return manipGre(b, at, end, target, manip);
    default:
      return true;
  }
}

/** TCP, DCCP: ports, and the checksum where the whole header is there. */
function manipPorts(
  p: Packet,
  ip: number,
  at: number,
  target: Tuple,
  manip: number,
  header: number,
  check: number,
): boolean {
  const b = p.b;
  const end = p.m[END]!;
  if (at + PORTS_LENGTH > end) return false;
  const old = putPort(b, at, target, manip);
  if (at + header > end) return true;
  p.pull(at + header);
  replaceAddress(b, ip, at + check, target, manip);
  replace2(b, at + check, old, portOf(target, manip));
  return true;
}

function manipUdp(
  b: Uint8Array,
  ip: number,
  at: number,
  end: number,
  target: Tuple,
  manip: number,
  sums: boolean,
): boolean {
  if (at + UDP_HEADER > end) return false;
  const old = putPort(b, at, target, manip);
  if (!sums) return true;
  replaceAddress(b, ip, at + 6, target, manip);
  replace2(b, at + 6, old, portOf(target, manip));
  if (half(b, at + 6) === 0) putHalf(b, at + 6, 0xffff);
  return true;
}

function manipSctp(p: Packet, at: number, target: Tuple, manip: number): boolean {
  const b = p.b;
  const end = p.m[END]!;
  if (at + PORTS_LENGTH > end) return false;
  putPort(b, at, target, manip);
  if (at + SCTP_HEADER > end) return true;
  p.pull(at + SCTP_HEADER);
  const crc = crc32c(b, at, end);
  for (let i = 0; i < 4; i++) b[at + 8 + i] = crc >>> (8 * i);
  return true;
}

/** ICMP types with an identifier: echo, timestamp, information, address mask. */
const hasIcmpId = (type: number): boolean => type === 0 || type === 8 || (type >= 13 && type <= 18);

function manipIcmp(b: Uint8Array, at: number, end: number, target: Tuple): boolean {
  if (at + ICMP_HEADER > end) return false;
  if (!hasIcmpId(b[at]!)) return true;
  replace2(b, at + 2, half(b, at + 4), tupleSport(target));
  putHalf(b, at + 4, tupleSport(target));
  return true;
}

/** Its checksum covers the addresses; only echo has an identifier to change. */
function manipIcmpv6(
  b: Uint8Array,
  ip: number,
  at: number,
  end: number,
  target: Tuple,
  manip: number,
): boolean {
  if (at + ICMP_HEADER > end) return false;
  replaceAddress(b, ip, at + 2, target, manip);
  if (b[at] !== 128 && b[at] !== 129) return true;
  replace2(b, at + 2, half(b, at + 4), tupleSport(target));
  putHalf(b, at + 4, tupleSport(target));
  return true;
}

/** The call id of PPTP (version 1); version 0 has none, others are not known. */
function manipGre(b: Uint8Array, at: number, end: number, target: Tuple, manip: number): boolean {
  if (at + GRE_HEADER > end) return false;
  if (manip !== NF_NAT_MANIP_DST) return true;
  const version = b[at + 1]! & 7;
  if (version > 1) return false;
  if (version === 1) putHalf(b, at + 6, tupleDport(target));
  return true;
}

const portOf = (target: Tuple, manip: number): number =>
  manip === NF_NAT_MANIP_SRC ? tupleSport(target) : tupleDport(target);

/** Returns the port that stood there. */
function putPort(b: Uint8Array, at: number, target: Tuple, manip: number): number {
  const place = manip === NF_NAT_MANIP_SRC ? at : at + 2;
  const old = half(b, place);
  putHalf(b, place, portOf(target, manip));
  return old;
}

/** nf_csum_update: mends a checksum that covers the addresses, before the address changes. */
function replaceAddress(
  b: Uint8Array,
  ip: number,
  check: number,
  target: Tuple,
  manip: number,
): void {
  const source = manip === NF_NAT_MANIP_SRC;
  const from = source ? TUPLE_SRC : TUPLE_DST;
  if (tupleL3num(target) !== NFPROTO_IPV6) {
    replace4(b, check, word(b, ip + (source ? 12 : 16)), target[from]! | 0);
    return;
  }
  const at = ip + (source ? 8 : 24);
  for (let i = 0; i < 4; i++) replace4(b, check, word(b, at + 4 * i), target[from + i]! | 0);
}
