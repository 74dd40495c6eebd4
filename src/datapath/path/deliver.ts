/**
 * The machine's own IPv4 protocols: a host without open sockets, but for UDP ports that swallow.
 *
 * Mirrors ip_protocol_deliver_rcu, and of tcp_ipv4.c, udp.c and icmp.c what happens to packets that
 * no socket wants. Frees the packet.
 */
import { half, putHalf, putWord, word } from '../address.ts';
import { checksum, fold, pseudo4, sumBytes } from '../checksum.ts';
import { RTN_LOCAL } from '../fib.ts';
import type { Netns } from '../netns.ts';
import {
  DEV,
  END,
  FLAG_CSUM_OK,
  FLAG_CSUM_STALE,
  FLAGS,
  MARK,
  NH,
  PACKET_HOST,
  type Packet,
  PKTTYPE,
  TH,
} from '../packet.ts';
import { RTCF_BROADCAST, RTCF_MULTICAST } from '../route.ts';
import {
  ICMP_DEST_UNREACH,
  ICMP_ECHO,
  ICMP_ECHOREPLY,
  ICMP_PORT_UNREACH,
  ICMP_PROT_UNREACH,
  ICMP_TIMESTAMP,
  ICMP_TIMESTAMPREPLY,
  icmpPacket,
  icmpPush,
  icmpSend,
  setRoute,
} from './icmp.ts';
import { learnFromError } from './icmp_learn.ts';
import { ipLocalOut } from './ip.ts';
import { echoOptions } from './ip_options_echo.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_IGMP = 2;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_UDPLITE = 136;
const IP_ECN_MASK = 3;

export const TCP_FIN = 1;
export const TCP_SYN = 2;
export const TCP_RST = 4;
export const TCP_ACK = 16;

/** ip_protocol_deliver_rcu: an error about a protocol that nobody knows belongs to its connection. */
export function protocolDeliver(ns: Netns, p: Packet): void {
  if (ns.host === 'closed') answer(ns, p);
  else if (p.b[p.m[NH]! + 9] === IPPROTO_ICMP) icmpReceive(ns, p);
  ns.free(p);
}

function answer(ns: Netns, p: Packet): void {
  const protocol = p.b[p.m[NH]! + 9]!;
  switch (protocol) {
    case IPPROTO_ICMP:
      icmpReceive(ns, p);
      return;
    case IPPROTO_IGMP:
      return;
    case IPPROTO_TCP:
      ns.resetConntrack(p);
      tcpReceive(ns, p);
      return;
    case IPPROTO_UDP:
    case IPPROTO_UDPLITE:
      ns.resetConntrack(p);
      udpReceive(ns, p, protocol);
      return;
    default:
      icmpSend(ns, p, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
  }
}

/** Whether the checksum over pseudo header and payload is right. */
function sumIsRight(p: Packet, protocol: number): boolean {
  const { m, b } = p;
  if (m[FLAGS]! & FLAG_CSUM_OK) return true;
  const length = m[END]! - m[TH]!;
  return fold(sumBytes(b, m[TH]!, m[END]!, pseudo4(b, m[NH]!, protocol, length))) === 0;
}

/** pskb_trim_rcsum: with less than what was summed before, what was found right is open again. */
export function trim(p: Packet, end: number): void {
  const { m } = p;
  if (end < m[END]!) m[FLAGS]! &= ~FLAG_CSUM_OK;
  m[END] = end;
}

/** CHECKSUM_BREAK: up to so many bytes are summed at once. */
const CHECKSUM_BREAK = 76;

/** udp4_csum_init, udp6_csum_init: a sum by software that doesn't fit is believed, but for short packets. */
export const knownBad = ({ m }: Packet): boolean =>
  (m[FLAGS]! & FLAG_CSUM_STALE) !== 0 && m[END]! - m[TH]! > CHECKSUM_BREAK;

/** udp_rcv: a port that listens swallows; others are unreachable. */
function udpReceive(ns: Netns, p: Packet, protocol: number): void {
  const { m, b } = p;
  const th = m[TH]!;
  const have = m[END]! - th;
  if (have < 8) return;
  const length = half(b, th + 4);
  let covered = length;
  if (protocol === IPPROTO_UDP) {
    if (length > have || length < 8) return;
    trim(p, th + length);
    if (half(b, th + 6) !== 0 && (knownBad(p) || !sumIsRight(p, protocol))) return;
  } else {
    if (length === 0) covered = have;
    if (covered < 8 || covered > have || half(b, th + 6) === 0) return;
    const sum = pseudo4(b, m[NH]!, protocol, have);
    if (fold(sumBytes(b, th, th + covered, sum)) !== 0) return;
  }
  if (p.dst!.flags & (RTCF_BROADCAST | RTCF_MULTICAST)) return;
  if (protocol === IPPROTO_UDP && ns.udpListens(half(b, th + 2))) return;
  icmpSend(ns, p, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
}

/** tcp_v4_rcv without a socket: a reset. */
function tcpReceive(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const th = m[TH]!;
  if (m[PKTTYPE] !== PACKET_HOST || m[END]! - th < 20) return;
  const doff = (b[th + 12]! >> 4) * 4;
  if (doff < 20 || m[END]! - th < doff || !sumIsRight(p, IPPROTO_TCP)) return;
  if (b[th + 13]! & TCP_RST || p.dst!.type !== RTN_LOCAL) return;
  const options = echoOptions(ns, p);
  if (options === null) return;
  const flow = ns.outFlow4;
  flow.clear();
  const at = m[NH]!;
  flow.daddr[0] = options.faddr || word(b, at + 12);
  flow.saddr[0] = word(b, at + 16);
  flow.oif = ns.l3mdev(m[DEV]!);
  flow.mark = ns.ipv4.fwmarkReflect ? m[MARK]! : 0;
  flow.tos = b[at + 1]! & 0x1e;
  flow.proto = IPPROTO_TCP;
  flow.sport = half(b, th + 2);
  flow.dport = half(b, th);
  const route = ns.fib4.output(flow);
  if (route === null) return;
  const reply = icmpPacket(ns, 20, flow, b[at + 1]! & ~IP_ECN_MASK, options);
  reply.b[reply.m[NH]! + 9] = IPPROTO_TCP;
  putHalf(reply.b, reply.m[NH]! + 4, 0);
  putHalf(reply.b, reply.m[NH]! + 6, 0x4000);
  setRoute(reply, route);
  fillReset(reply.b, reply.m[TH]!, b, th, m[END]!);
  const sum = pseudo4(reply.b, reply.m[NH]!, IPPROTO_TCP, 20);
  const rth = reply.m[TH]!;
  putHalf(reply.b, rth + 16, fold(sumBytes(reply.b, rth, rth + 20, sum)));
  ipLocalOut(ns, reply);
}

/** The 20 bytes of a reset at `to` that answers the segment at `th` … `end`; its checksum is 0. */
export function fillReset(
  to: Uint8Array,
  at: number,
  b: Uint8Array,
  th: number,
  end: number,
): void {
  const flags = b[th + 13]!;
  to.fill(0, at, at + 20);
  putHalf(to, at, half(b, th + 2));
  putHalf(to, at + 2, half(b, th));
  to[at + 12] = 0x50;
  if (flags & TCP_ACK) {
    putWord(to, at + 4, word(b, th + 8));
    to[at + 13] = TCP_RST;
    return;
  }
  const syn = flags & TCP_SYN ? 1 : 0;
  const length = syn + (flags & TCP_FIN) + (end - th) - (b[th + 12]! >> 4) * 4;
  putWord(to, at + 8, (word(b, th + 4) + length) | 0);
  to[at + 13] = TCP_RST | TCP_ACK;
}

/** icmp_rcv: echoes and timestamps are answered. */
function icmpReceive(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const th = m[TH]!;
  if (m[END]! - th < 8) return;
  if (!(m[FLAGS]! & FLAG_CSUM_OK) && checksum(b, th, m[END]!) !== 0) return;
  const type = b[th]!;
  learnFromError(ns, p);
  if (ns.host !== 'closed' || (type !== ICMP_ECHO && type !== ICMP_TIMESTAMP)) return;
  if (p.dst!.flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
    if (ns.ipv4.echoIgnoreBroadcasts) return;
  }
  if (type === ICMP_ECHO && ns.ipv4.echoIgnoreAll) return;
  if (type === ICMP_TIMESTAMP && m[END]! - th < 20) return;
  icmpReply(ns, p, type);
}

/** icmp_reply. */
function icmpReply(ns: Netns, p: Packet, type: number): void {
  const { m, b } = p;
  const at = m[NH]!;
  const th = m[TH]!;
  const options = echoOptions(ns, p);
  if (options === null) return;
  const device = ns.devices.get(m[DEV]!)!;
  const flow = ns.outFlow4;
  flow.clear();
  const tos = b[at + 1]!;
  const own = ns.fib4.specificDestination(
    p.dst,
    word(b, at + 16),
    word(b, at + 12),
    tos,
    m[MARK]!,
    device,
  );
  flow.daddr[0] = options.faddr || word(b, at + 12);
  flow.saddr[0] = own;
  flow.mark = ns.ipv4.fwmarkReflect ? m[MARK]! : 0;
  flow.tos = tos & 0x1e;
  flow.proto = IPPROTO_ICMP;
  flow.oif = ns.l3mdev(m[DEV]!);
  const route = ns.fib4.output(flow);
  if (route === null) return;
  const length = type === ICMP_TIMESTAMP ? 20 : m[END]! - th;
  const reply = icmpPacket(ns, length, flow, tos, options);
  setRoute(reply, route);
  const rb = reply.b;
  const rth = reply.m[TH]!;
  rb.set(b.subarray(th, th + length), rth);
  rb[rth] = type === ICMP_ECHO ? ICMP_ECHOREPLY : ICMP_TIMESTAMPREPLY;
  if (type === ICMP_TIMESTAMP) {
    const now = Math.floor(ns.clock.now / 1000) % 86_400_000;
    putWord(rb, rth + 12, now);
    putWord(rb, rth + 16, now);
  }
  rb[rth + 2] = rb[rth + 3] = 0;
  // the kernel's sums start at -0, so that zeros alone make 0 and not 0xffff
  putHalf(rb, rth + 2, checksum(rb, rth, rth + length) % 0xffff);
  icmpPush(ns, reply);
}
