/**
 * ICMPv6 that the machine sends: errors about packets, and how many of them.
 *
 * Mirrors icmp6_send (net/ipv6/icmp.c).
 */
import { loadIpv6, putHalf, putWord } from '../address.ts';
import { fold, pseudo6, sumBytes } from '../checksum.ts';
import { HZ } from '../clock.ts';
import { LOOPBACK_IFINDEX } from '../device.ts';
import { isAny6, isLinkLocal6, isMulticast6 } from '../fib6.ts';
import type { Netns } from '../netns.ts';
import {
  CB_IIF,
  CONTROL_SOCKET,
  DATA,
  DEV,
  END,
  ETH_P_IPV6,
  FLAG_IGNORE_DF,
  FLAG_LOCAL,
  FLAGS,
  HEADROOM,
  MARK,
  NH,
  PACKET_HOST,
  type Packet,
  PKTTYPE,
  PROTOCOL,
  SOCKET,
  TH,
} from '../packet.ts';
import type { Route } from '../route.ts';
import type { Flow } from '../rule.ts';
import { IPPROTO_ICMPV6, skipExthdr, skipped } from './exthdrs.ts';
import { ip6LocalOut } from './ip6.ts';

export const ICMPV6_DEST_UNREACH = 1;
export const ICMPV6_PKT_TOOBIG = 2;
export const ICMPV6_TIME_EXCEED = 3;
export const ICMPV6_PARAMPROB = 4;
export const ICMPV6_ECHO_REQUEST = 128;
export const ICMPV6_ECHO_REPLY = 129;

export const ICMPV6_NOROUTE = 0;
export const ICMPV6_ADM_PROHIBITED = 1;
export const ICMPV6_NOT_NEIGHBOUR = 2;
export const ICMPV6_ADDR_UNREACH = 3;
export const ICMPV6_PORT_UNREACH = 4;
export const ICMPV6_EXC_HOPLIMIT = 0;
export const ICMPV6_EXC_FRAGTIME = 1;
export const ICMPV6_HDR_FIELD = 0;
export const ICMPV6_UNK_NEXTHDR = 1;
export const ICMPV6_UNK_OPTION = 2;

const IPV6_MIN_MTU = 1280;
const INFORMATIONAL = 0x80;

const source = new Int32Array(4);
const destination = new Int32Array(4);

/** is_ineligible: no errors about ICMPv6 errors. */
function ineligible(p: Packet): boolean {
  const { m, b } = p;
  const at = m[NH]!;
  if (m[END]! - at < 40) return true;
  const th = skipExthdr(b, at + 40, m[END]!, b[at + 6]!);
  if (th < 0 || skipped.next !== IPPROTO_ICMPV6) return false;
  if (th >= m[END]!) return skipped.fragOff === 0;
  return (b[th]! & INFORMATIONAL) === 0;
}

/** opt_unrec: the option asks for an answer even where it came by multicast. */
const wantsAnswer = (p: Packet, at: number) => p.b[p.m[NH]! + at]! >> 6 === 2;

/** Whether rate limits hold: all errors but too big (icmpv6_ratemask). */
const limited = (type: number) => type < INFORMATIONAL && type !== ICMPV6_PKT_TOOBIG;

/** icmpv6_send: tells the sender of `p`; `info` is the header's second word. */
export function icmp6Send(ns: Netns, p: Packet, type: number, code: number, info: number): void {
  const { m, b } = p;
  const at = m[NH]!;
  if (m[END]! - at < 40) return;
  loadIpv6(p, at + 8, source);
  loadIpv6(p, at + 24, destination);
  let saddr: Int32Array | null = null;
  const own = ns.fib6.isOwnAddress(destination, ns.l3mdev(m[DEV]!));
  if (own || ns.fib6.isAnycast(destination)) saddr = destination;
  if (isMulticast6(destination) || m[PKTTYPE] !== PACKET_HOST) {
    const option = type === ICMPV6_PARAMPROB && code === ICMPV6_UNK_OPTION && wantsAnswer(p, info);
    if (type !== ICMPV6_PKT_TOOBIG && !option) return;
    saddr = null;
  }
  if (isAny6(source) || isMulticast6(source) || ineligible(p)) return;
  const applies = limited(type);
  if (applies && m[DEV] !== LOOPBACK_IFINDEX && !ns.icmp.allowGlobal()) return;
  if (ns.icmp.locked6) return;
  const flow = ns.outFlow6;
  flow.clear();
  flow.proto = IPPROTO_ICMPV6;
  flow.daddr.set(source);
  flow.mark = ns.ipv6.fwmarkReflect ? m[MARK]! : 0;
  flow.oif = isLinkLocal6(source) ? m[CB_IIF]! || m[DEV]! : ns.l3mdev(m[DEV]!);
  if (saddr !== null) flow.saddr.set(saddr);
  else {
    const chosen = ns.devices.has(m[CB_IIF]!)
      ? ns.fib6.selectSource(ns.devices.get(m[CB_IIF]!), source)
      : null;
    if (chosen !== null) flow.saddr.set(chosen);
  }
  const route = ns.fib6.output(flow);
  if (route.error !== 0) return;
  if (applies && route.dev !== LOOPBACK_IFINDEX && !allowed(ns, flow, route)) return;
  const length = Math.min(m[END]! - at, IPV6_MIN_MTU - 40 - 8);
  const reply = packet6(ns, IPPROTO_ICMPV6, 8 + length, flow, 0, hopLimit6(ns, route));
  reply.dst = route;
  const th = reply.m[TH]!;
  reply.b[th] = type;
  reply.b[th + 1] = code;
  putWord(reply.b, th + 4, info);
  reply.b.set(b.subarray(at, at + length), th + 8);
  icmp6Checksum(reply);
  ns.conntrack?.attach(reply, p);
  icmp6Push(ns, reply);
}

/** icmpv6_push_pending_frames: sends what the ICMPv6 socket sends. */
export function icmp6Push(ns: Netns, p: Packet): void {
  ns.icmp.locked6 = true;
  ip6LocalOut(ns, p);
  ns.icmp.locked6 = false;
}

/** icmpv6_xrlim_allow: wider prefixes get more. */
function allowed(ns: Netns, flow: Flow, route: Route): boolean {
  const plen = route.learned ? 128 : (route.fib?.prefixlen ?? 0);
  let timeout = Math.round((ns.ipv6.icmpRatelimit * HZ) / 1000);
  if (plen < 128) timeout >>= (128 - plen) >> 5;
  if (!ns.icmp.allow(flow.daddr.join(), timeout)) return false;
  ns.icmp.consumeGlobal();
  return true;
}

/** ip6_dst_hoplimit: the route's, or that of its device. */
export const hopLimit6 = (ns: Netns, route: Route): number =>
  route.hoplimit || (ns.devices.get(route.dev)?.ipv6 ?? ns.settings.all6).hop_limit;

/** An IPv6 packet of ours; its payload of `length` bytes is to be filled in from TH on. */
export function packet6(
  ns: Netns,
  protocol: number,
  length: number,
  flow: Flow,
  trafficClass: number,
  hopLimit: number,
): Packet {
  const p = ns.alloc();
  p.grow(HEADROOM + 40 + length);
  const { b, m } = p;
  const at = HEADROOM;
  m[NH] = m[DATA] = at;
  m[TH] = at + 40;
  m[END] = at + 40 + length;
  m[PROTOCOL] = ETH_P_IPV6;
  m[FLAGS] = FLAG_LOCAL | FLAG_IGNORE_DF;
  m[MARK] = flow.mark;
  if (protocol === IPPROTO_ICMPV6) m[SOCKET] = CONTROL_SOCKET;
  b.fill(0, at, at + 48);
  const label = ns.ipv6.autoFlowlabels ? ns.random.below(0x100000) : 0;
  putWord(b, at, (6 << 28) | (trafficClass << 20) | label);
  putHalf(b, at + 4, length);
  b[at + 6] = protocol;
  b[at + 7] = hopLimit;
  for (let i = 0; i < 4; i++) {
    putWord(b, at + 8 + 4 * i, flow.saddr[i]!);
    putWord(b, at + 24 + 4 * i, flow.daddr[i]!);
  }
  return p;
}

export function icmp6Checksum(p: Packet): void {
  const { m, b } = p;
  const th = m[TH]!;
  const length = m[END]! - th;
  b[th + 2] = b[th + 3] = 0;
  const sum = pseudo6(b, m[NH]!, IPPROTO_ICMPV6, length);
  putHalf(b, th + 2, fold(sumBytes(b, th, m[END]!, sum)));
}
