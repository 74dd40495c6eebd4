/**
 * From a packet to its tuple: where the transport header is, and what tells connections apart.
 *
 * Mirrors get_l4proto and nf_ct_get_tuple (nf_conntrack_core.c). Offsets count from the start of p.b.
 */
import { half, word } from '../address.ts';
import { END, NFPROTO_IPV4, NFPROTO_IPV6, NONE, type Packet } from '../packet.ts';
import type { ConntrackCore } from './core.ts';
import { trackerOf } from './proto/index.ts';
import { TUPLE_DST, TUPLE_PORTS, TUPLE_PROTO, TUPLE_SRC, type Tuple } from './tuple.ts';

const NEXTHDR_HOP = 0;
const NEXTHDR_ROUTING = 43;
const NEXTHDR_FRAGMENT = 44;
const NEXTHDR_AUTH = 51;
const NEXTHDR_NONE = 59;
const NEXTHDR_DEST = 60;

/** What getL4proto found: the transport protocol of the last packet it was asked about. */
export const l4 = { protonum: 0 };

/**
 * Offset of the transport header behind the network header at `nh`; sets l4.protonum. NONE for later
 * fragments and headers that are cut off.
 */
export function getL4proto(p: Packet, nh: number, pf: number): number {
  if (pf === NFPROTO_IPV4) return ipv4L4proto(p, nh);
  return pf === NFPROTO_IPV6 ? ipv6L4proto(p, nh) : NONE;
}

function ipv4L4proto(p: Packet, nh: number): number {
  const { b, m } = p;
  if (nh + 20 > m[END]!) return NONE;
  if (half(b, nh + 6) & 0x1fff) return NONE;
  const dataoff = nh + (b[nh]! & 15) * 4;
  if (dataoff > m[END]!) return NONE;
  l4.protonum = b[nh + 9]!;
  return dataoff;
}

/** ipv6_skip_exthdr */
function ipv6L4proto(p: Packet, nh: number): number {
  const { b, m } = p;
  const end = m[END]!;
  if (nh + 40 > end) return NONE;
  let nexthdr = b[nh + 6]!;
  let at = nh + 40;
  while (isExtension(nexthdr)) {
    if (nexthdr === NEXTHDR_NONE || at + 2 > end) return NONE;
    let length = (b[at + 1]! + 1) * 8;
    if (nexthdr === NEXTHDR_FRAGMENT) {
      if (at + 4 > end || half(b, at + 2) & ~7) return NONE;
      length = 8;
    } else if (nexthdr === NEXTHDR_AUTH) {
      length = (b[at + 1]! + 2) * 4;
    }
    nexthdr = b[at]!;
    at += length;
  }
  l4.protonum = nexthdr;
  return at;
}

const isExtension = (nexthdr: number): boolean =>
  nexthdr === NEXTHDR_HOP ||
  nexthdr === NEXTHDR_ROUTING ||
  nexthdr === NEXTHDR_FRAGMENT ||
  nexthdr === NEXTHDR_AUTH ||
  nexthdr === NEXTHDR_NONE ||
  nexthdr === NEXTHDR_DEST;

/** Fills addresses and protocols of `t`; false if the network header is cut off. */
function getAddresses(p: Packet, nh: number, pf: number, protonum: number, t: Tuple) {
  const b = p.b;
  t.fill(0);
  t[TUPLE_PROTO] = (pf << 8) | protonum;
  if (pf === NFPROTO_IPV4) {
    if (nh + 20 > p.m[END]!) return false;
    t[TUPLE_SRC] = word(b, nh + 12);
    t[TUPLE_DST] = word(b, nh + 16);
    return true;
  }
  if (nh + 40 > p.m[END]!) return false;
  for (let i = 0; i < 4; i++) {
    t[TUPLE_SRC + i] = word(b, nh + 8 + 4 * i);
    t[TUPLE_DST + i] = word(b, nh + 24 + 4 * i);
  }
  return true;
}

/** nf_ct_get_tuple_ports: the first four bytes, as TCP, UDP, SCTP and DCCP have them. */
export function getPorts(p: Packet, dataoff: number, t: Tuple): boolean {
  if (dataoff + 4 > p.m[END]!) return false;
  t[TUPLE_PORTS] = word(p.b, dataoff);
  return true;
}

/** nf_ct_get_tuple: false if a header is cut off or the protocol cannot be tracked. */
export function getTuple(
  ct: ConntrackCore,
  p: Packet,
  nh: number,
  dataoff: number,
  pf: number,
  protonum: number,
  t: Tuple,
): boolean {
  if (!getAddresses(p, nh, pf, protonum, t)) return false;
  return trackerOf(protonum).packetToTuple(ct, p, dataoff, t);
}
