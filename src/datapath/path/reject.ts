/**
 * What a reject rule sends: ICMP errors and TCP resets, routed, or straight back by the device.
 *
 * Mirrors nf_reject_ipv4.c, nf_reject_ipv6.c, nft_reject_bridge.c and nft_reject_netdev.c. The packet
 * itself is left to the caller, who drops it.
 */
import { half, loadIpv6, putHalf, putWord, word } from '../address.ts';
import { checksum, fold, ipSendCheck, pseudo4, pseudo6, sumBytes } from '../checksum.ts';
import { LOOPBACK_IFINDEX } from '../device.ts';
import { isAny6, isMulticast6 } from '../fib6.ts';
import { FORWARD, OUTPUT } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  CT,
  DATA,
  DEV,
  END,
  ETH_P_IP,
  ETH_P_IPV6,
  FLAG_CSUM_OK,
  FLAG_CSUM_PARTIAL,
  FLAG_LOCAL,
  FLAGS,
  HEADROOM,
  HOOK,
  IIF,
  LL,
  MARK,
  NFPROTO_BRIDGE,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  NONE,
  type Packet,
  PF,
  PROTOCOL,
  TH,
  VLAN_PROTO,
  VLAN_TCI,
} from '../packet.ts';
import { RTCF_BROADCAST, RTCF_MULTICAST } from '../route.ts';
import { bridgeSend } from './bridge.ts';
import { fillReset, TCP_RST } from './deliver.ts';
import { skipExthdr, skipped } from './exthdrs.ts';
import { ICMP_DEST_UNREACH, icmpSend } from './icmp.ts';
import { hopLimit6, ICMPV6_DEST_UNREACH, icmp6Checksum, icmp6Send } from './icmp6.ts';
import { dstMtu, ipLocalOut } from './ip.ts';
import { ip6LocalOut } from './ip6.ts';
import { rerouteOutput } from './reroute.ts';
import { directOutput, hardHeader, transmit } from './transmit.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_ICMPV6 = 58;
const IP_OFFSET = 0x1fff;
/** Protocols that are not summed whole: DCCP, GRE, ESP, AH, SCTP, UDP-Lite. */
const UNSUMMED = [33, 47, 50, 51, 132, 136];
/** Quotes of errors that are not routed. */
const QUOTE4_MAX = 536;
const QUOTE6_MAX = 1220;

/** reject with icmp, icmpv6 or icmpx, in any family; `code4` and `code6` by what the packet is. */
export function rejectIcmp(ns: Netns, p: Packet, code4: number, code6: number): void {
  const ethertype = etherTypeOf(p);
  if (isRouted(p)) {
    if (p.m[PF] === NFPROTO_IPV6) sendUnreach6(ns, p, code6);
    else sendUnreach4(ns, p, code4);
  } else if (ethertype === ETH_P_IP) sendBack(ns, p, unreach4(ns, p, code4));
  else if (ethertype === ETH_P_IPV6) sendBack(ns, p, unreach6(ns, p, code6));
}

/** reject with tcp reset, in any family. */
export function rejectReset(ns: Netns, p: Packet): void {
  const ethertype = etherTypeOf(p);
  if (isRouted(p)) {
    if (p.m[PF] === NFPROTO_IPV6) sendReset6(ns, p);
    else sendReset4(ns, p);
  } else if (ethertype === ETH_P_IP) sendBack(ns, p, reset4(ns, p));
  else if (ethertype === ETH_P_IPV6) sendBack(ns, p, reset6(ns, p));
}

const isRouted = (p: Packet) => p.m[PF] === NFPROTO_IPV4 || p.m[PF] === NFPROTO_IPV6;

/** The type in the Ethernet header (the inner one of a tagged frame); 0 for group addresses. */
function etherTypeOf(p: Packet): number {
  const at = p.m[LL]!;
  if (at < 0 || p.b[at]! & 1) return 0;
  return half(p.b, at + 12);
}

/** nf_reject_verify_csum: whether the checksum covers the payload and must be right. */
function mustVerify(ns: Netns, p: Packet, th: number, protocol: number): boolean {
  if (UNSUMMED.includes(protocol)) return false;
  if (!ns.profile.rejectTakesZeroSum) return true;
  return protocol !== IPPROTO_UDP || th + 8 > p.m[END]! || half(p.b, th + 6) !== 0;
}

/**
 * nf_ip_checksum: TCP and UDP with their pseudo header, all else without. It sums the IP header as
 * well, which makes nothing as long as that one's own checksum is right.
 */
function sumIsRight4(p: Packet, th: number, protocol: number): boolean {
  const { m, b } = p;
  const pseudo =
    protocol === IPPROTO_TCP || protocol === IPPROTO_UDP
      ? pseudo4(b, m[NH]!, protocol, m[END]! - th)
      : 0;
  return fold(sumBytes(b, m[NH]!, m[END]!, pseudo)) === 0;
}

/** nf_ip6_checksum */
function sumIsRight6(p: Packet, th: number, protocol: number): boolean {
  const { m, b } = p;
  const pseudo = pseudo6(b, m[NH]!, protocol, m[END]! - th);
  return fold(sumBytes(b, th, m[END]!, pseudo)) === 0;
}

/** nf_reject_fill_skb_dst: where the packet has no route yet, the way back to its sender. */
function fillRoute4(ns: Netns, p: Packet): boolean {
  if (p.dst !== null) return true;
  const flow = ns.outFlow4;
  flow.clear();
  flow.daddr[0] = word(p.b, p.m[NH]! + 12);
  p.dst = ns.fib4.output(flow);
  return p.dst !== null;
}

function fillRoute6(ns: Netns, p: Packet): boolean {
  if (p.dst !== null) return true;
  const flow = ns.outFlow6;
  flow.clear();
  loadIpv6(p, p.m[NH]! + 8, flow.daddr);
  const route = ns.fib6.output(flow);
  if (route.error !== 0) return false;
  p.dst = route;
  return true;
}

/** The check of nf_send_unreach and nf_reject_skb_v4_unreach: right, or not to be asked. */
const checksumOk4 = (ns: Netns, p: Packet, th: number, protocol: number): boolean =>
  (p.m[FLAGS]! & FLAG_CSUM_OK) !== 0 ||
  !mustVerify(ns, p, th, protocol) ||
  sumIsRight4(p, th, protocol);

/** nf_send_unreach */
function sendUnreach4(ns: Netns, p: Packet, code: number): void {
  const { m, b } = p;
  const at = m[NH]!;
  if (half(b, at + 6) & IP_OFFSET || !fillRoute4(ns, p)) return;
  const th = at + (b[at]! & 15) * 4;
  const protocol = b[at + 9]!;
  if (!checksumOk4(ns, p, th, protocol)) return;
  icmpSend(ns, p, ICMP_DEST_UNREACH, code, 0);
}

/** reject6_csum_ok */
function checksumOk6(ns: Netns, p: Packet): boolean {
  const { m, b } = p;
  if (m[FLAGS]! & FLAG_CSUM_OK) return true;
  const th = skipExthdr(b, m[NH]! + 40, m[END]!, b[m[NH]! + 6]!);
  if (th < 0 || th >= m[END]! || skipped.fragOff & 0xfff8) return false;
  const protocol = skipped.next;
  return !mustVerify(ns, p, th, protocol) || sumIsRight6(p, th, protocol);
}

/** nf_send_unreach6 */
function sendUnreach6(ns: Netns, p: Packet, code: number): void {
  const { m } = p;
  if (!checksumOk6(ns, p)) return;
  if (m[HOOK] === OUTPUT && m[DEV] === 0) m[DEV] = LOOPBACK_IFINDEX;
  if (fillRoute6(ns, p)) icmp6Send(ns, p, ICMPV6_DEST_UNREACH, code, 0);
}

/**
 * Whether the checksum is known to be right. What is forwarded has forgotten that (skb_forward_csum),
 * and is summed anew: with its IP header, whose sum routes that are recorded have spoiled meanwhile.
 */
const sumIsKept = (p: Packet): boolean =>
  (p.m[FLAGS]! & FLAG_CSUM_OK) !== 0 && !(isRouted(p) && p.m[HOOK] === FORWARD);

/** nf_reject_ip_tcphdr_get: the segment that a reset would answer; -1: none. */
function resettable4(p: Packet): number {
  const { m, b } = p;
  const at = m[NH]!;
  if (half(b, at + 6) & IP_OFFSET || b[at + 9] !== IPPROTO_TCP) return -1;
  const th = at + (b[at]! & 15) * 4;
  if (m[END]! - th < 20 || b[th + 13]! & TCP_RST) return -1;
  return sumIsKept(p) || sumIsRight4(p, th, IPPROTO_TCP) ? th : -1;
}

function resettable6(p: Packet): number {
  const { m, b } = p;
  const th = skipExthdr(b, m[NH]! + 40, m[END]!, b[m[NH]! + 6]!);
  if (th < 0 || skipped.next !== IPPROTO_TCP || m[END]! - th < 20) return -1;
  if (b[th + 13]! & TCP_RST) return -1;
  return sumIsKept(p) || sumIsRight6(p, th, IPPROTO_TCP) ? th : -1;
}

/** nf_reject_iphdr_put: from the receiver to the sender, DF, identification 0. */
function header4(ns: Netns, p: Packet, protocol: number, length: number): Packet {
  const reply = ns.alloc();
  reply.grow(HEADROOM + 20 + length);
  const { b, m } = reply;
  const at = HEADROOM;
  m[NH] = m[DATA] = at;
  m[TH] = at + 20;
  m[END] = at + 20 + length;
  m[PROTOCOL] = ETH_P_IP;
  m[FLAGS] = FLAG_LOCAL | FLAG_CSUM_OK;
  b.fill(0, at, at + 20);
  b[at] = 0x45;
  putHalf(b, at + 2, 20 + length);
  putHalf(b, at + 6, 0x4000);
  b[at + 8] = ns.ipv4.defaultTtl;
  b[at + 9] = protocol;
  putWord(b, at + 12, word(p.b, p.m[NH]! + 16));
  putWord(b, at + 16, word(p.b, p.m[NH]! + 12));
  ipSendCheck(b, at);
  return reply;
}

function header6(ns: Netns, p: Packet, protocol: number, length: number): Packet {
  const reply = ns.alloc();
  reply.grow(HEADROOM + 40 + length);
  const { b, m } = reply;
  const at = HEADROOM;
  m[NH] = m[DATA] = at;
  m[TH] = at + 40;
  m[END] = at + 40 + length;
  m[PROTOCOL] = ETH_P_IPV6;
  m[FLAGS] = FLAG_LOCAL | FLAG_CSUM_OK;
  putWord(b, at, 6 << 28);
  putHalf(b, at + 4, length);
  b[at + 6] = protocol;
  b[at + 7] = ns.settings.all6.hop_limit;
  const from = p.m[NH]! + 8;
  b.set(p.b.subarray(from + 16, from + 32), at + 8);
  b.set(p.b.subarray(from, from + 16), at + 24);
  return reply;
}

/** nf_reject_ip_tcphdr_put: `th` is the segment that is answered. */
function reset4(ns: Netns, p: Packet): Packet | null {
  const th = isSound4(p) ? resettable4(p) : -1;
  if (th < 0) return null;
  const reply = header4(ns, p, IPPROTO_TCP, 20);
  const { b, m } = reply;
  fillReset(b, m[TH]!, p.b, th, p.m[END]!);
  const sum = pseudo4(b, m[NH]!, IPPROTO_TCP, 20);
  putHalf(b, m[TH]! + 16, fold(sumBytes(b, m[TH]!, m[END]!, sum)));
  m[FLAGS]! |= FLAG_CSUM_PARTIAL;
  return reply;
}

function reset6(ns: Netns, p: Packet): Packet | null {
  const th = isSound6(p) ? resettable6(p) : -1;
  if (th < 0) return null;
  const reply = header6(ns, p, IPPROTO_TCP, 20);
  const { b, m } = reply;
  fillReset(b, m[TH]!, p.b, th, p.m[END]!);
  const sum = pseudo6(b, m[NH]!, IPPROTO_TCP, 20);
  putHalf(b, m[TH]! + 16, fold(sumBytes(b, m[TH]!, m[END]!, sum)));
  return reply;
}

/** nf_reject_iphdr_validate */
function isSound4(p: Packet): boolean {
  const { m, b } = p;
  const at = m[NH]!;
  if (m[END]! - at < 20 || b[at]! >> 4 !== 4) return false;
  const ihl = (b[at]! & 15) * 4;
  const length = half(b, at + 2);
  return ihl >= 20 && m[END]! - at >= length && length >= ihl;
}

function isSound6(p: Packet): boolean {
  const { m, b } = p;
  const at = m[NH]!;
  return m[END]! - at >= 40 && b[at]! >> 4 === 6 && half(b, at + 4) + 40 <= m[END]! - at;
}

/** nf_send_reset */
function sendReset4(ns: Netns, p: Packet): void {
  if (resettable4(p) < 0 || !fillRoute4(ns, p)) return;
  if (p.dst!.flags & (RTCF_BROADCAST | RTCF_MULTICAST)) return;
  const reply = reset4(ns, p);
  if (reply === null) return;
  reply.dst = p.dst;
  reply.m[MARK] = ns.ipv4.fwmarkReflect ? p.m[MARK]! : 0;
  const routed = rerouteOutput(ns, reply, NFPROTO_IPV4);
  if (p.dst!.hoplimit !== 0) reply.b[reply.m[NH]! + 8] = p.dst!.hoplimit;
  if (!routed || reply.length > dstMtu(ns, reply.dst!)) {
    ns.free(reply);
    return;
  }
  attach(ns, reply, p);
  ipLocalOut(ns, reply);
}

/** nf_ct_attach and nf_ct_set_closing */
function attach(ns: Netns, reply: Packet, p: Packet): void {
  ns.conntrack?.attach(reply, p);
  if (p.m[CT] !== NONE) ns.conntrack?.setClosing(p.m[CT]!);
}

/** nf_send_reset6 */
function sendReset6(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const flow = ns.outFlow6;
  flow.clear();
  loadIpv6(p, m[NH]! + 8, flow.daddr);
  loadIpv6(p, m[NH]! + 24, flow.saddr);
  for (const a of [flow.daddr, flow.saddr]) if (isAny6(a) || isMulticast6(a)) return;
  const th = resettable6(p);
  if (th < 0 || !fillRoute6(ns, p)) return;
  flow.clear();
  loadIpv6(p, m[NH]! + 8, flow.daddr);
  loadIpv6(p, m[NH]! + 24, flow.saddr);
  flow.proto = IPPROTO_TCP;
  flow.sport = half(b, th + 2);
  flow.dport = half(b, th);
  flow.oif = ns.l3mdev(p.dst!.dev);
  flow.mark = ns.ipv6.fwmarkReflect ? m[MARK]! : 0;
  const route = ns.fib6.output(flow);
  if (route.error !== 0) return;
  const reply = reset6(ns, p);
  if (reply === null) return;
  reply.dst = route;
  reply.m[MARK] = flow.mark;
  reply.b[reply.m[NH]! + 7] = hopLimit6(ns, route);
  attach(ns, reply, p);
  ip6LocalOut(ns, reply);
}

/** nf_reject_skb_v4_unreach */
function unreach4(ns: Netns, p: Packet, code: number): Packet | null {
  const { m, b } = p;
  const at = m[NH]!;
  if (!isSound4(p) || half(b, at + 6) & IP_OFFSET) return null;
  const th = at + (b[at]! & 15) * 4;
  const protocol = b[at + 9]!;
  if (protocol === IPPROTO_ICMP && th < m[END]! && b[th] === ICMP_DEST_UNREACH) return null;
  const length = Math.min(QUOTE4_MAX, m[END]! - at);
  m[END] = at + half(b, at + 2);
  if (!checksumOk4(ns, p, th, protocol)) return null;
  const reply = header4(ns, p, IPPROTO_ICMP, 8 + length);
  const rth = reply.m[TH]!;
  reply.b.fill(0, rth, rth + 8);
  reply.b[rth] = ICMP_DEST_UNREACH;
  reply.b[rth + 1] = code;
  reply.b.set(b.subarray(at, at + length), rth + 8);
  putHalf(reply.b, rth + 2, checksum(reply.b, rth, reply.m[END]!));
  return reply;
}

/** nf_reject_skb_v6_unreach */
function unreach6(ns: Netns, p: Packet, code: number): Packet | null {
  const { m, b } = p;
  const at = m[NH]!;
  if (!isSound6(p)) return null;
  const th = skipExthdr(b, at + 40, m[END]!, b[at + 6]!);
  const icmp = th >= 0 && th < m[END]! && skipped.fragOff === 0 && skipped.next === IPPROTO_ICMPV6;
  if (icmp && b[th] === ICMPV6_DEST_UNREACH) return null;
  const length = Math.min(QUOTE6_MAX, m[END]! - at);
  if (half(b, at + 4) !== 0) m[END] = at + 40 + half(b, at + 4);
  if (!checksumOk6(ns, p)) return null;
  const reply = header6(ns, p, IPPROTO_ICMPV6, 8 + length);
  const rth = reply.m[TH]!;
  reply.b.fill(0, rth, rth + 8);
  reply.b[rth] = ICMPV6_DEST_UNREACH;
  reply.b[rth + 1] = code;
  reply.b.set(b.subarray(at, at + length), rth + 8);
  icmp6Checksum(reply);
  return reply;
}

/** Out of the port or device that the packet came by, with its addresses turned round. */
function sendBack(ns: Netns, p: Packet, reply: Packet | null): void {
  if (reply === null) return;
  const { m, b } = p;
  const device = ns.devices.get(m[IIF]!);
  if (device === undefined) {
    ns.free(reply);
    return;
  }
  if (!device.hasHeader) {
    directOutput(ns, reply, device);
    return;
  }
  const to = b.slice(m[LL]! + 6, m[LL]! + 12);
  const from = b.slice(m[LL]!, m[LL]! + 6);
  hardHeader(reply, to, from, reply.m[PROTOCOL]!);
  if (m[PF] === NFPROTO_BRIDGE) {
    reply.m[VLAN_PROTO] = m[VLAN_PROTO]!;
    reply.m[VLAN_TCI] = m[VLAN_TCI]!;
    bridgeSend(ns, reply, device);
  } else transmit(ns, reply, device);
}
