/**
 * IPv6 extension headers: walked, checked and skipped.
 *
 * Mirrors exthdrs.c, exthdrs_core.c and ip6_find_1stfragopt (output_core.c).
 */
import { half } from '../address.ts';
import type { Netns } from '../netns.ts';
import { END, NH, PACKET_HOST, type Packet, PKTTYPE, SKB_TH } from '../packet.ts';
import { ICMPV6_HDR_FIELD, ICMPV6_PARAMPROB, ICMPV6_UNK_OPTION, icmp6Send } from './icmp6.ts';

export const IPPROTO_HOPOPTS = 0;
export const IPPROTO_ROUTING = 43;
export const IPPROTO_FRAGMENT = 44;
export const IPPROTO_AH = 51;
export const IPPROTO_ICMPV6 = 58;
export const IPPROTO_NONE = 59;
export const IPPROTO_DSTOPTS = 60;

const MAX_OPTS_COUNT = 8;
const TLV_PAD1 = 0;
const TLV_PADN = 1;
const TLV_ROUTERALERT = 5;
const TLV_JUMBO = 0xc2;

/** ipv6_ext_hdr */
export const isExtension = (next: number): boolean =>
  next === IPPROTO_HOPOPTS ||
  next === IPPROTO_ROUTING ||
  next === IPPROTO_FRAGMENT ||
  next === IPPROTO_AH ||
  next === IPPROTO_NONE ||
  next === IPPROTO_DSTOPTS;

/** Where ipv6SkipExthdr ended. */
export const skipped = { next: 0, fragOff: 0 };

/**
 * ipv6_skip_exthdr: from the header of type `next` at `at`, the position of the upper layer's;
 * `skipped` has its protocol and the fragment offset field; -1: cut short.
 */
export function skipExthdr(b: Uint8Array, at: number, end: number, next: number): number {
  skipped.fragOff = 0;
  while (isExtension(next)) {
    if (next === IPPROTO_NONE || end - at < 2) return -1;
    let length = (b[at + 1]! + 1) * 8;
    if (next === IPPROTO_FRAGMENT) {
      if (end - at < 4) return -1;
      skipped.fragOff = half(b, at + 2);
      if (skipped.fragOff & 0xfff8) break;
      length = 8;
    } else if (next === IPPROTO_AH) length = (b[at + 1]! + 2) * 4;
    next = b[at]!;
    at += length;
  }
  skipped.next = next;
  return at;
}

/** ip6_find_1stfragopt: where a fragment header belongs, and the byte that names what follows. */
export function insertionPoint6(p: Packet): { hlen: number; nextAt: number } | null {
  const { m, b } = p;
  const at = m[NH]!;
  const length = m[END]! - at;
  let offset = 40;
  let nextAt = at + 6;
  let routing = false;
  while (offset <= length) {
    const next = b[nextAt]!;
    if (next === IPPROTO_ROUTING) routing = true;
    else if (next === IPPROTO_DSTOPTS ? routing : next !== IPPROTO_HOPOPTS)
      return { hlen: offset, nextAt };
    if (offset + 2 > length) return null;
    nextAt = at + offset;
    offset += (b[nextAt + 1]! + 1) * 8;
  }
  return null;
}

/** ipv6_parse_hopopts: TH stands behind the header then. false: freed. */
export function parseHopOptions(ns: Netns, p: Packet): boolean {
  return parseOptions(ns, p, true);
}

/** ipv6_destopt_rcv. */
export function parseDestinationOptions(ns: Netns, p: Packet): boolean {
  return parseOptions(ns, p, false);
}

function parseOptions(ns: Netns, p: Packet, hopByHop: boolean): boolean {
  const { m, b } = p;
  const at = m[SKB_TH]!;
  if (m[END]! - at < 8 || m[END]! - at < (b[at + 1]! + 1) * 8) {
    ns.drop(p, 'IP_INHDR');
    return false;
  }
  if (!parseTlv(ns, p, hopByHop)) return false;
  m[SKB_TH] = at + (b[at + 1]! + 1) * 8;
  return true;
}

/** ip6_parse_tlv. */
function parseTlv(ns: Netns, p: Packet, hopByHop: boolean): boolean {
  const { m, b } = p;
  const start = m[SKB_TH]!;
  const end = start + (b[start + 1]! + 1) * 8;
  let padding = 0;
  let count = 0;
  const bad = () => {
    ns.drop(p, 'IP_INHDR');
    return false;
  };
  for (let at = start + 2; at < end; ) {
    if (b[at] === TLV_PAD1) {
      if (++padding > 7) return bad();
      at++;
      continue;
    }
    if (end - at < 2) return bad();
    const length = b[at + 1]! + 2;
    if (length > end - at) return bad();
    if (b[at] === TLV_PADN) {
      padding += length;
      if (padding > 7) return bad();
      for (let i = 2; i < length; i++) if (b[at + i] !== 0) return bad();
    } else {
      if (++count > MAX_OPTS_COUNT) return bad();
      const known = hopByHop && b[at] === TLV_ROUTERALERT;
      if (known && b[at + 1] !== 2) return bad();
      if (hopByHop && b[at] === TLV_JUMBO) return refuseJumbo(ns, p, at);
      if (!known && !toleratesUnknown(ns, p, at)) return false;
      padding = 0;
    }
    at += length;
  }
  return true;
}

/** ipv6_hop_jumbo: a jumbogram never fits a frame here. false: freed. */
function refuseJumbo(ns: Netns, p: Packet, at: number): false {
  const { m, b } = p;
  const offset = at - m[NH]!;
  const wellPlaced = b[at + 1] === 4 && (offset & 3) === 2;
  if (wellPlaced) {
    const small = b[at + 2] === 0 && b[at + 3] === 0;
    const pointer = small ? offset + 2 : offset;
    if (small || b[m[NH]! + 4]! | b[m[NH]! + 5]!)
      icmp6Send(ns, p, ICMPV6_PARAMPROB, ICMPV6_HDR_FIELD, pointer);
  }
  ns.drop(p, 'IP_INHDR');
  return false;
}

/** ip6_tlvopt_unknown: the two upper bits say what to do. false: freed. */
function toleratesUnknown(ns: Netns, p: Packet, at: number): boolean {
  const { m, b } = p;
  const action = b[at]! >> 6;
  if (action === 0) return true;
  const multicast = b[m[NH]! + 24] === 0xff;
  if (action === 2 || (action === 3 && !multicast))
    icmp6Send(ns, p, ICMPV6_PARAMPROB, ICMPV6_UNK_OPTION, at - m[NH]!);
  ns.drop(p, 'UNHANDLED_PROTO');
  return false;
}

/** IPV6_SRCRT_TYPE_* */
const MOBILE = 2;
const RPL = 3;
const SRH = 4;

/** ipv6_rthdr_rcv: source routes that end here. false: freed. */
export function parseRouting(ns: Netns, p: Packet): boolean {
  const { m, b } = p;
  const at = m[SKB_TH]!;
  if (m[END]! - at < 8 || m[END]! - at < (b[at + 1]! + 1) * 8) {
    ns.drop(p, 'IP_INHDR');
    return false;
  }
  if (b[m[NH]! + 24] === 0xff || m[PKTTYPE] !== PACKET_HOST) {
    ns.drop(p, 'IP_INADDRERRORS');
    return false;
  }
  const type = b[at + 2]!;
  // segment routing, for which the devices are not set up
  if (type === RPL || type === SRH) {
    ns.drop(p, 'NOT_SPECIFIED');
    return false;
  }
  if (b[at + 3] === 0 && type !== MOBILE) {
    m[SKB_TH] = at + (b[at + 1]! + 1) * 8;
    return true;
  }
  if (type !== MOBILE) icmp6Send(ns, p, ICMPV6_PARAMPROB, ICMPV6_HDR_FIELD, at + 2 - m[NH]!);
  ns.drop(p, 'IP_INHDR');
  return false;
}
