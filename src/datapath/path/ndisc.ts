/**
 * IPv6 neighbour discovery: asking for next hops, answering for our own addresses, learning.
 *
 * Mirrors ndisc.c as a router uses it; router advertisements are not taken (forwarding is on).
 */
import { equalIpv6, loadIpv6, putHalf } from '../address.ts';
import type { Device } from '../device.ts';
import { isAny6, isLinkLocal6, isMulticast6 } from '../fib6.ts';
import {
  type Neighbour,
  type NeighbourOps,
  NUD_FAILED,
  NUD_REACHABLE,
  NUD_STALE,
} from '../neigh.ts';
import type { Netns } from '../netns.ts';
import { CB_IIF, DEV, END, FLAG_NO_LOOP, FLAGS, NH, type Packet, PROTOCOL, TH } from '../packet.ts';
import {
  ICMPV6_ADDR_UNREACH,
  ICMPV6_DEST_UNREACH,
  icmp6Checksum,
  icmp6Send,
  packet6,
} from './icmp6.ts';
import { ip6LocalOut } from './ip6.ts';
import { hardHeader, transmit } from './transmit.ts';

export const ICMPV6 = 58;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
const REDIRECT = 137;
/** Type, reserved, target and destination. */
const REDIRECT_HEADER = 40;
const OPT_REDIRECTED_HEADER = 4;
const OPT_SOURCE_ADDRESS = 1;
const OPT_TARGET_ADDRESS = 2;
const FLAG_ROUTER = 0x80;
const FLAG_SOLICITED = 0x40;
const FLAG_OVERRIDE = 0x20;

/** Whether the ICMPv6 header at `th` is of neighbour discovery. */
export function isNdisc(p: Packet, th: number): boolean {
  const type = p.b[th]!;
  return th < p.m[END]! && type >= 133 && type <= 137;
}

/** The group in which the owner of an address is asked for. */
export const solicitedNode = (a: Int32Array): Int32Array =>
  Int32Array.of(0xff020000 | 0, 0, 1, 0xff000000 | (a[3]! & 0xffffff));

/** ipv6_chk_mcast_addr: all nodes, all routers, and the solicited nodes of our addresses. */
export function isMember(ns: Netns, device: Device, group: Int32Array): boolean {
  const scope = (group[0]! >> 16) & 15;
  if ((group[0]! & 0xfff0ffff) === (0xff000000 | 0) && (group[1]! | group[2]!) === 0) {
    if (group[3] === 1) return scope === 1 || scope === 2;
    if (group[3] === 2 && ns.settings.all6.forwarding)
      return scope === 1 || scope === 2 || scope === 5;
  }
  if (!device.hasHeader) return false;
  for (const address of ns.neigh6.proxiedBy(device.ifindex)) {
    if (equalIpv6(solicitedNode(address), group)) return true;
  }
  return device.addr6.some((a) => {
    if (equalIpv6(solicitedNode(a.local), group)) return true;
    const anycast = Int32Array.of(a.local[0]!, a.local[1]!, 0, 0);
    return a.prefixlen === 64 && equalIpv6(solicitedNode(anycast), group);
  });
}

export function ndiscOps(ns: Netns): NeighbourOps {
  return {
    solicit: (n, unicast) => solicit(ns, n, unicast),
    unreachable: (p) => {
      icmp6Send(ns, p, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
      ns.drop(p, 'NEIGH_FAILED');
    },
    send: (p, n) => {
      const device = ns.devices.get(n.ifindex)!;
      hardHeader(p, n.lladdr, device.address, p.m[PROTOCOL]!);
      transmit(ns, p, device);
    },
  };
}

/** ndisc_solicit: from the source of the packet that came last if it is ours, else from the link-local address. */
function solicit(ns: Netns, n: Neighbour, unicast: boolean): void {
  const device = ns.devices.get(n.ifindex)!;
  const waiting = n.waiting.at(-1);
  let from: Int32Array | null = null;
  if (waiting !== undefined) {
    const saddr = new Int32Array(4);
    loadIpv6(waiting, waiting.m[NH]! + 8, saddr);
    if (device.addr6.some((a) => equalIpv6(a.local, saddr))) from = saddr;
  }
  from ??= device.addr6.find((a) => isLinkLocal6(a.local))?.local ?? null;
  if (from === null) return;
  const to = unicast ? n.address : solicitedNode(n.address);
  const options = optionOf(OPT_SOURCE_ADDRESS, device);
  sendNdisc(ns, device, from, to, NEIGHBOUR_SOLICITATION, 0, n.address, options);
}

/** dev->addr_len: without addresses there is nothing to tell. */
const optionOf = (type: number, device: Device): Uint8Array =>
  device.hasHeader ? Uint8Array.of(type, 1, ...device.address) : new Uint8Array(0);

/** ndisc_send_skb: a message with a target address and an option, hop limit 255; made at its device. */
function sendNdisc(
  ns: Netns,
  device: Device,
  from: Int32Array,
  to: Int32Array,
  type: number,
  flags: number,
  target: Int32Array,
  option: Uint8Array,
): void {
  const flow = ns.outFlow6;
  flow.clear();
  flow.daddr.set(to);
  flow.saddr.set(from);
  flow.proto = ICMPV6;
  flow.oif = device.ifindex;
  const route = ns.fib6.output(flow);
  const p = packet6(ns, ICMPV6, 24 + option.length, flow, 0, 255);
  p.dst = { ...route, dev: device.ifindex, gateway: null, error: 0, output: 0, flags: 0 };
  const { b, m } = p;
  const th = m[TH]!;
  b[m[NH]! + 1] = b[m[NH]! + 2] = b[m[NH]! + 3] = 0;
  b.fill(0, th, th + 8);
  b[th] = type;
  b[th + 4] = flags;
  for (let i = 0; i < 4; i++) {
    putHalf(b, th + 8 + 4 * i, target[i]! >>> 16);
    putHalf(b, th + 10 + 4 * i, target[i]! & 0xffff);
  }
  b.set(option, th + 24);
  m[FLAGS]! |= FLAG_NO_LOOP;
  m[DEV] = device.ifindex;
  icmp6Checksum(p);
  ip6LocalOut(ns, p);
}

/** ndisc_rcv: solicitations, advertisements and redirects of hop limit 255. */
export function ndiscReceive(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const th = m[TH]!;
  if (b[m[NH]! + 7] !== 255 || b[th + 1] !== 0 || m[END]! - th < 24) return;
  const device = ns.devices.get(m[CB_IIF]!) ?? ns.devices.get(m[DEV]!)!;
  const target = new Int32Array(4);
  loadIpv6(p, th + 8, target);
  if (isMulticast6(target)) return;
  if (b[th] === NEIGHBOUR_SOLICITATION) receiveSolicitation(ns, p, device, target);
  else if (b[th] === NEIGHBOUR_ADVERTISEMENT) receiveAdvertisement(ns, p, device, target);
  else if (b[th] === REDIRECT) receiveRedirect(ns, p, device, target);
}

/** The link-layer address in an option; undefined: absent; null: malformed. */
function optionAddress(p: Packet, type: number, header = 24): Uint8Array | undefined | null {
  const { m, b } = p;
  let found: Uint8Array | undefined;
  for (let at = m[TH]! + header; at < m[END]!; ) {
    const length = (b[at + 1] ?? 0) * 8;
    if (length === 0 || at + length > m[END]!) return null;
    if (b[at] === type && length === 8) found ??= b.slice(at + 2, at + 8);
    at += length;
  }
  return found;
}

/** ipv6_addr_is_solict_mult */
const isSolicitedNode = (a: Int32Array): boolean =>
  a[0] === (0xff020000 | 0) && a[1] === 0 && a[2] === 1 && a[3]! >>> 24 === 0xff;

/** pndisc_is_router: whether the device answers for an address that lies elsewhere. */
const answersFor = (ns: Netns, device: Device, target: Int32Array): boolean =>
  device.ipv6.forwarding !== 0 &&
  (ns.settings.all6.proxy_ndp | device.ipv6.proxy_ndp) !== 0 &&
  ns.neigh6.isProxied(device.ifindex, target);

function receiveSolicitation(ns: Netns, p: Packet, device: Device, target: Int32Array): void {
  const { m } = p;
  const from = new Int32Array(4);
  const to = new Int32Array(4);
  loadIpv6(p, m[NH]! + 8, from);
  loadIpv6(p, m[NH]! + 24, to);
  const lladdr = optionAddress(p, OPT_SOURCE_ADDRESS);
  if (lladdr === null) return;
  const dad = isAny6(from);
  const multicast = isMulticast6(to);
  if (dad && (lladdr !== undefined || !isSolicitedNode(to))) return;
  const own = device.addr6.some((a) => equalIpv6(a.local, target));
  const anycast = !own && ns.fib6.isAnycast(target);
  const proxied = !own && !anycast && answersFor(ns, device, target);
  if (!own && !anycast && !proxied) return;
  const router = device.ipv6.forwarding && !proxied ? FLAG_ROUTER : 0;
  const override = own && multicast ? FLAG_OVERRIDE : 0;
  // who asks one host by its link-layer address knows it
  const told = multicast || (own && device.ipv6.force_tllao !== 0);
  const option = told ? optionOf(OPT_TARGET_ADDRESS, device) : new Uint8Array(0);
  const receiver = dad ? Int32Array.of(0xff020000 | 0, 0, 0, 1) : from;
  const source = own ? target : (ns.fib6.selectSource(device, receiver) ?? target);
  if (dad) {
    const flags = router | override;
    sendNdisc(ns, device, source, receiver, NEIGHBOUR_ADVERTISEMENT, flags, target, option);
    return;
  }
  if (lladdr !== undefined)
    ns.neigh6.update(ns.neigh6.get(device.ifindex, from), lladdr, NUD_STALE, 'override');
  else if (multicast && device.hasHeader && !ns.neigh6.find(device.ifindex, from)) return;
  const flags = router | override | FLAG_SOLICITED;
  sendNdisc(ns, device, source, receiver, NEIGHBOUR_ADVERTISEMENT, flags, target, option);
}

function receiveAdvertisement(ns: Netns, p: Packet, device: Device, target: Int32Array): void {
  const { m, b } = p;
  const flags = b[m[TH]! + 4]!;
  const to = new Int32Array(4);
  loadIpv6(p, m[NH]! + 24, to);
  if (isMulticast6(to) && flags & FLAG_SOLICITED) return;
  if (!(flags & FLAG_SOLICITED) && device.ipv6.drop_unsolicited_na) return;
  const lladdr = optionAddress(p, OPT_TARGET_ADDRESS);
  if (lladdr === null || device.addr6.some((a) => equalIpv6(a.local, target))) return;
  const entry = ns.neigh6.find(device.ifindex, target);
  if (entry === undefined || entry.state === NUD_FAILED) return;
  const state = flags & FLAG_SOLICITED ? NUD_REACHABLE : NUD_STALE;
  ns.neigh6.update(entry, lladdr, state, flags & FLAG_OVERRIDE ? 'override' : 'weak');
}

/** ndisc_redirect_rcv, rt6_do_redirect: of a router that the machine sends to; routers take none. */
function receiveRedirect(ns: Netns, p: Packet, device: Device, target: Int32Array): void {
  const { m, b } = p;
  const th = m[TH]!;
  if (m[END]! - th < REDIRECT_HEADER) return;
  const from = new Int32Array(4);
  const daddr = new Int32Array(4);
  loadIpv6(p, m[NH]! + 8, from);
  loadIpv6(p, th + 24, daddr);
  if (!isLinkLocal6(from) || isMulticast6(daddr)) return;
  if (!equalIpv6(daddr, target) && !isLinkLocal6(target)) return;
  if (device.ipv6.forwarding || !device.ipv6.accept_redirects) return;
  if (quotesOther(b, th + REDIRECT_HEADER, m[END]!)) return;
  const lladdr = optionAddress(p, OPT_TARGET_ADDRESS, REDIRECT_HEADER);
  if (lladdr === null) return;
  const flow = ns.outFlow6;
  flow.clear();
  flow.oif = device.ifindex;
  flow.daddr.set(daddr);
  loadIpv6(p, m[NH]! + 24, flow.saddr);
  const neighbour = ns.neigh6.get(device.ifindex, target);
  if (lladdr) ns.neigh6.update(neighbour, lladdr, NUD_STALE, 'override');
  ns.fib6.redirectTo(flow, from, target);
}

/** The quote of what no socket sent teaches nothing, but for ICMPv6 (icmpv6_notify). */
function quotesOther(b: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at + 1 < end && b[at + 1]! > 0; at += b[at + 1]! * 8)
    if (b[at] === OPT_REDIRECTED_HEADER) return at + 48 > end || b[at + 14] !== ICMPV6;
  return false;
}

/** ndisc_send_redirect: only from a link-local address, which must have been configured. */
export function sendRedirect6(ns: Netns, p: Packet, target: Int32Array): void {
  const device = ns.devices.get(p.m[DEV]!)!;
  const own = device.addr6.find((a) => isLinkLocal6(a.local));
  const daddr = new Int32Array(4);
  loadIpv6(p, p.m[NH]! + 24, daddr);
  if (own === undefined || (!equalIpv6(daddr, target) && !isLinkLocal6(target))) return;
  redirectMessage(ns, p, device, own.local, target, daddr);
}

function redirectMessage(
  ns: Netns,
  p: Packet,
  device: Device,
  from: Int32Array,
  target: Int32Array,
  daddr: Int32Array,
): void {
  const { m, b } = p;
  const to = new Int32Array(4);
  loadIpv6(p, m[NH]! + 8, to);
  if (!ns.icmp.allow(to.join(), 250)) return;
  const neighbour = device.hasHeader && ns.neigh6.find(device.ifindex, target);
  const link = neighbour ? Uint8Array.of(OPT_TARGET_ADDRESS, 1, ...neighbour.lladdr) : [];
  const quoted = Math.min(1280 - 40 - 40 - link.length, m[END]! - m[NH]! + 8) & ~7;
  const option = new Uint8Array(16 + link.length + quoted);
  for (let i = 0; i < 4; i++) {
    putHalf(option, 4 * i, daddr[i]! >>> 16);
    putHalf(option, 4 * i + 2, daddr[i]! & 0xffff);
  }
  option.set(link, 16);
  const at = 16 + link.length;
  option[at] = OPT_REDIRECTED_HEADER;
  option[at + 1] = quoted / 8;
  option.set(b.subarray(m[NH]!, m[NH]! + quoted - 8), at + 8);
  sendNdisc(ns, device, from, to, REDIRECT, 0, target, option);
}
