/**
 * Decoding a packet where a hook function of nft begins: protocol, transport header, fragment.
 *
 * Mirrors nft_set_pktinfo_* (nf_tables_ipv4.h, nf_tables_ipv6.h) and ipv6_find_hdr. Fills L4PROTO,
 * TH, FRAGOFF and INNER; what cannot be decoded has L4PROTO NONE.
 */
import { half } from './address.ts';
import {
  DATA,
  END,
  FRAGOFF,
  INNER,
  L4PROTO,
  NFPROTO_IPV4,
  NH,
  NONE,
  type Packet,
  TH,
} from './packet.ts';

const IPPROTO_ROUTING = 43;
const IPPROTO_FRAGMENT = 44;
const IPPROTO_AH = 51;
const IPPROTO_NONE = 59;
const IPPROTO_DSTOPTS = 60;
const IP_OFFSET = 0x1fff;

/** nft_set_pktinfo_unspec */
export function pktinfoUnspec(p: Packet): void {
  const { m } = p;
  m[L4PROTO] = NONE;
  m[TH] = m[NH]!;
  m[FRAGOFF] = 0;
  m[INNER] = NONE;
}

/** nft_set_pktinfo_ipv4: in hooks behind ip_rcv the header is known to be sound. */
export function pktinfoIpv4(p: Packet): void {
  const { m, b } = p;
  const at = m[NH]!;
  m[L4PROTO] = b[at + 9]!;
  m[TH] = at + (b[at]! & 15) * 4;
  m[FRAGOFF] = half(b, at + 6) & IP_OFFSET;
  m[INNER] = NONE;
}

/** __nft_set_pktinfo_ipv4_validate: where nobody has looked yet. false: not an IPv4 packet. */
function validIpv4(p: Packet): boolean {
  const { m, b } = p;
  const at = m[NH]!;
  if (m[END]! - at < 20 || b[at]! >> 4 !== 4) return false;
  const ihl = (b[at]! & 15) * 4;
  if (ihl < 20) return false;
  const length = half(b, at + 2);
  return m[END]! - at >= length && length >= ihl;
}

/** nft_set_pktinfo_ipv4_validate, for netdev and bridge. */
export function pktinfoIpv4Validate(p: Packet): void {
  if (validIpv4(p)) pktinfoIpv4(p);
  else pktinfoUnspec(p);
}

/** nft_set_pktinfo_ipv4_ingress, for inet ingress. false: NF_DROP. */
export function pktinfoIpv4Ingress(p: Packet): boolean {
  if (!validIpv4(p)) return false;
  pktinfoIpv4(p);
  return true;
}

/** nft_set_pktinfo_ipv6. `fit`: an extension header that runs past the end hides what it names. */
export function pktinfoIpv6(p: Packet, fit: boolean): void {
  if (!findHeader6(p, fit)) pktinfoUnspec(p);
}

function validIpv6(p: Packet): boolean {
  const { m, b } = p;
  const at = m[NH]!;
  if (m[END]! - at < 40 || b[at]! >> 4 !== 6) return false;
  return half(b, at + 4) + 40 <= m[END]! - at;
}

/** nft_set_pktinfo_ipv6_validate. */
export function pktinfoIpv6Validate(p: Packet, fit: boolean): void {
  if (!validIpv6(p) || !findHeader6(p, fit)) pktinfoUnspec(p);
}

/** nft_set_pktinfo_ipv6_ingress. false: NF_DROP. */
export function pktinfoIpv6Ingress(p: Packet, fit: boolean): boolean {
  return validIpv6(p) && findHeader6(p, fit);
}

/** ipv6_ext_hdr */
const isExtension = (next: number): boolean =>
  next === 0 ||
  next === IPPROTO_ROUTING ||
  next === IPPROTO_FRAGMENT ||
  next === IPPROTO_AH ||
  next === IPPROTO_NONE ||
  next === IPPROTO_DSTOPTS;

/** ipv6_find_hdr with target -1 and IP6_FH_F_AUTH: the last header; stops at AH. */
function findHeader6(p: Packet, fit: boolean): boolean {
  const { m, b } = p;
  const end = m[END]!;
  let at = m[NH]! + 40;
  let next = b[m[NH]! + 6]!;
  let fragoff = 0;
  while (isExtension(next) && next !== IPPROTO_NONE) {
    if (end - at < 2) return false;
    let length = (b[at + 1]! + 1) * 8;
    if (next === IPPROTO_ROUTING) {
      if (end - at < 4) return false;
    } else if (next === IPPROTO_FRAGMENT) {
      if (end - at < 4) return false;
      const offset = half(b, at + 2) & ~7;
      if (offset !== 0) {
        const inner = b[at]!;
        if (isExtension(inner) && inner !== IPPROTO_NONE) return false;
        next = inner;
        fragoff = offset;
        // thoff stays unset: the transport header is in another fragment
        at = m[DATA]!;
        break;
      }
      length = 8;
    } else if (next === IPPROTO_AH) break;
    if (fit && end - at < length) return false;
    next = b[at]!;
    at += length;
  }
  m[L4PROTO] = next;
  m[TH] = at;
  m[FRAGOFF] = fragoff;
  m[INNER] = NONE;
  return true;
}

export interface PortInfo {
  protocol: number;
  /** -1: no ports here. */
  th: number;
}

const PORTED = [6, 17, 33, 132, 136];

/** Protocol and transport header for whoever does not run at a hook; leaves the slots alone. */
export function pktinfo(p: Packet, family: number, into: PortInfo): void {
  const { m } = p;
  const { [L4PROTO]: l4, [TH]: th, [FRAGOFF]: fragoff, [INNER]: inner } = m;
  if (family === NFPROTO_IPV4) pktinfoIpv4(p);
  else pktinfoIpv6(p, true);
  into.protocol = Math.max(m[L4PROTO]!, 0);
  into.th = m[FRAGOFF] === 0 && PORTED.includes(into.protocol) ? m[TH]! : -1;
  m[L4PROTO] = l4!;
  m[TH] = th!;
  m[FRAGOFF] = fragoff!;
  m[INNER] = inner!;
}
