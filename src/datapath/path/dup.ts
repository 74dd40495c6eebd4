/**
 * Copies and detours: `dup to` and `fwd to`.
 *
 * Mirrors nf_dup_ipv4.c, nf_dup_ipv6.c, nf_dup_netdev.c and nft_fwd_netdev.c.
 */
import { half, putHalf } from '../address.ts';
import { ipSendCheck } from '../checksum.ts';
import { INPUT, NETDEV_INGRESS, PREROUTING } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  CTINFO,
  DATA,
  DEV,
  ETH_P_IP,
  ETH_P_IPV6,
  HOOK,
  IP_CT_UNTRACKED,
  LL,
  NFPROTO_IPV6,
  NH,
  type Packet,
  PF,
  PROTOCOL,
  SKB_IIF,
} from '../packet.ts';
import { ipLocalOut } from './ip.ts';
import { ip6LocalOut } from './ip6.ts';
import { neighbourOutput, transmit } from './transmit.ts';

const IP_DF = 0x4000;
/** NF_RECURSION_LIMIT */
const RECURSION_LIMIT = 2;

/**
 * nf_dup_ipv4, nf_dup_ipv6: a copy to a gateway, out of the device `oif` (0: any). `gateway` is one
 * or four words.
 */
export function dupIp(ns: Netns, p: Packet, gateway: Int32Array, oif: number): void {
  if (ns.duplicating) return;
  const copy = ns.clone(p);
  // pskb_copy takes what lies from the network header on, and new memory is zero
  if (copy.m[LL]! >= 0) copy.b.fill(0, copy.m[LL], copy.m[NH]);
  ns.resetConntrack(copy);
  copy.m[CTINFO] = IP_CT_UNTRACKED;
  const v6 = p.m[PF] === NFPROTO_IPV6;
  const arrived = p.m[HOOK] === PREROUTING || p.m[HOOK] === INPUT;
  if (v6) age6(copy, arrived);
  else age4(copy, arrived);
  const routed = v6 ? routeCopy6(ns, copy, gateway, oif) : routeCopy4(ns, copy, gateway, oif);
  if (!routed) {
    ns.free(copy);
    return;
  }
  ns.duplicating = true;
  if (v6) ip6LocalOut(ns, copy);
  else ipLocalOut(ns, copy);
  ns.duplicating = false;
}

/** DF lets the sender learn of a smaller MTU; the TTL keeps two machines from a loop. */
function age4(p: Packet, arrived: boolean): void {
  const { b, m } = p;
  const at = m[NH]!;
  putHalf(b, at + 6, half(b, at + 6) | IP_DF);
  if (arrived) b[at + 8]!--;
  ipSendCheck(b, at);
}

function age6(p: Packet, arrived: boolean): void {
  if (arrived) p.b[p.m[NH]! + 7]!--;
}

function routeCopy4(ns: Netns, p: Packet, gateway: Int32Array, oif: number): boolean {
  const flow = ns.outFlow4;
  flow.clear();
  flow.daddr[0] = gateway[0]!;
  flow.oif = oif;
  flow.tos = p.b[p.m[NH]! + 1]! & 0x1e;
  const route = ns.fib4.output(flow);
  if (route === null) return false;
  // FLOWI_FLAG_KNOWN_NH: without a next hop the gateway is it; where no route was found at all, the
  // device's neighbour is the packet's own destination (rt_set_nexthop).
  const known = route.gateway === null && route.fib !== null;
  p.dst = known ? { ...route, gateway: gateway.slice() } : route;
  p.m[DEV] = route.dev;
  p.m[PROTOCOL] = ETH_P_IP;
  return true;
}

function routeCopy6(ns: Netns, p: Packet, gateway: Int32Array, oif: number): boolean {
  const flow = ns.outFlow6;
  flow.clear();
  flow.daddr.set(gateway);
  flow.oif = oif;
  const route = ns.fib6.output(flow);
  if (route.error !== 0) return false;
  p.dst = route.gateway === null ? { ...route, gateway: gateway.slice() } : route;
  p.m[DEV] = route.dev;
  p.m[PROTOCOL] = ETH_P_IPV6;
  return true;
}

/** nf_dup_netdev_egress: a copy out of another device, as it is. */
export function dupNetdev(ns: Netns, p: Packet, oif: number): void {
  const device = ns.devices.get(oif);
  if (device !== undefined) netdevEgress(ns, ns.clone(p), oif);
}

/** nf_fwd_netdev_egress: the packet leaves by another device; the verdict is NF_STOLEN. */
export function fwdNetdev(ns: Netns, p: Packet, oif: number): void {
  p.m[SKB_IIF] = p.m[DEV]!;
  netdevEgress(ns, p, oif);
}

function netdevEgress(ns: Netns, p: Packet, oif: number): void {
  const device = ns.devices.get(oif);
  if (device === undefined || ns.netdevRecursion > RECURSION_LIMIT) {
    ns.free(p);
    return;
  }
  if (p.m[HOOK] === NETDEV_INGRESS && p.m[LL]! >= 0) p.m[DATA] = p.m[LL]!;
  ns.netdevRecursion++;
  transmit(ns, p, device);
  ns.netdevRecursion--;
}

export type FwdOutcome = 'stolen' | 'break' | 'drop';

/**
 * nft_fwd_neigh_eval: the packet leaves by `oif` to a neighbour, one hop older. 'break': it is of
 * another protocol; 'drop': its TTL is used up. Both leave it to the caller.
 */
export function fwdNeighbour(
  ns: Netns,
  p: Packet,
  family: number,
  address: Int32Array,
  oif: number,
): FwdOutcome {
  const { b, m } = p;
  const v6 = family === NFPROTO_IPV6;
  if (m[PROTOCOL] !== (v6 ? ETH_P_IPV6 : ETH_P_IP)) return 'break';
  const ttl = m[NH]! + (v6 ? 7 : 8);
  if (b[ttl]! <= 1 && ns.profile.fwdChecksTtl) return 'drop';
  b[ttl]!--;
  if (!v6) {
    const check = half(b, m[NH]! + 10) + 0x100;
    putHalf(b, m[NH]! + 10, (check & 0xffff) + (check >= 0xffff ? 1 : 0));
  }
  const device = ns.devices.get(oif);
  if (device === undefined) return 'break';
  const table = v6 ? ns.neigh6 : ns.neigh4;
  neighbourOutput(ns, p, table.get(oif, address), device);
  return 'stolen';
}
