/**
 * IPv4, in the order in which the kernel does it: ip_rcv, routing, forward or local delivery,
 * output, fragmentation, neighbour.
 *
 * Mirrors ip_input.c, ip_forward.c and ip_output.c. Every function takes a packet over: it goes on,
 * or it is freed.
 */
import { half, putHalf, word } from '../address.ts';
import { fold, ipSendCheck, sumBytes } from '../checksum.ts';
import type { Device } from '../device.ts';
import { LOOPBACK_IFINDEX } from '../device.ts';
import { RTN_BROADCAST, RTN_MULTICAST } from '../fib.ts';
import { isMulticast4 } from '../fib4_tables.ts';
import { FORWARD, INPUT, OUTPUT, POSTROUTING, PREROUTING } from '../hooks.ts';
import { NUD_NOARP } from '../neigh.ts';
import type { Netns } from '../netns.ts';
import {
  CB_DOREDIRECT,
  CB_FLAGS,
  CB_FORWARDED,
  CB_IIF,
  CB_REROUTED,
  DATA,
  DEV,
  END,
  ETH_P_IP,
  FLAG_IGNORE_DF,
  FLAGS,
  FRAG_MAX,
  MARK,
  NFPROTO_IPV4,
  NH,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_LOOPBACK,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  type Packet,
  PKTTYPE,
  PRIORITY,
  PROTOCOL,
  RTCLASSID,
  SDIF,
  SKB_IIF,
  TH,
} from '../packet.ts';
import {
  EMSGSIZE,
  EXDEV,
  INPUT_ERROR,
  INPUT_FORWARD,
  INPUT_LOCAL,
  OUTPUT_MULTICAST,
  type Route,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
} from '../route.ts';
import { ipDefrag } from './defrag.ts';
import { protocolDeliver } from './deliver.ts';
import { fragment4 } from './fragment.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_EXC_TTL,
  ICMP_FRAG_NEEDED,
  ICMP_TIME_EXCEEDED,
  icmpSend,
  ipError,
  sendRedirect,
} from './icmp.ts';
import { forwardOptions, receiveOptions } from './ip_options.ts';
import { directOutput, hardHeader, neighbourOutput, transmit } from './transmit.ts';
import { resetUntracked, vrfIpReceive, vrfLocalOut } from './vrf.ts';

const IPPROTO_TCP = 6;
const TCP_HEADER = 20;
const IP_DF = 0x4000;
const IP_MF_OFFSET = 0x3fff;
const IPTOS_RT_MASK = 0x1c;

/** ip_rcv. */
export function ipReceive(ns: Netns, p: Packet): void {
  if (!headerIsSound(ns, p)) return;
  const { m } = p;
  if (!ns.hook(NFPROTO_IPV4, PREROUTING, p, m[DEV]!, 0)) return;
  ipReceiveFinish(ns, p);
}

/** ip_rcv_core: checks the header and trims what the link layer padded. */
function headerIsSound(ns: Netns, p: Packet): boolean {
  const { m, b } = p;
  const at = m[DATA]!;
  if (m[PKTTYPE] === PACKET_OTHERHOST) return refuse(ns, p, 'OTHERHOST');
  if (m[END]! - at < 20) return refuse(ns, p, 'IP_INHDR');
  const ihl = (b[at]! & 15) * 4;
  if (ihl < 20 || b[at]! >> 4 !== 4 || m[END]! - at < ihl) return refuse(ns, p, 'IP_INHDR');
  if (fold(sumBytes(b, at, at + ihl)) !== 0) return refuse(ns, p, 'IP_CSUM');
  const length = half(b, at + 2);
  if (m[END]! - at < length) return refuse(ns, p, 'PKT_TOO_SMALL');
  if (length < ihl) return refuse(ns, p, 'IP_INHDR');
  m[END] = at + length;
  m[NH] = at;
  m[TH] = at + ihl;
  clearControlBlock(p);
  m[CB_IIF] = m[SKB_IIF]!;
  return true;
}

function refuse(ns: Netns, p: Packet, reason: string): false {
  ns.drop(p, reason);
  return false;
}

/** memset(IPCB(skb), 0) */
export function clearControlBlock(p: Packet): void {
  const { m } = p;
  m[CB_FLAGS] = m[FRAG_MAX] = m[SDIF] = 0;
  if (p.opt.optlen !== 0) p.opt.clear();
}

/**
 * tcp_v4_early_demux and tcp_v6_early_demux: nobody listens here, but the search for a socket brings
 * all of the TCP header into the first piece.
 */
export function earlyDemux(p: Packet, protocol: number, th: number): void {
  const { m } = p;
  if (protocol !== IPPROTO_TCP || m[PKTTYPE] !== PACKET_HOST || m[END]! - th < TCP_HEADER) return;
  p.pull(th + TCP_HEADER);
}

/** ip_rcv_finish: what came by a VRF's port comes by the VRF; then the route decides. */
function ipReceiveFinish(ns: Netns, p: Packet): void {
  if (!vrfIpReceive(ns, p)) return;
  const { m } = p;
  const device = ns.devices.get(m[DEV]!)!;
  const ihl = p.b[m[NH]!]! & 15;
  if (p.dst === null) {
    if (p.pieces !== null) earlyDemux(p, p.b[m[NH]! + 9]!, m[NH]! + ihl * 4);
    if (!routeInput(ns, p, device)) return;
  }
  if (ihl > 5 && !receiveOptions(ns, p, device)) return;
  const route = p.dst!;
  m[RTCLASSID] = route.realm;
  if (
    route.type !== RTN_MULTICAST &&
    route.type !== RTN_BROADCAST &&
    (m[PKTTYPE] === PACKET_BROADCAST || m[PKTTYPE] === PACKET_MULTICAST) &&
    device.ipv4.drop_unicast_in_l2_multicast | ns.settings.all4.drop_unicast_in_l2_multicast
  ) {
    ns.drop(p, 'UNICAST_IN_L2_MULTICAST');
    return;
  }
  dstInput(ns, p);
}

/** ip_route_input_noref. false: a martian, and freed. */
export function routeInput(ns: Netns, p: Packet, device: Device): boolean {
  const { m, b } = p;
  const at = m[NH]!;
  const { fib4 } = ns;
  ns.routing = p;
  const route = fib4.input(
    word(b, at + 16),
    word(b, at + 12),
    b[at + 1]! & IPTOS_RT_MASK,
    m[MARK]!,
    device,
  );
  if (route === null) return refuse(ns, p, fib4.error === EXDEV ? 'IP_RPFILTER' : 'IP_MARTIAN');
  p.dst = route;
  if (fib4.redirect) m[CB_FLAGS] = m[CB_FLAGS]! | CB_DOREDIRECT;
  return true;
}

/** dst_input. */
function dstInput(ns: Netns, p: Packet): void {
  switch (p.dst!.input) {
    case INPUT_FORWARD:
      ipForward(ns, p);
      return;
    case INPUT_LOCAL:
      ipLocalDeliver(ns, p);
      return;
    case INPUT_ERROR:
      ipError(ns, p);
      return;
    default:
      ns.drop(p, 'IP_INNOROUTES');
  }
}

/** ip_forward. */
function ipForward(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const route = p.dst!;
  const at = m[NH]!;
  if (m[PKTTYPE] !== PACKET_HOST) {
    ns.drop(p, 'NOT_SPECIFIED');
    return;
  }
  if (b[at + 8]! <= 1) {
    icmpSend(ns, p, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
    ns.drop(p, 'IP_INHDR');
    return;
  }
  if (p.opt.isStrictroute && route.gateway !== null) {
    icmpSend(ns, p, ICMP_DEST_UNREACH, 5, 0);
    ns.drop(p, 'IP_INHDR');
    return;
  }
  m[CB_FLAGS] = m[CB_FLAGS]! | CB_FORWARDED;
  const mtu = mtuForward(ns, route);
  if (exceedsMtu(p, mtu)) {
    icmpSend(ns, p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
    ns.drop(p, 'PKT_TOO_BIG');
    return;
  }
  b[at + 8]!--;
  const check = half(b, at + 10) + 0x100;
  putHalf(b, at + 10, (check & 0xffff) + (check >= 0xffff ? 1 : 0));
  if (m[CB_FLAGS]! & CB_DOREDIRECT && p.opt.srr === 0) sendRedirect(ns, p);
  if (ns.ipv4.fwdUpdatePriority) m[PRIORITY] = TOS_PRIORITY[(b[at + 1]! & 0x1e) >> 1]!;
  if (!ns.hook(NFPROTO_IPV4, FORWARD, p, m[DEV]!, p.dst!.dev)) return;
  if (p.opt.optlen !== 0) forwardOptions(ns, p);
  dstOutput(ns, p);
}

/** ip_tos2prio */
const TOS_PRIORITY = [0, 0, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 4, 4, 4, 4];

/** dst_mtu: with what was learned about the path. */
export const dstMtu = (ns: Netns, route: Route): number => maybeForward(ns, route, false);

/** ip_dst_mtu_maybe_forward of packets that are forwarded: a learned MTU counts if it is locked. */
export const mtuForward = (ns: Netns, route: Route): number => maybeForward(ns, route, true);

function maybeForward(ns: Netns, route: Route, forwarding: boolean): number {
  if (route.pathMtu !== 0 && ns.clock.now < route.pathMtuUntil) {
    if (route.mtuLocked || !forwarding || ns.ipv4.forwardUsesPmtu)
      return Math.min(route.pathMtu, 0xffff);
  }
  if (route.mtu !== 0) return Math.min(route.mtu, 0xffff);
  const mtu = Math.min(ns.devices.get(route.dev)?.mtu ?? 0xffff, 0xffff);
  return route.mtuLocked && route.gateway !== null && mtu > 576 ? 576 : mtu;
}

/** ip_exceeds_mtu */
function exceedsMtu(p: Packet, mtu: number): boolean {
  const { m, b } = p;
  if (m[END]! - m[NH]! <= mtu) return false;
  if ((half(b, m[NH]! + 6) & IP_DF) === 0) return false;
  if (m[FRAG_MAX]! > mtu) return true;
  return (m[FLAGS]! & FLAG_IGNORE_DF) === 0;
}

/** ip_local_deliver: puts fragments together, then the input hook. */
function ipLocalDeliver(ns: Netns, p: Packet): void {
  const { m, b } = p;
  if (half(b, m[NH]! + 6) & IP_MF_OFFSET && !ipDefrag(ns, p, 'local')) return;
  if (!ns.hook(NFPROTO_IPV4, INPUT, p, m[DEV]!, 0)) return;
  const at = m[NH]!;
  m[TH] = at + (p.b[at]! & 15) * 4;
  m[DATA] = m[TH]!;
  ns.events.local(p);
  protocolDeliver(ns, p);
}

/** dst_output; 0 or a negative errno. */
export function dstOutput(ns: Netns, p: Packet): number {
  if (p.dst!.output === OUTPUT_MULTICAST) return ipMulticastOutput(ns, p);
  return ipOutput(ns, p);
}

/** ip_output: the postrouting hook. */
function ipOutput(ns: Netns, p: Packet): number {
  const { m } = p;
  const oif = p.dst!.dev;
  const iif = ns.profile.postroutingIif ? m[DEV]! : 0;
  m[DEV] = oif;
  m[PROTOCOL] = ETH_P_IP;
  if ((m[CB_FLAGS]! & CB_REROUTED) === 0) {
    if (!ns.hook(NFPROTO_IPV4, POSTROUTING, p, iif, oif)) return ns.hookError;
  }
  return ipFinishOutput(ns, p);
}

/** ip_mc_output: multicast and broadcast of our own come back to us as well. */
function ipMulticastOutput(ns: Netns, p: Packet): number {
  const { m } = p;
  const route = p.dst!;
  m[DEV] = route.dev;
  m[PROTOCOL] = ETH_P_IP;
  const loops = (route.flags & (RTCF_LOCAL | RTCF_MULTICAST)) === (RTCF_LOCAL | RTCF_MULTICAST);
  if (loops || route.flags & RTCF_BROADCAST) {
    const copy = ns.clone(p);
    if (ns.hook(NFPROTO_IPV4, POSTROUTING, copy, 0, route.dev)) loopBack(ns, copy);
  }
  if (route.flags & RTCF_MULTICAST && p.b[m[NH]! + 8] === 0) {
    ns.free(p);
    return 0;
  }
  if ((m[CB_FLAGS]! & CB_REROUTED) === 0) {
    if (!ns.hook(NFPROTO_IPV4, POSTROUTING, p, 0, route.dev)) return ns.hookError;
  }
  return ipFinishOutput(ns, p);
}

/** dev_loopback_xmit: the packet comes in by the device that it left by. */
export function loopBack(ns: Netns, p: Packet): void {
  const { m } = p;
  m[PKTTYPE] = PACKET_LOOPBACK;
  m[DATA] = m[NH]!;
  ns.enqueue(p);
}

/** ip_finish_output: cuts what is too long for the route. */
function ipFinishOutput(ns: Netns, p: Packet): number {
  const { m } = p;
  const mtu = outputMtu(ns, p);
  if (m[END]! - m[NH]! > mtu || m[FRAG_MAX] !== 0) return ipFragment(ns, p, mtu);
  return ipFinishOutput2(ns, p);
}

/** ip_skb_dst_mtu. */
function outputMtu(ns: Netns, p: Packet): number {
  return maybeForward(ns, p.dst!, (p.m[CB_FLAGS]! & CB_FORWARDED) !== 0);
}

/** ip_fragment: not where DF forbids it. */
function ipFragment(ns: Netns, p: Packet, mtu: number): number {
  const { m, b } = p;
  const df = half(b, m[NH]! + 6) & IP_DF;
  const ignore = m[FLAGS]! & FLAG_IGNORE_DF;
  if (df && (!ignore || (m[FRAG_MAX] !== 0 && m[FRAG_MAX]! > mtu))) {
    icmpSend(ns, p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, mtu);
    ns.drop(p, 'PKT_TOO_BIG');
    return -EMSGSIZE;
  }
  return fragment4(ns, p, mtu, ipFinishOutput2);
}

/** ip_finish_output2: the neighbour. */
function ipFinishOutput2(ns: Netns, p: Packet): number {
  const { m, b } = p;
  const route = p.dst!;
  const device = ns.devices.get(route.dev)!;
  if (route.flags & RTCF_LOCAL && device.ifindex === LOOPBACK_IFINDEX) {
    hardHeader(p, device.address, device.address, ETH_P_IP);
    return transmit(ns, p, device);
  }
  if (device.kind === 'vrf') {
    resetUntracked(p);
    hardHeader(p, device.address, device.address, ETH_P_IP);
    return transmit(ns, p, device);
  }
  if (!device.hasHeader) return directOutput(ns, p, device);
  const daddr = word(b, m[NH]! + 16);
  if (route.type === RTN_BROADCAST || route.type === RTN_MULTICAST || isMulticast4(daddr)) {
    const to = isMulticast4(daddr) ? multicastAddress(daddr) : BROADCAST;
    hardHeader(p, to, device.address, ETH_P_IP);
    return transmit(ns, p, device);
  }
  const hop = route.gateway ?? ns.key4(daddr);
  const table = route.gateway6 ? ns.neigh6 : ns.neigh4;
  const neighbour = table.find(device.ifindex, hop) ?? table.get(device.ifindex, hop);
  if (neighbour.state === NUD_NOARP) hardHeader(p, device.address, device.address, ETH_P_IP);
  return neighbourOutput(ns, p, neighbour, device);
}

const BROADCAST = new Uint8Array(6).fill(0xff);

/** arp_mc_map for Ethernet. */
function multicastAddress(daddr: number): Uint8Array {
  return Uint8Array.of(1, 0, 0x5e, (daddr >> 16) & 0x7f, (daddr >> 8) & 255, daddr & 255);
}

/**
 * __ip_local_out and dst_output: the machine's own packet, with its header from NH on and a route.
 * 0 or a negative errno.
 */
export function ipLocalOut(ns: Netns, p: Packet): number {
  const { m, b } = p;
  const at = m[NH]!;
  putHalf(b, at + 2, m[END]! - at);
  ipSendCheck(b, at);
  m[PROTOCOL] = ETH_P_IP;
  m[DATA] = at;
  const err = vrfLocalOut(ns, p, NFPROTO_IPV4);
  if (err !== 0) return err;
  if (!ns.hook(NFPROTO_IPV4, OUTPUT, p, 0, p.dst!.dev)) return ns.hookError;
  return dstOutput(ns, p);
}
