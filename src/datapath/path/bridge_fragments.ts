/**
 * Fragments that pass a bridge with connection tracking: put together before it, cut again behind it.
 *
 * Mirrors nf_ct_br_defrag4/6 and nf_br_ip_fragment (nf_conntrack_bridge.c), br_ip6_fragment
 * (netfilter.c of net/ipv6).
 */
import { half } from '../address.ts';
import type { BridgeFragments } from '../conntrack/bridge.ts';
import { NF_ACCEPT, NF_STOLEN } from '../hooks.ts';
import { IPV6_MIN_MTU } from '../ifaddr.ts';
import type { Netns } from '../netns.ts';
import {
  CB_FLAGS,
  DATA,
  DEV,
  ETH_P_IP,
  FLAG_IGNORE_DF,
  FLAGS,
  FRAG_MAX,
  HOOK,
  IIF,
  LL,
  NFPROTO_IPV4,
  NH,
  OIF,
  type Packet,
  PF,
  PROTOCOL,
} from '../packet.ts';
import { bridgePush } from './bridge.ts';
import { ipDefrag } from './defrag.ts';
import { gather6 } from './defrag6.ts';
import { fragment4, fragment6 } from './fragment.ts';

const ETH_HLEN = 14;
/** IP_MF and IP_OFFSET: it is a fragment. */
const FRAGMENTED = 0x3fff;

/** The bridge's own notes (br_input_skb_cb) survive what defragmentation writes in their place. */
function gather(ns: Netns, p: Packet, family: number): number {
  const { m, b } = p;
  const { [CB_FLAGS]: flags, [PF]: pf, [HOOK]: hook, [IIF]: iif, [OIF]: oif } = m;
  if (family !== NFPROTO_IPV4) {
    const verdict = gather6(ns, p, 'bridge');
    if (verdict !== NF_ACCEPT) return verdict;
  } else if ((half(b, m[NH]! + 6) & FRAGMENTED) === 0) return NF_ACCEPT;
  else if (!ipDefrag(ns, p, 'bridge')) return NF_STOLEN;
  else m[FLAGS] = m[FLAGS]! | FLAG_IGNORE_DF;
  m[CB_FLAGS] = flags!;
  m[PF] = pf!;
  m[HOOK] = hook!;
  m[IIF] = iif!;
  m[OIF] = oif!;
  return NF_ACCEPT;
}

/** nf_ct_bridge_refrag: every piece with the Ethernet header of the whole. */
function cut(ns: Netns, p: Packet): number {
  const { m } = p;
  const max = m[FRAG_MAX]!;
  if (max === 0) return NF_ACCEPT;
  const to = ns.devices.get(m[DEV]!)!;
  const ipv4 = m[PROTOCOL] === ETH_P_IP;
  if (ipv4 ? longest(p) > to.mtu : max > to.mtu || max < IPV6_MIN_MTU) {
    ns.drop(p, 'PKT_TOO_BIG');
    return NF_STOLEN;
  }
  const mac = p.b.slice(m[LL]!, m[LL]! + ETH_HLEN);
  const send = (_: Netns, part: Packet): number => {
    part.m[LL] = part.m[NH]! - ETH_HLEN;
    part.b.set(mac, part.m[LL]);
    part.m[DATA] = part.m[NH]!;
    bridgePush(ns, part, to);
    return 0;
  };
  if (ipv4) fragment4(ns, p, max, send);
  else fragment6(ns, p, max, send);
  return NF_STOLEN;
}

/** Of the pieces that it came in; where nobody knows them any more, it is cut anew and fits. */
function longest(p: Packet): number {
  const { pieces } = p;
  if (pieces === null) return 0;
  const hlen = (p.b[p.m[NH]!]! & 15) * 4;
  return Math.max(pieces[0]! - hlen, ...pieces.slice(1));
}

export const bridgeFragments = (ns: Netns): BridgeFragments => ({
  gather: (p, family) => gather(ns, p, family),
  cut: (p) => cut(ns, p),
});
