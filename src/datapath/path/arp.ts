/**
 * ARP: asking for next hops, answering for our own addresses, learning from what passes.
 *
 * Mirrors arp.c, with the hooks of family arp.
 */
import { half, putHalf, putWord, word } from '../address.ts';
import { HZ } from '../clock.ts';
import type { Ipv4Conf } from '../devconf.ts';
import type { Device } from '../device.ts';
import { SCOPE_LINK } from '../device.ts';
import { RTN_LOCAL, RTN_UNICAST } from '../fib.ts';
import { isLoopback4, isMulticast4, sameSubnet } from '../fib4_tables.ts';
import { ARP_IN, ARP_OUT } from '../hooks.ts';
import { type Neighbour, type NeighbourOps, NUD_REACHABLE, NUD_STALE } from '../neigh.ts';
import type { Netns } from '../netns.ts';
import {
  DATA,
  DEV,
  END,
  ETH_P_ARP,
  FLAG_LOCAL,
  FLAGS,
  HEADROOM,
  LL,
  NFPROTO_ARP,
  NH,
  NONE,
  PACKET_HOST,
  PACKET_LOOPBACK,
  PACKET_OTHERHOST,
  type Packet,
  PKTTYPE,
  PROTOCOL,
  TH,
} from '../packet.ts';
import { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, icmpSend } from './icmp.ts';
import { hardHeader, transmit } from './transmit.ts';

export const ARPOP_REQUEST = 1;
export const ARPOP_REPLY = 2;
const ARP_LENGTH = 28;
/** In jiffies: how long the first of several answers holds. */
const LOCKTIME = HZ;
const ARPHRD_ETHER = 1;
const BROADCAST = new Uint8Array(6).fill(0xff);

export function arpOps(ns: Netns): NeighbourOps {
  return {
    solicit: (n, unicast) => solicit(ns, n, unicast),
    unreachable: (p) => {
      icmpSend(ns, p, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
      ns.drop(p, 'NEIGH_FAILED');
    },
    send: (p, n) => {
      const device = ns.devices.get(n.ifindex)!;
      hardHeader(p, n.lladdr, device.address, p.m[PROTOCOL]!);
      transmit(ns, p, device);
    },
  };
}

/** arp_solicit: asks with the address that the last waiting packet comes from, if it is ours. */
function solicit(ns: Netns, n: Neighbour, unicast: boolean): void {
  const device = ns.devices.get(n.ifindex)!;
  const target = n.address[0]!;
  const waiting = n.waiting.at(-1);
  const announce = Math.max(device.ipv4.arp_announce, ns.settings.all4.arp_announce);
  let from = 0;
  if (waiting !== undefined && announce !== 2) {
    const saddr = word(waiting.b, waiting.m[NH]! + 12);
    // 1: only to those whose subnet it is in
    const fits =
      announce !== 1 || device.addr4.some((a) => sameSubnet(a, saddr) && sameSubnet(a, target));
    if (fits && ns.fib4.addressTypeAt(saddr, device.ifindex) === RTN_LOCAL) from = saddr;
  }
  from ||= ns.fib4.selectAddress(device, target, SCOPE_LINK);
  const to = unicast ? n.lladdr : BROADCAST;
  sendArp(ns, device, ARPOP_REQUEST, from, target, new Uint8Array(6), to);
}

/** arp_send: passes the arp output hook. */
function sendArp(
  ns: Netns,
  device: Device,
  op: number,
  from: number,
  target: number,
  targetAddress: Uint8Array,
  to: Uint8Array,
): void {
  const p = ns.alloc();
  const { b, m } = p;
  const at = HEADROOM;
  m[NH] = m[DATA] = at;
  m[TH] = m[END] = at + ARP_LENGTH;
  m[PROTOCOL] = ETH_P_ARP;
  m[DEV] = device.ifindex;
  m[FLAGS] = FLAG_LOCAL;
  putHalf(b, at, ARPHRD_ETHER);
  putHalf(b, at + 2, 0x0800);
  b[at + 4] = 6;
  b[at + 5] = 4;
  putHalf(b, at + 6, op);
  b.set(device.address, at + 8);
  putWord(b, at + 14, from);
  b.set(targetAddress, at + 18);
  putWord(b, at + 24, target);
  hardHeader(p, to, device.address, ETH_P_ARP);
  // arp_create pushes the header without noting where it is: rules find none.
  m[LL] = NONE;
  if (ns.hook(NFPROTO_ARP, ARP_OUT, p, 0, device.ifindex)) transmit(ns, p, device);
}

/** arp_rcv. */
export function arpReceive(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const device = ns.devices.get(m[DEV]!)!;
  if (device.kind === 'loopback' || m[PKTTYPE] === PACKET_OTHERHOST) {
    ns.drop(p, 'OTHERHOST');
    return;
  }
  const at = m[DATA]!;
  if (m[PKTTYPE] === PACKET_LOOPBACK || m[END]! - at < ARP_LENGTH) {
    ns.drop(p, 'NOT_SPECIFIED');
    return;
  }
  m[NH] = at;
  if (b[at + 4] !== 6 || b[at + 5] !== 4) {
    ns.drop(p, 'NOT_SPECIFIED');
    return;
  }
  if (!ns.hook(NFPROTO_ARP, ARP_IN, p, device.ifindex, 0)) return;
  arpProcess(ns, p, device);
  ns.free(p);
}

/** arp_process. */
function arpProcess(ns: Netns, p: Packet, device: Device): void {
  const { m, b } = p;
  const at = m[NH]!;
  const hardware = half(b, at);
  if ((hardware !== ARPHRD_ETHER && hardware !== 6) || half(b, at + 2) !== 0x0800) return;
  const op = half(b, at + 6);
  if (op !== ARPOP_REQUEST && op !== ARPOP_REPLY) return;
  const sender = word(b, at + 14);
  const target = word(b, at + 24);
  const senderAddress = b.slice(at + 8, at + 14);
  if (isMulticast4(target) || (isLoopback4(target) && !device.ipv4.route_localnet)) return;
  if (sender === target && isSet(ns, device, 'drop_gratuitous_arp')) return;
  const answer = () =>
    sendArp(ns, device, ARPOP_REPLY, target, sender, senderAddress, senderAddress);
  if (sender === 0) {
    const own = ns.fib4.addressTypeAt(target, device.ifindex) === RTN_LOCAL;
    if (op === ARPOP_REQUEST && own && !ignores(ns, device, sender, target)) answer();
    return;
  }
  if (op === ARPOP_REQUEST) {
    const route = ns.fib4.input(target, sender, 0, 0, device);
    if (route?.type === RTN_LOCAL) {
      if (ignores(ns, device, sender, target)) return;
      if (isSet(ns, device, 'arp_filter') && isElsewhere(ns, device, sender, target)) return;
      asked(ns, device, sender, senderAddress);
      answer();
      return;
    }
    if (
      route?.type === RTN_UNICAST &&
      route.dev !== device.ifindex &&
      proxied(ns, device, target)
    ) {
      asked(ns, device, sender, senderAddress);
      answer();
      return;
    }
  }
  learn(ns, device, p, senderAddress);
}

/** arp_fwd_proxy, pneigh_lookup: whether the device answers for others, or for this address. */
const proxied = (ns: Netns, device: Device, target: number): boolean =>
  isSet(ns, device, 'proxy_arp') || ns.neigh4.isProxied(device.ifindex, ns.key4(target));

/** neigh_event_ns: who asks tells where it is. */
function asked(ns: Netns, device: Device, sender: number, lladdr: Uint8Array): void {
  const entry = ns.neigh4.get(device.ifindex, ns.key4(sender));
  ns.neigh4.update(entry, lladdr, NUD_STALE, 'override');
}

/** What is not for the machine: of several answers the first one counts, unless one tells of itself. */
function learn(ns: Netns, device: Device, p: Packet, lladdr: Uint8Array): void {
  const { m, b } = p;
  const at = m[NH]!;
  const isReply = half(b, at + 6) === ARPOP_REPLY;
  const sender = word(b, at + 14);
  const known = ns.neigh4.find(device.ifindex, ns.key4(sender));
  const accepts = isSet(ns, device, 'arp_accept');
  if (known === undefined && !accepts) return;
  const isUnicast = ns.fib4.addressTypeAt(sender, device.ifindex) === RTN_UNICAST;
  const gratuitous = isUnicast && tellsOfItself(b, at, isReply);
  const entry =
    known ??
    (gratuitous || (isReply && isUnicast)
      ? ns.neigh4.get(device.ifindex, ns.key4(sender))
      : undefined);
  if (entry === undefined) return;
  const late = ns.clock.jiffies > entry.updated + LOCKTIME;
  const state = isReply && m[PKTTYPE] === PACKET_HOST ? NUD_REACHABLE : NUD_STALE;
  ns.neigh4.update(entry, lladdr, state, late || gratuitous ? 'override' : 'keep');
}

/** arp_is_garp: a reply must also name its own link-layer address as the target. */
function tellsOfItself(b: Uint8Array, at: number, isReply: boolean): boolean {
  if (word(b, at + 14) !== word(b, at + 24)) return false;
  if (!isReply) return true;
  for (let i = 0; i < 6; i++) if (b[at + 8 + i] !== b[at + 18 + i]) return false;
  return true;
}

/** IN_DEV_ORCONF: by the device or by all. */
const isSet = (ns: Netns, device: Device, name: keyof Ipv4Conf): boolean =>
  (device.ipv4[name] | ns.settings.all4[name]) !== 0;

/** arp_filter: whether an answer to the sender would leave by another device. */
function isElsewhere(ns: Netns, device: Device, sender: number, target: number): boolean {
  const flow = ns.outFlow4;
  flow.clear();
  flow.daddr[0] = sender;
  flow.saddr[0] = target;
  return ns.fib4.output(flow)?.dev !== device.ifindex;
}

/** arp_ignore */
function ignores(ns: Netns, device: Device, sender: number, target: number): boolean {
  switch (Math.max(device.ipv4.arp_ignore, ns.settings.all4.arp_ignore)) {
    case 0:
      return false;
    case 1:
      return !device.addr4.some((a) => a.local === target);
    case 2:
      return !device.addr4.some(
        (a) => a.local === target && (sender === 0 || sameSubnet(a, sender)),
      );
    case 8:
      return true;
    default:
      return false;
  }
}
