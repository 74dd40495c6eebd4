/**
 * IPv6, in the order in which the kernel does it: ip6_rcv, routing, forward or local delivery,
 * output, fragmentation, neighbour.
 *
 * Mirrors ip6_input.c and ip6_output.c. Every function takes a packet over: it goes on, or it is
 * freed.
 */
import { half, loadIpv6, putHalf } from '../address.ts';
import { HZ } from '../clock.ts';
import { LOOPBACK_IFINDEX } from '../device.ts';
import { isLinkLocal6, isLoopback6, isMulticast6 } from '../fib6.ts';
import { FORWARD, INPUT, OUTPUT, POSTROUTING, PREROUTING } from '../hooks.ts';
import { NUD_NOARP } from '../neigh.ts';
import type { Netns } from '../netns.ts';
import {
  CB_FLAGS,
  CB_FORWARDED,
  CB_IIF,
  CB_NHOFF,
  CB_REROUTED,
  DATA,
  DEV,
  END,
  ETH_P_IPV6,
  FLAG_IGNORE_DF,
  FLAG_NO_LOOP,
  FLAGS,
  FRAG_MAX,
  MARK,
  NFPROTO_IPV6,
  NH,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_LOOPBACK,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  type Packet,
  PKTTYPE,
  PROTOCOL,
  SKB_TH,
  TH,
} from '../packet.ts';
import {
  EACCES,
  EMSGSIZE,
  ENETUNREACH,
  INPUT_DISCARD,
  INPUT_ERROR,
  INPUT_FORWARD,
  INPUT_LOCAL,
  OUTPUT_ERROR,
  type Route,
  RTCF_LOCAL,
} from '../route.ts';
import { protocolDeliver6 } from './deliver6.ts';
import { IPPROTO_HOPOPTS, IPPROTO_ICMPV6, parseHopOptions } from './exthdrs.ts';
import { fragment6 } from './fragment.ts';
import {
  ICMPV6_ADDR_UNREACH,
  ICMPV6_ADM_PROHIBITED,
  ICMPV6_DEST_UNREACH,
  ICMPV6_EXC_HOPLIMIT,
  ICMPV6_NOROUTE,
  ICMPV6_NOT_NEIGHBOUR,
  ICMPV6_PKT_TOOBIG,
  ICMPV6_TIME_EXCEED,
  icmp6Send,
} from './icmp6.ts';
import { clearControlBlock, earlyDemux, loopBack } from './ip.ts';
import { isMember, isNdisc, sendRedirect6 } from './ndisc.ts';
import { directOutput, hardHeader, neighbourOutput, transmit } from './transmit.ts';
import { resetUntracked, vrfIp6Receive, vrfLocalOut } from './vrf.ts';

const IPV6_MIN_MTU = 1280;

const saddr = new Int32Array(4);
const daddr = new Int32Array(4);

/** ipv6_rcv. */
export function ip6Receive(ns: Netns, p: Packet): void {
  if (!headerIsSound(ns, p)) return;
  const { m } = p;
  if (!ns.hook(NFPROTO_IPV6, PREROUTING, p, m[DEV]!, 0)) return;
  ip6ReceiveFinish(ns, p);
}

function refuse(ns: Netns, p: Packet, reason: string): false {
  ns.drop(p, reason);
  return false;
}

/** ip6_rcv_core. */
function headerIsSound(ns: Netns, p: Packet): boolean {
  const { m, b } = p;
  const at = m[DATA]!;
  if (m[PKTTYPE] === PACKET_OTHERHOST) return refuse(ns, p, 'OTHERHOST');
  const device = ns.devices.get(m[DEV]!)!;
  if (device.ipv6.disable_ipv6) return refuse(ns, p, 'IPV6DISABLED');
  clearControlBlock(p);
  m[CB_IIF] = p.dst?.fib?.dev || device.ifindex;
  if (m[END]! - at < 40) return refuse(ns, p, 'IP_INHDR');
  if (b[at]! >> 4 !== 6) return refuse(ns, p, 'UNHANDLED_PROTO');
  loadIpv6(p, at + 8, saddr);
  loadIpv6(p, at + 24, daddr);
  const loopback = device.kind === 'loopback';
  if ((isLoopback6(saddr) || isLoopback6(daddr)) && !loopback && device.kind !== 'vrf')
    return refuse(ns, p, 'IP_INHDR');
  const multicast = isMulticast6(daddr);
  const scope = (daddr[0]! >> 16) & 15;
  if (multicast && scope === 1 && !loopback && m[PKTTYPE] !== PACKET_LOOPBACK)
    return refuse(ns, p, 'IP_INHDR');
  if (
    !multicast &&
    (m[PKTTYPE] === PACKET_BROADCAST || m[PKTTYPE] === PACKET_MULTICAST) &&
    device.ipv6.drop_unicast_in_l2_multicast
  )
    return refuse(ns, p, 'UNICAST_IN_L2_MULTICAST');
  if ((multicast && scope === 0) || isMulticast6(saddr)) return refuse(ns, p, 'IP_INHDR');
  m[NH] = at;
  m[TH] = m[SKB_TH] = at + 40;
  m[CB_NHOFF] = 6;
  const length = half(b, at + 4);
  if (length !== 0 || b[at + 6] !== IPPROTO_HOPOPTS) {
    if (length + 40 > m[END]! - at) return refuse(ns, p, 'PKT_TOO_SMALL');
    m[END] = at + 40 + length;
  }
  if (b[at + 6] !== IPPROTO_HOPOPTS) return true;
  if (!parseHopOptions(ns, p)) return false;
  m[CB_NHOFF] = 40;
  return true;
}

/** ip6_rcv_finish. */
function ip6ReceiveFinish(ns: Netns, p: Packet): void {
  if (!vrfIp6Receive(ns, p)) return;
  if (p.dst === null) {
    if (p.pieces !== null) earlyDemux(p, p.b[p.m[NH]! + 6]!, p.m[NH]! + 40);
    routeInput6(ns, p);
  }
  dstInput6(ns, p);
}

/** ip6_route_input. */
function routeInput6(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const at = m[NH]!;
  const { flow } = ns.fib6;
  flow.clear();
  loadIpv6(p, at + 8, flow.saddr);
  loadIpv6(p, at + 24, flow.daddr);
  flow.iif = m[DEV]!;
  flow.mark = m[MARK]!;
  flow.tos = ((b[at]! & 15) << 4) | (b[at + 1]! >> 4);
  ns.routing = p;
  if (ns.fib6.rules.readsPorts) ns.fillPorts(flow);
  p.dst = ns.fib6.input(flow);
}

/** dst_input. */
function dstInput6(ns: Netns, p: Packet): void {
  switch (p.dst!.input) {
    case INPUT_FORWARD:
      ip6Forward(ns, p);
      return;
    case INPUT_LOCAL:
      ip6Input(ns, p);
      return;
    case INPUT_ERROR:
      ip6PacketDrop(ns, p, p.dst!.error === EACCES ? ICMPV6_ADM_PROHIBITED : ICMPV6_NOROUTE);
      return;
    case INPUT_DISCARD:
      ns.drop(p, 'IP_INNOROUTES');
      return;
    default:
      ip6MulticastInput(ns, p);
  }
}

/** ip6_pkt_drop: unreachable or prohibited. */
function ip6PacketDrop(ns: Netns, p: Packet, code: number): void {
  icmp6Send(ns, p, ICMPV6_DEST_UNREACH, code, 0);
  ns.drop(p, 'IP_INNOROUTES');
}

/** ip6_mc_input: for groups that the device is in. */
function ip6MulticastInput(ns: Netns, p: Packet): void {
  const device = ns.devices.get(p.m[DEV]!)!;
  loadIpv6(p, p.m[NH]! + 24, daddr);
  if (isMember(ns, device, daddr)) ip6Input(ns, p);
  else ns.drop(p, 'IP_INADDRERRORS');
}

/** ip6_input: the input hook, then the protocols. */
function ip6Input(ns: Netns, p: Packet): void {
  const { m } = p;
  if (!ns.hook(NFPROTO_IPV6, INPUT, p, m[DEV]!, 0)) return;
  m[DATA] = m[SKB_TH]!;
  ns.events.local(p);
  protocolDeliver6(ns, p);
}

/** ip6_forward. */
function ip6Forward(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const route = p.dst!;
  const at = m[NH]!;
  if (ns.settings.all6.forwarding === 0) {
    ns.drop(p, 'IP_INADDRERRORS');
    return;
  }
  if (m[PKTTYPE] !== PACKET_HOST) {
    ns.drop(p, 'NOT_SPECIFIED');
    return;
  }
  if (b[at + 7]! <= 1) {
    icmp6Send(ns, p, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0);
    ns.drop(p, 'IP_INHDR');
    return;
  }
  if (ns.settings.all6.proxy_ndp !== 0 && proxied(ns, p)) return;
  if (!sourceMayBeForwarded(ns, p)) return;
  const mtu = Math.max(mtuForward6(ns, route), IPV6_MIN_MTU);
  if (tooBig(p, mtu)) {
    m[DEV] = route.dev;
    icmp6Send(ns, p, ICMPV6_PKT_TOOBIG, 0, mtu);
    ns.drop(p, 'PKT_TOO_BIG');
    return;
  }
  b[at + 7]!--;
  if (!ns.hook(NFPROTO_IPV6, FORWARD, p, m[DEV]!, p.dst!.dev)) return;
  m[CB_FLAGS] = m[CB_FLAGS]! | CB_FORWARDED;
  dstOutput6(ns, p);
}

/** ip6_forward_proxy_check: what is for an address that the device answers for; true: taken care of. */
function proxied(ns: Netns, p: Packet): boolean {
  const { m, b } = p;
  const at = m[NH]!;
  loadIpv6(p, at + 24, daddr);
  if (!ns.neigh6.isProxied(m[DEV]!, daddr)) return false;
  if (b[at + 6] === IPPROTO_ICMPV6 && isNdisc(p, at + 40)) {
    ip6Input(ns, p);
    return true;
  }
  if (!isLinkLocal6(daddr)) return false;
  icmp6Send(ns, p, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
  return !refuse(ns, p, 'IP_INADDRERRORS');
}

/** Redirects to senders of the same link; sources that must not leave theirs. false: freed. */
function sourceMayBeForwarded(ns: Netns, p: Packet): boolean {
  const { m } = p;
  const at = m[NH]!;
  loadIpv6(p, at + 8, saddr);
  if (m[CB_IIF] === p.dst!.dev) {
    loadIpv6(p, at + 24, daddr);
    if (ns.icmp.allow(daddr.join(), HZ)) sendRedirect6(ns, p, p.dst!.gateway ?? daddr.slice());
    return true;
  }
  if ((saddr[0]! | saddr[1]! | saddr[2]! | saddr[3]!) === 0 || isMulticast6(saddr))
    return refuse(ns, p, 'IP_INADDRERRORS');
  if (isLoopback6(saddr)) return refuse(ns, p, 'IP_INADDRERRORS');
  if (isLinkLocal6(saddr)) {
    icmp6Send(ns, p, ICMPV6_DEST_UNREACH, ICMPV6_NOT_NEIGHBOUR, 0);
    return refuse(ns, p, 'IP_INADDRERRORS');
  }
  return true;
}

/** ip6_dst_mtu_maybe_forward(dst, true): the device's; a route's own only where it is locked. */
export function mtuForward6(ns: Netns, route: Route): number {
  if (route.mtuLocked && route.mtu !== 0) return route.mtu;
  return deviceMtu6(ns, route);
}

function deviceMtu6(ns: Netns, route: Route): number {
  const device = ns.devices.get(route.dev);
  return device === undefined ? IPV6_MIN_MTU : Math.min(device.mtu, device.ipv6.mtu);
}

/** ip6_pkt_too_big */
function tooBig(p: Packet, mtu: number): boolean {
  const { m } = p;
  if (m[END]! - m[NH]! <= mtu) return false;
  if (m[FRAG_MAX] !== 0 && m[FRAG_MAX]! <= mtu) return false;
  return (m[FLAGS]! & FLAG_IGNORE_DF) === 0 || m[FRAG_MAX]! > mtu;
}

/** dst_output; 0 or a negative errno. */
export function dstOutput6(ns: Netns, p: Packet): number {
  if (p.dst!.output === OUTPUT_ERROR) {
    if (p.dst!.input === INPUT_DISCARD) ns.drop(p, 'IP_OUTNOROUTES');
    else ip6PacketDrop(ns, p, p.dst!.error === EACCES ? ICMPV6_ADM_PROHIBITED : ICMPV6_NOROUTE);
    return -ENETUNREACH;
  }
  return ip6Output(ns, p);
}

/** ip6_output: the postrouting hook. */
function ip6Output(ns: Netns, p: Packet): number {
  const { m } = p;
  const oif = p.dst!.dev;
  const iif = ns.profile.postroutingIif ? m[DEV]! : 0;
  m[PROTOCOL] = ETH_P_IPV6;
  m[DEV] = oif;
  if (ns.devices.get(oif)!.ipv6.disable_ipv6) {
    ns.drop(p, 'IPV6DISABLED');
    return 0;
  }
  if ((m[CB_FLAGS]! & CB_REROUTED) === 0) {
    if (!ns.hook(NFPROTO_IPV6, POSTROUTING, p, iif, oif)) return ns.hookError;
  }
  return ip6FinishOutput(ns, p);
}

/** ip6_skb_dst_mtu: the route's MTU counts here. */
export function outputMtu6(ns: Netns, route: Route): number {
  return route.mtu !== 0 ? route.mtu : deviceMtu6(ns, route);
}

/** ip6_finish_output. */
function ip6FinishOutput(ns: Netns, p: Packet): number {
  const { m } = p;
  const mtu = outputMtu6(ns, p.dst!);
  const length = m[END]! - m[NH]!;
  if (length <= mtu && (m[FRAG_MAX] === 0 || length <= m[FRAG_MAX]!))
    return ip6FinishOutput2(ns, p);
  let room = mtu;
  const refused = (m[FLAGS]! & FLAG_IGNORE_DF) === 0 && length > mtu;
  if (refused || m[FRAG_MAX]! > mtu) {
    icmp6Send(ns, p, ICMPV6_PKT_TOOBIG, 0, mtu);
    ns.drop(p, 'PKT_TOO_BIG');
    return -EMSGSIZE;
  }
  if (m[FRAG_MAX] !== 0) room = Math.max(m[FRAG_MAX]!, IPV6_MIN_MTU);
  return fragment6(ns, p, room, ip6FinishOutput2);
}

/** ip6_finish_output2: the neighbour. */
function ip6FinishOutput2(ns: Netns, p: Packet): number {
  const { m, b } = p;
  const route = p.dst!;
  const device = ns.devices.get(route.dev)!;
  if (route.flags & RTCF_LOCAL && device.ifindex === LOOPBACK_IFINDEX) {
    hardHeader(p, device.address, device.address, ETH_P_IPV6);
    return transmit(ns, p, device);
  }
  if (device.kind === 'vrf') {
    resetUntracked(p);
    hardHeader(p, device.address, device.address, ETH_P_IPV6);
    return transmit(ns, p, device);
  }
  const key = ns.key6;
  loadIpv6(p, m[NH]! + 24, key);
  if (isMulticast6(key)) return multicastOut(ns, p, device.ifindex);
  if (!device.hasHeader) return directOutput(ns, p, device);
  const hop = route.gateway ?? key;
  const neighbour = ns.neigh6.get(device.ifindex, hop);
  if (neighbour.state === NUD_NOARP)
    hardHeader(p, device.address, device.address, half(b, m[NH]! - 2));
  return neighbourOutput(ns, p, neighbour, device);
}

/** Multicast comes back to members of our own, and leaves unless its scope is this node. */
function multicastOut(ns: Netns, p: Packet, ifindex: number): number {
  const { m, b } = p;
  const device = ns.devices.get(ifindex)!;
  const group = ns.key6.slice();
  const loops = device.kind !== 'loopback' && (m[FLAGS]! & FLAG_NO_LOOP) === 0;
  if (loops && isMember(ns, device, group)) {
    const copy = ns.clone(p);
    if (ns.hook(NFPROTO_IPV6, POSTROUTING, copy, 0, ifindex)) loopBack(ns, copy);
    if (b[m[NH]! + 7] === 0) {
      ns.free(p);
      return 0;
    }
  }
  if (((group[0]! >> 16) & 15) <= 1 && device.kind !== 'loopback') {
    ns.free(p);
    return 0;
  }
  if (!device.hasHeader) return directOutput(ns, p, device);
  const at = m[NH]! + 36;
  const to = Uint8Array.of(0x33, 0x33, b[at]!, b[at + 1]!, b[at + 2]!, b[at + 3]!);
  hardHeader(p, to, device.address, ETH_P_IPV6);
  return transmit(ns, p, device);
}

/** ip6_local_out: the machine's own packet, with its header from NH on and a route. */
export function ip6LocalOut(ns: Netns, p: Packet): number {
  const { m, b } = p;
  const at = m[NH]!;
  const length = m[END]! - at - 40;
  putHalf(b, at + 4, length > 0xffff ? 0 : length);
  m[CB_NHOFF] = 6;
  m[PROTOCOL] = ETH_P_IPV6;
  m[DATA] = at;
  const err = vrfLocalOut(ns, p, NFPROTO_IPV6);
  if (err !== 0) return err;
  if (!ns.hook(NFPROTO_IPV6, OUTPUT, p, 0, p.dst!.dev)) return ns.hookError;
  return dstOutput6(ns, p);
}
