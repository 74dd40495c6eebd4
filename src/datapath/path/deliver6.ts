/**
 * The machine's own IPv6 protocols: extension headers, then a host without open sockets.
 *
 * Mirrors ip6_protocol_deliver_rcu, and of tcp_ipv6.c, udp.c and icmp.c what happens to packets that
 * no socket wants. Frees the packet.
 */
import { half, loadIpv6, putHalf, word } from '../address.ts';
import { fold, pseudo6, sumBytes } from '../checksum.ts';
import { RTN_ANYCAST, RTN_LOCAL } from '../fib.ts';
import { isLoopback6, isMulticast6 } from '../fib6.ts';
import type { Netns } from '../netns.ts';
import {
  CB_IIF,
  CB_NHOFF,
  DATA,
  DEV,
  END,
  FLAG_CSUM_OK,
  FLAG_CSUM_PARTIAL,
  FLAGS,
  MARK,
  NH,
  PACKET_HOST,
  type Packet,
  PKTTYPE,
  SDIF,
  SKB_TH,
  TH,
} from '../packet.ts';
import { defragHeader6 } from './defrag6.ts';
import { fillReset, knownBad, TCP_RST, trim } from './deliver.ts';
import {
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_ICMPV6,
  IPPROTO_NONE,
  IPPROTO_ROUTING,
  parseDestinationOptions,
  parseRouting,
  skipExthdr,
  skipped,
} from './exthdrs.ts';
import {
  hopLimit6,
  ICMPV6_DEST_UNREACH,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
  ICMPV6_PARAMPROB,
  ICMPV6_PKT_TOOBIG,
  ICMPV6_PORT_UNREACH,
  ICMPV6_UNK_NEXTHDR,
  icmp6Checksum,
  icmp6Push,
  icmp6Send,
  packet6,
} from './icmp6.ts';
import { ip6LocalOut } from './ip6.ts';
import { isNdisc, ndiscReceive } from './ndisc.ts';

const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_UDPLITE = 136;
const IP_ECN_MASK = 3;

/** ip6_protocol_deliver_rcu: SKB_TH stands at the header that the byte at NH + CB_NHOFF names. */
export function protocolDeliver6(ns: Netns, p: Packet): void {
  const { m } = p;
  for (;;) {
    if (m[SKB_TH]! > m[END]!) {
      ns.free(p);
      return;
    }
    const nhoff = m[CB_NHOFF]!;
    const next = p.b[m[NH]! + nhoff]!;
    const at = m[SKB_TH]!;
    m[DATA] = at;
    switch (next) {
      case IPPROTO_ROUTING:
        if (!parseRouting(ns, p)) return;
        break;
      case IPPROTO_DSTOPTS:
        if (!parseDestinationOptions(ns, p)) return;
        break;
      case IPPROTO_FRAGMENT:
        if (!defragHeader6(ns, p)) return;
        continue;
      default:
        m[TH] = at;
        deliverUpper(ns, p, next, nhoff);
        return;
    }
    m[CB_NHOFF] = at - m[NH]!;
  }
}

/** The upper layer's protocol, or what nobody knows. */
function deliverUpper(ns: Netns, p: Packet, next: number, nhoff: number): void {
  if (next === IPPROTO_ICMPV6) icmp6Receive(ns, p);
  else if (ns.host === 'closed') answer(ns, p, next, nhoff);
  ns.free(p);
}

function answer(ns: Netns, p: Packet, next: number, nhoff: number): void {
  switch (next) {
    case IPPROTO_TCP:
      ns.resetConntrack(p);
      tcpReceive6(ns, p);
      return;
    case IPPROTO_UDP:
    case IPPROTO_UDPLITE:
      ns.resetConntrack(p);
      udpReceive6(ns, p, next);
      return;
    case IPPROTO_NONE:
      return;
    default:
      icmp6Send(ns, p, ICMPV6_PARAMPROB, ICMPV6_UNK_NEXTHDR, nhoff);
  }
}

function sumIsRight(p: Packet, protocol: number, end = p.m[END]!): boolean {
  const { m, b } = p;
  if (m[FLAGS]! & FLAG_CSUM_OK) return true;
  const length = m[END]! - m[TH]!;
  return fold(sumBytes(b, m[TH]!, end, pseudo6(b, m[NH]!, protocol, length))) === 0;
}

/** ipv6_get_dsfield */
const trafficClass = (p: Packet): number =>
  ((p.b[p.m[NH]!]! & 15) << 4) | (p.b[p.m[NH]! + 1]! >> 4);

const destination = new Int32Array(4);

/** udpv6_rcv. */
function udpReceive6(ns: Netns, p: Packet, protocol: number): void {
  const { m, b } = p;
  const th = m[TH]!;
  const have = m[END]! - th;
  if (have < 8) return;
  let length = half(b, th + 4);
  if (protocol === IPPROTO_UDP) {
    if (length === 0) length = have;
    if (length > have || length < 8) return;
    trim(p, th + length);
    if (half(b, th + 6) === 0 || knownBad(p) || !sumIsRight(p, protocol)) return;
  } else {
    const covered = length || have;
    if (covered < 8 || covered > have || half(b, th + 6) === 0) return;
    if (!sumIsRight(p, protocol, th + covered)) return;
  }
  loadIpv6(p, m[NH]! + 24, destination);
  if (isMulticast6(destination)) return;
  if (protocol === IPPROTO_UDP && ns.udpListens(half(b, th + 2))) return;
  icmp6Send(ns, p, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
}

/** tcp_v6_rcv without a socket: a reset. */
function tcpReceive6(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const th = m[TH]!;
  if (m[PKTTYPE] !== PACKET_HOST || m[END]! - th < 20) return;
  const doff = (b[th + 12]! >> 4) * 4;
  if (doff < 20 || m[END]! - th < doff || !sumIsRight(p, IPPROTO_TCP)) return;
  if (b[th + 13]! & TCP_RST || p.dst!.type !== RTN_LOCAL) return;
  const flow = ns.outFlow6;
  flow.clear();
  loadIpv6(p, m[NH]! + 8, flow.daddr);
  loadIpv6(p, m[NH]! + 24, flow.saddr);
  flow.proto = IPPROTO_TCP;
  flow.mark = ns.ipv6.fwmarkReflect ? m[MARK]! : 0;
  flow.oif = ns.l3mdev(m[DEV]!);
  flow.sport = half(b, th + 2);
  flow.dport = half(b, th);
  const route = ns.fib6.output(flow);
  if (route.error !== 0) return;
  const reply = packet6(
    ns,
    IPPROTO_TCP,
    20,
    flow,
    trafficClass(p) & ~IP_ECN_MASK,
    hopLimit6(ns, route),
  );
  reply.dst = route;
  const rth = reply.m[TH]!;
  fillReset(reply.b, rth, b, th, m[END]!);
  const sum = pseudo6(reply.b, reply.m[NH]!, IPPROTO_TCP, 20);
  putHalf(reply.b, rth + 16, fold(sumBytes(reply.b, rth, rth + 20, sum)));
  reply.m[FLAGS]! |= FLAG_CSUM_PARTIAL;
  ip6LocalOut(ns, reply);
}

/** icmpv6_notify, icmpv6_err: without sockets only what quotes ICMPv6 is believed. */
function packetTooBig(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const quoted = m[TH]! + 8;
  if (m[END]! - quoted < 40) return;
  const inner = skipExthdr(b, quoted + 40, m[END]!, b[quoted + 6]!);
  if (inner < 0 || skipped.next !== IPPROTO_ICMPV6 || m[END]! - inner < 8) return;
  const flow = ns.outFlow6;
  flow.clear();
  loadIpv6(p, quoted + 8, flow.saddr);
  loadIpv6(p, quoted + 24, flow.daddr);
  flow.oif = m[DEV]!;
  ns.fib6.updateMtu(flow, word(b, m[TH]! + 4) >>> 0);
}

/** icmpv6_rcv: echoes are answered; neighbour discovery is heard even by a silent host. */
function icmp6Receive(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const th = m[TH]!;
  if (m[END]! - th < 8 || !sumIsRight(p, IPPROTO_ICMPV6)) return;
  if (isNdisc(p, th)) {
    ndiscReceive(ns, p);
    return;
  }
  if (b[th] === ICMPV6_PKT_TOOBIG) packetTooBig(ns, p);
  if (b[th] !== ICMPV6_ECHO_REQUEST || ns.host !== 'closed' || ns.ipv6.echoIgnoreAll) return;
  echoReply(ns, p);
}

/** icmpv6_echo_reply. */
function echoReply(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const th = m[TH]!;
  const flow = ns.outFlow6;
  flow.clear();
  loadIpv6(p, m[NH]! + 8, flow.daddr);
  loadIpv6(p, m[NH]! + 24, destination);
  const multicast = isMulticast6(destination);
  const anycast = p.dst!.type === RTN_ANYCAST;
  if (multicast ? ns.ipv6.echoIgnoreMulticast : anycast && ns.ipv6.echoIgnoreAnycast) return;
  if (!multicast && (!anycast || ns.ipv6.anycastSrcEchoReply)) flow.saddr.set(destination);
  flow.proto = IPPROTO_ICMPV6;
  flow.mark = ns.ipv6.fwmarkReflect ? m[MARK]! : 0;
  flow.oif = isLoopback6(flow.daddr) ? m[DEV]! : m[SDIF]! || m[CB_IIF]!;
  if (ns.devices.get(flow.oif)?.kind === 'loopback' && p.dst!.fib) flow.oif = p.dst!.fib.dev;
  const route = ns.fib6.output(flow);
  if (route.error !== 0) return;
  const reply = packet6(
    ns,
    IPPROTO_ICMPV6,
    m[END]! - th,
    flow,
    trafficClass(p),
    hopLimit6(ns, route),
  );
  reply.dst = route;
  const rth = reply.m[TH]!;
  reply.b.set(b.subarray(th, m[END]!), rth);
  reply.b[rth] = ICMPV6_ECHO_REPLY;
  icmp6Checksum(reply);
  icmp6Push(ns, reply);
}
