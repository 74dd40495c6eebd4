/**
 * What rules ask of routing: `fib` and `rt`.
 *
 * Mirrors nft_fib_ipv4.c, nft_fib_ipv6.c and nft_rt.c. Answers are numbers; NFT_BREAK is NONE.
 */
import { loadIpv6, word } from '../address.ts';
import { LOOPBACK_IFINDEX } from '../device.ts';
import {
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../fib.ts';
import { isLocalMulticast4, isLoopback4, isMulticast4, isZeronet4 } from '../fib4_tables.ts';
import { isAny6, isLinkLocal6, isMulticast6 } from '../fib6.ts';
import { FORWARD, INPUT, PREROUTING } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  DEV,
  END,
  HOOK,
  IIF,
  L4PROTO,
  MARK,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  NONE,
  OIF,
  PACKET_LOOPBACK,
  type Packet,
  PF,
  PKTTYPE,
} from '../packet.ts';
import type { KernelProfile } from '../profile.ts';
import { EACCES, EAGAIN, EINVAL, type Route } from '../route.ts';
import { Flow } from '../rule.ts';
import { dstMtu } from './ip.ts';
import { outputMtu6 } from './ip6.ts';

/** What a fib expression looks at. */
export interface FibQuery {
  readonly daddr: boolean;
  readonly mark: boolean;
  readonly iif: boolean;
  readonly oif: boolean;
}

const LIMITED_BROADCAST = -1;
const TCP_MSS_DEFAULT = 536;
/** NF_INET_INGRESS */
const INET_INGRESS = 5;

const flow4 = new Flow(1);
const flow6 = new Flow(4);

/** The device that `iif` or `oif` restricts to; 0: none. */
function restriction(p: Packet, query: FibQuery): number {
  if (query.oif) return p.m[OIF]!;
  return query.iif ? p.m[IIF]! : 0;
}

/** nft_fib_is_loopback */
function isLooped(ns: Netns, p: Packet): boolean {
  const kind = ns.devices.get(p.m[IIF]!)?.kind;
  return p.m[PKTTYPE] === PACKET_LOOPBACK || kind === 'loopback';
}

/** nft_fib_can_skip: a packet of the machine's own that came back; its way is known. */
function isOwn(ns: Netns, p: Packet): boolean {
  const hook = p.m[HOOK];
  const early = hook === PREROUTING || hook === INET_INGRESS;
  return (early || (hook === INPUT && ns.profile.fibSkipsInput)) && isLooped(ns, p);
}

/** fib … oif: the ifindex of the route's device; 0: none; NONE: NFT_BREAK. */
export function fibOif(ns: Netns, p: Packet, family: number, query: FibQuery): number {
  return family === NFPROTO_IPV6 ? fibOif6(ns, p, query) : fibOif4(ns, p, query);
}

/** fib … type: RTN_*; NONE: NFT_BREAK. */
export function fibType(ns: Netns, p: Packet, family: number, query: FibQuery): number {
  return family === NFPROTO_IPV6 ? fibType6(ns, p, query) : fibType4(ns, p, query);
}

/** The VRF whose table a device is asked of; 0: none. */
function fibVrf(ns: Netns, p: Packet, query: FibQuery): number {
  return query.iif || ns.profile.fibKnowsVrf ? ns.l3mdev(p.m[IIF]!) : 0;
}

/** nft_fib4_eval */
function fibOif4(ns: Netns, p: Packet, query: FibQuery): number {
  const { m, b } = p;
  const at = m[NH]!;
  const oif = restriction(p, query);
  if (isOwn(ns, p)) return m[IIF]!;
  if (m[END]! - at < 20) return NONE;
  const saddr = word(b, at + 12);
  const daddr = word(b, at + 16);
  if (isZeronet4(saddr, ns.profile) && (daddr === LIMITED_BROADCAST || isLocalMulticast4(daddr)))
    return m[DEV]!;
  flow4.clear();
  flow4.iif = LOOPBACK_IFINDEX;
  flow4.l3mdev = fibVrf(ns, p, query);
  flow4.mark = query.mark ? m[MARK]! : 0;
  flow4.tos = b[at + 1]! & 0xfc;
  if (!query.daddr && m[HOOK] === FORWARD && query.iif) flow4.iif = m[OIF]!;
  flow4.daddr[0] = query.daddr ? daddr : saddr;
  flow4.saddr[0] = usableSource(query.daddr ? saddr : daddr, ns.profile);
  if (ns.fib4.lookup(flow4) !== 0) return 0;
  const found = ns.fib4.result!;
  if (found.type === RTN_LOCAL) return 0;
  if (oif === 0) return found.dev;
  return found.dev === oif || ns.l3mdev(found.dev) === oif ? oif : 0;
}

/** get_saddr: addresses that no packet can come from do not select rules. */
function usableSource(address: number, profile: KernelProfile): number {
  const odd =
    isMulticast4(address) ||
    address === LIMITED_BROADCAST ||
    isLoopback4(address) ||
    isZeronet4(address, profile);
  return odd ? 0 : address;
}

/** The device whose VRF a type is asked in; 0: none. */
function typeDevice(ns: Netns, p: Packet, restricted: number): number {
  return restricted === 0 && ns.profile.fibTypeInVrf ? p.m[DEV]! : restricted;
}

/** nft_fib4_eval_type */
function fibType4(ns: Netns, p: Packet, query: FibQuery): number {
  const { m, b } = p;
  const at = m[NH]!;
  if (m[END]! - at < 20) return NONE;
  const dev = query.iif ? m[IIF]! : query.oif ? m[OIF]! : 0;
  const address = word(b, at + (query.daddr ? 16 : 12));
  const vrf = ns.l3mdev(typeDevice(ns, p, dev));
  const table = vrf === 0 ? undefined : ns.devices.get(vrf)!.vrfTable;
  return ns.fib4.addressType(address, table, dev);
}

/** IPV6_ADDR_SCOPE_LINKLOCAL */
const MULTICAST_LINK = 2;

/** IPV6_ADDR_LINKLOCAL of a multicast address: its scope. */
const isLinkMulticast6 = (a: Int32Array): boolean =>
  isMulticast6(a) && ((a[0]! >> 16) & 15) === MULTICAST_LINK;

/** nft_fib6_flowi_init */
function initFlow6(p: Packet, query: FibQuery, dev: number): void {
  const { m } = p;
  const at = m[NH]!;
  flow6.clear();
  flow6.iif = LOOPBACK_IFINDEX;
  flow6.proto = Math.max(m[L4PROTO]!, 0);
  if (!query.daddr && m[HOOK] === FORWARD && query.iif) flow6.iif = m[OIF]!;
  loadIpv6(p, at + (query.daddr ? 24 : 8), flow6.daddr);
  loadIpv6(p, at + (query.daddr ? 8 : 24), flow6.saddr);
  if (isLinkLocal6(flow6.daddr) || isLinkMulticast6(flow6.daddr)) {
    flow6.strict = true;
    flow6.oif = dev || m[DEV]!;
  }
  flow6.mark = query.mark ? m[MARK]! : 0;
}

/** nft_fib6_eval */
function fibOif6(ns: Netns, p: Packet, query: FibQuery): number {
  const { m } = p;
  const oif = query.iif ? m[IIF]! : query.oif ? m[OIF]! : 0;
  if (m[END]! - m[NH]! < 40) return NONE;
  initFlow6(p, query, oif);
  flow6.l3mdev = fibVrf(ns, p, query);
  if (isOwn(ns, p)) return m[IIF]!;
  const route = ns.fib6.lookup(flow6, flow6.oif);
  if (route.error !== 0 || route.type === RTN_LOCAL || route.type === RTN_ANYCAST) return 0;
  const dev = route.fib?.dev ?? 0;
  if (oif === 0) return dev;
  if (dev !== oif && ns.l3mdev(dev) !== oif) return 0;
  return ns.profile.fibKnowsVrf ? oif : dev;
}

/** __nft_fib6_eval_type */
function fibType6(ns: Netns, p: Packet, query: FibQuery): number {
  const { m } = p;
  if (m[END]! - m[NH]! < 40) return NONE;
  const dev = query.iif ? m[IIF]! : query.oif ? m[OIF]! : 0;
  initFlow6(p, query, dev);
  const at = typeDevice(ns, p, dev);
  flow6.l3mdev = at === 0 ? 0 : ns.l3mdev(at);
  const device = ns.devices.get(dev);
  const address = flow6.daddr.slice();
  const own = device?.addr6.some((a) => a.local.every((w, i) => w === address[i])) ?? false;
  const route = ns.fib6.output(flow6);
  if (route.error !== 0) return typeOfError(route.error);
  if (route.type === RTN_ANYCAST) return RTN_ANYCAST;
  if (own || (dev === 0 && route.type === RTN_LOCAL)) return RTN_LOCAL;
  if (isMulticast6(address)) return RTN_MULTICAST;
  return isAny6(address) ? 0 : RTN_UNICAST;
}

function typeOfError(error: number): number {
  switch (error) {
    case EINVAL:
      return RTN_BLACKHOLE;
    case EACCES:
      return RTN_PROHIBIT;
    case EAGAIN:
      return RTN_THROW;
    default:
      return RTN_UNREACHABLE;
  }
}

/** dst_mtu, without regard to forwarding. */
const mtuOf = (ns: Netns, route: Route): number =>
  route.family === NFPROTO_IPV6 ? outputMtu6(ns, route) : dstMtu(ns, route);

/** rt mtu (NFT_RT_TCPMSS): the segment size that fits the way there and back; NONE: NFT_BREAK. */
export function rtTcpMss(ns: Netns, p: Packet): number {
  const { m, b } = p;
  if (p.dst === null) return NONE;
  let mtu = mtuOf(ns, p.dst);
  const v6 = m[PF] === NFPROTO_IPV6;
  let back: Route | null;
  if (v6) {
    flow6.clear();
    loadIpv6(p, m[NH]! + 8, flow6.daddr);
    const route = ns.fib6.output(flow6);
    back = route.error === 0 ? route : null;
  } else {
    flow4.clear();
    flow4.daddr[0] = word(b, m[NH]! + 12);
    back = ns.fib4.output(flow4);
  }
  if (back !== null) mtu = Math.min(mtu, mtuOf(ns, back));
  const headers = v6 ? 60 : 40;
  return mtu <= headers || mtu > 0xffff ? TCP_MSS_DEFAULT : mtu - headers;
}

/** rt ip nexthop: int32 in `into`; false: NFT_BREAK. */
export function rtNexthop4(p: Packet, into: Int32Array): boolean {
  if (p.dst === null || p.m[PF] !== NFPROTO_IPV4) return false;
  const { gateway, gateway6 } = p.dst;
  into[0] = gateway !== null && !gateway6 ? gateway[0]! : word(p.b, p.m[NH]! + 16);
  return true;
}

/** rt ip6 nexthop: four words in `into`; false: NFT_BREAK. */
export function rtNexthop6(p: Packet, into: Int32Array): boolean {
  if (p.dst === null || p.m[PF] !== NFPROTO_IPV6) return false;
  if (p.dst.gateway !== null) into.set(p.dst.gateway);
  else loadIpv6(p, p.m[NH]! + 24, into);
  return true;
}
