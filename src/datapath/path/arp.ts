/**
 * ARP: asking for next hops, answering for our own addresses, learning from what passes.
 *
 * Mirrors arp.c, with the hooks of family arp.
 */
import { half, putHalf, putWord, word } from '../address.ts';
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
export function sendArp(
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
      learn(ns, device, sender, senderAddress, NUD_STALE, true);
      answer();
      return;
    }
    if (
      route?.type === RTN_UNICAST &&
      route.dev !== device.ifindex &&
      proxied(ns, device, target)
    ) {
      learn(ns, device, sender, senderAddress, NUD_STALE, true);
      answer();
      return;
    }
  }
  const solicited = op === ARPOP_REPLY && m[PKTTYPE] === PACKET_HOST;
  // arp_accept: from who answers unasked or tells of itself
  const accepts = (device.ipv4.arp_accept | ns.settings.all4.arp_accept) !== 0;
  const known = accepts && (op === ARPOP_REPLY || sender === target);
  learn(ns, device, sender, senderAddress, solicited ? NUD_REACHABLE : NUD_STALE, known);
}

/** arp_fwd_proxy, pneigh_lookup: whether the device answers for others, or for this address. */
const proxied = (ns: Netns, device: Device, target: number): boolean =>
  (device.ipv4.proxy_arp | ns.settings.all4.proxy_arp) !== 0 ||
  ns.neigh4.proxies.has(`${device.ifindex} ${target}`);

function learn(
  ns: Netns,
  device: Device,
  address: number,
  lladdr: Uint8Array,
  state: number,
  create: boolean,
): void {
  const key = ns.key4(address);
  const entry = ns.neigh4.find(device.ifindex, key);
  if (entry !== undefined) ns.neigh4.update(entry, lladdr, state);
  else if (create) ns.neigh4.update(ns.neigh4.get(device.ifindex, key), lladdr, state);
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
