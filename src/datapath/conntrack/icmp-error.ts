/**
 * ICMP errors and what else of ICMP is not a connection of its own.
 *
 * Mirrors nf_conntrack_icmpv4_error, nf_conntrack_icmpv6_error and nf_conntrack_inet_error: an error
 * belongs, as RELATED, to the connection of the packet that it quotes.
 */

import { word } from '../address.ts';
import { PREROUTING } from '../hooks.ts';
import {
  CT,
  CTINFO,
  END,
  HOOK,
  IP_CT_ESTABLISHED_REPLY,
  IP_CT_RELATED,
  IP_CT_UNTRACKED,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  NONE,
  type Packet,
  PF,
} from '../packet.ts';
import { badChecksum, badPlainChecksum } from './checksum.ts';
import type { ConntrackCore } from './core.ts';
import { getL4proto, getTuple, l4 } from './headers.ts';
import { invertTuple } from './invert.ts';
import { IPPROTO_ICMP, IPPROTO_ICMPV6 } from './status.ts';
import { findInZone } from './track.ts';
import { ACCEPT, INVALID } from './tracker.ts';
import { newTuple, TUPLE_DST, TUPLE_WORDS } from './tuple.ts';

const HEADER = 8;
const HIGHEST_TYPE = 18;
/** Destination unreachable, source quench, redirect, time exceeded, parameter problem. */
const ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);

/** Multicast listener and neighbour discovery: never tracked. */
const UNTRACKED6: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 143]);
/** Multicast router discovery (RFC 4286): advertisement, solicitation. */
const ROUTER_DISCOVERY6: ReadonlySet<number> = new Set([151, 152]);
const REDIRECT6 = 137;
const FIRST_INFORMATIONAL6 = 128;
/** struct rd_msg: header, target, destination. */
const REDIRECT6_HEADER = 40;
const ND_OPT_REDIRECT_HDR = 4;

const inner = newTuple();
const inverse = newTuple();

/**
 * Looks at an ICMP packet before it is looked up; ACCEPT (then p may have a connection, or be
 * untracked) or INVALID.
 */
export function handleIcmp(
  ct: ConntrackCore,
  p: Packet,
  dataoff: number,
  protonum: number,
  template: number,
): number {
  const pf = p.m[PF];
  let verdict = ACCEPT;
  if (pf === NFPROTO_IPV4 && protonum === IPPROTO_ICMP)
    verdict = icmpError(ct, p, dataoff, template);
  if (pf === NFPROTO_IPV6 && protonum === IPPROTO_ICMPV6)
    verdict = icmpv6Error(ct, p, dataoff, template);
  if (verdict === INVALID) ct.stats.error++;
  return verdict;
}

function icmpError(ct: ConntrackCore, p: Packet, dataoff: number, template: number): number {
  const { b, m } = p;
  if (dataoff + HEADER > m[END]!) return INVALID;
  if (ct.settings.checksum && m[HOOK] === PREROUTING && badPlainChecksum(p)) return INVALID;
  const type = b[dataoff]!;
  if (type > HIGHEST_TYPE) return INVALID;
  if (!ERRORS.has(type)) return ACCEPT;
  return inetError(ct, p, dataoff + HEADER, m[NH]! + 16, template);
}

function icmpv6Error(ct: ConntrackCore, p: Packet, dataoff: number, template: number): number {
  const { b, m } = p;
  if (dataoff + HEADER > m[END]!) return INVALID;
  const length = m[END]! - dataoff;
  if (
    m[HOOK] === PREROUTING &&
    ct.settings.checksum &&
    badChecksum(p, dataoff, IPPROTO_ICMPV6, length)
  )
    return INVALID;
  const type = b[dataoff]!;
  const { icmpv6RouterDiscoveryUntracked } = ct.netns.profile;
  if (UNTRACKED6.has(type) || (icmpv6RouterDiscoveryUntracked && ROUTER_DISCOVERY6.has(type))) {
    m[CTINFO] = IP_CT_UNTRACKED;
    return ACCEPT;
  }
  if (type === REDIRECT6) return redirect6(ct, p, dataoff, template);
  if (type >= FIRST_INFORMATIONAL6) return ACCEPT;
  return inetError(ct, p, dataoff + HEADER, m[NH]! + 24, template);
}

/** nf_conntrack_icmpv6_redirect: quotes a packet in an option. */
function redirect6(ct: ConntrackCore, p: Packet, dataoff: number, template: number): number {
  const { b, m } = p;
  if (dataoff + REDIRECT6_HEADER > m[END]!) return INVALID;
  if (b[dataoff + 1] !== 0) return ACCEPT;
  const nh = m[NH]!;
  const linkLocal = b[nh + 8] === 0xfe && (b[nh + 9]! & 0xc0) === 0x80;
  if (b[nh + 7] !== 255 || !linkLocal) return INVALID;
  const option = dataoff + REDIRECT6_HEADER;
  if (option + 2 > m[END]! || b[option + 1] === 0) return INVALID;
  if (b[option] !== ND_OPT_REDIRECT_HDR) return ACCEPT;
  return inetError(ct, p, option + 8, nh + 24, template);
}

/**
 * `at` is the quoted packet's network header, `daddr` where the error's own destination stands: it
 * must be an end of the connection.
 */
function inetError(
  ct: ConntrackCore,
  p: Packet,
  at: number,
  daddr: number,
  template: number,
): number {
  const { m } = p;
  const pf = m[PF]!;
  const dataoff = getL4proto(p, at, pf);
  if (dataoff === NONE || !getTuple(ct, p, at, dataoff, pf, l4.protonum, inner)) return INVALID;
  if (!invertTuple(inverse, inner)) return INVALID;
  const h = findInZone(ct, inverse, template);
  if (h === NONE) return INVALID;
  const words = pf === NFPROTO_IPV4 ? 1 : 4;
  for (let i = 0; i < words; i++) {
    const end = ct.table.tuples[h * TUPLE_WORDS + TUPLE_DST + i]!;
    if (end !== word(p.b, daddr + 4 * i) >>> 0) return INVALID;
  }
  m[CT] = h >> 1;
  m[CTINFO] = IP_CT_RELATED + (h & 1 ? IP_CT_ESTABLISHED_REPLY : 0);
  ct.hold(h >> 1);
  return ACCEPT;
}
