/**
 * ICMP that the machine sends: errors about packets, redirects, and how many of them.
 *
 * Mirrors icmp_send and its rate limits (icmp.c), ip_error and ip_rt_send_redirect (route.c) and
 * inetpeer.c.
 */
import { half, putHalf, putWord, word } from '../address.ts';
import { checksum } from '../checksum.ts';
import { HZ } from '../clock.ts';
import { LOOPBACK_IFINDEX } from '../device.ts';
import type { Netns } from '../netns.ts';
import {
  CB_IIF,
  CONTROL_SOCKET,
  DATA,
  DEV,
  END,
  ETH_P_IP,
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
import {
  EACCES,
  EHOSTUNREACH,
  ENETUNREACH,
  type Route,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
} from '../route.ts';
import type { Flow } from '../rule.ts';
import { dstMtu, ipLocalOut } from './ip.ts';
import { buildOptions, echoOptions, type ReplyOptions } from './ip_options_echo.ts';

export const ICMP_ECHOREPLY = 0;
export const ICMP_DEST_UNREACH = 3;
export const ICMP_REDIRECT = 5;
export const ICMP_ECHO = 8;
export const ICMP_TIME_EXCEEDED = 11;
export const ICMP_PARAMETERPROB = 12;
export const ICMP_TIMESTAMP = 13;
export const ICMP_TIMESTAMPREPLY = 14;
const NR_ICMP_TYPES = 18;

export const ICMP_NET_UNREACH = 0;
export const ICMP_HOST_UNREACH = 1;
export const ICMP_PROT_UNREACH = 2;
export const ICMP_PORT_UNREACH = 3;
export const ICMP_FRAG_NEEDED = 4;
export const ICMP_PKT_FILTERED = 13;
export const ICMP_EXC_TTL = 0;
export const ICMP_EXC_FRAGTIME = 1;
const ICMP_REDIR_HOST = 1;

const IPPROTO_ICMP = 1;
const IP_OFFSET = 0x1fff;
const IPTOS_PREC_INTERNETCONTROL = 0xc0;
const IPTOS_TOS_MASK = 0x1e;
/** The source of errors of a machine without addresses. */
const INADDR_DUMMY = 0xc0000008 | 0;

/** icmp_pointers[].error: types that are about other packets. */
const isErrorType = (type: number) => [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12].includes(type);

/** What the machine remembers about a host that it talks to (struct inet_peer). */
interface Peer {
  tokens: number;
  /** jiffies */
  last: number;
  redirects: number;
}

const XRLIM_BURST_FACTOR = 6;
const RT_ERROR_COST = HZ;
const RT_ERROR_BURST = 5 * HZ;
const REDIRECT_NUMBER = 9;
const REDIRECT_LOAD = HZ / 50;
const REDIRECT_SILENCE = REDIRECT_LOAD << (REDIRECT_NUMBER + 1);

export class IcmpLimits {
  private readonly peers = new Map<string, Peer>();
  private credit = 0;
  private stamp = 0;
  private readonly ns: Netns;
  /** The sockets that send ICMP are taken (icmp_xmit_lock): errors about what they send get lost. */
  locked4 = false;
  locked6 = false;

  constructor(ns: Netns) {
    this.ns = ns;
  }

  /** inet_getpeer; `key` names the host (address and VRF). */
  peer(key: string): Peer {
    let peer = this.peers.get(key);
    if (peer === undefined) {
      peer = { tokens: 0, last: this.ns.clock.jiffies - 60 * HZ, redirects: 0 };
      this.peers.set(key, peer);
    }
    return peer;
  }

  /** inet_peer_xrlim_allow. `timeout` in jiffies. */
  allow(key: string, timeout: number): boolean {
    const peer = this.peer(key);
    const now = this.ns.clock.jiffies;
    peer.tokens = Math.min(peer.tokens + now - peer.last, XRLIM_BURST_FACTOR * timeout);
    peer.last = now;
    if (peer.tokens < timeout) return false;
    peer.tokens -= timeout;
    return true;
  }

  /** icmp_global_allow: all hosts together. */
  allowGlobal(): boolean {
    if (this.credit > 0) return true;
    const now = this.ns.clock.jiffies;
    const delta = Math.min(now - this.stamp, HZ);
    if (this.stamp !== 0 && delta < HZ / 50) return false;
    const { msgsPerSec, msgsBurst } = this.ns.ipv4;
    const more = this.stamp === 0 ? msgsBurst : Math.floor((msgsPerSec * delta) / HZ);
    if (more === 0) return false;
    this.stamp = Math.max(now, 1);
    this.credit = Math.min(this.credit + more, msgsBurst);
    return true;
  }

  consumeGlobal(): void {
    this.credit--;
  }
}

/** Whether rate limits hold for this type (icmpv4_mask_allow). */
function limited(ns: Netns, type: number, code: number): boolean {
  if (type > NR_ICMP_TYPES) return false;
  if (type === ICMP_DEST_UNREACH && code === ICMP_FRAG_NEEDED) return false;
  return ((1 << type) & ns.ipv4.icmpRatemask) !== 0;
}

/** Whether an error about this packet may be sent at all. */
function answerable(p: Packet, type: number): boolean {
  const { m, b } = p;
  const at = m[NH]!;
  if (p.dst === null || m[END]! - at < 20) return false;
  if (m[PKTTYPE] !== PACKET_HOST) return false;
  if (p.dst.flags & (RTCF_BROADCAST | RTCF_MULTICAST)) return false;
  if (half(b, at + 6) & IP_OFFSET) return false;
  if (!isErrorType(type) || b[at + 9] !== IPPROTO_ICMP) return true;
  const inner = at + (b[at]! & 15) * 4;
  if (inner >= m[END]!) return false;
  return b[inner]! <= NR_ICMP_TYPES && !isErrorType(b[inner]!);
}

/** icmp_send: tells the sender of `p` about it; `info` is the header's second word. */
export function icmpSend(ns: Netns, p: Packet, type: number, code: number, info: number): void {
  if (!answerable(p, type)) return;
  const { m, b } = p;
  const at = m[NH]!;
  const applies = limited(ns, type, code);
  if (applies && m[DEV] !== LOOPBACK_IFINDEX && !ns.icmp.allowGlobal()) return;
  if (ns.icmp.locked4) return;
  const route = p.dst!;
  let saddr = word(b, at + 16);
  if ((route.flags & RTCF_LOCAL) === 0) {
    saddr = 0;
    const iif = route.isInput && ns.ipv4.errorsUseInboundIfaddr ? m[CB_IIF]! : 0;
    const device = ns.devices.get(iif);
    if (device !== undefined) saddr = ns.fib4.selectAddress(device, word(b, at + 12), 253);
  }
  const tos = isErrorType(type)
    ? (b[at + 1]! & IPTOS_TOS_MASK) | IPTOS_PREC_INTERNETCONTROL
    : b[at + 1]!;
  const options = echoOptions(ns, p);
  if (options === null) return;
  const flow = ns.outFlow4;
  flow.clear();
  flow.daddr[0] = options.faddr || word(b, at + 12);
  flow.saddr[0] = saddr;
  flow.mark = ns.ipv4.fwmarkReflect ? m[MARK]! : 0;
  flow.tos = tos & IPTOS_TOS_MASK;
  flow.proto = IPPROTO_ICMP;
  flow.oif = ns.l3mdev(m[DEV] || route.dev);
  const out = ns.fib4.output(flow);
  if (out === null) return;
  if (applies && out.dev !== LOOPBACK_IFINDEX) {
    const key = `${flow.daddr[0]}/${ns.l3mdev(out.dev)}`;
    if (!ns.icmp.allow(key, Math.round((ns.ipv4.icmpRatelimit * HZ) / 1000))) return;
    ns.icmp.consumeGlobal();
  }
  const room = Math.min(dstMtu(ns, out), 576) - 20 - options.bytes.length - 8;
  if (room <= 20) return;
  const length = Math.min(m[END]! - at, room);
  const reply = icmpPacket(ns, 8 + length, flow, tos, options);
  setRoute(reply, out);
  const rb = reply.b;
  const th = reply.m[TH]!;
  rb[th] = type;
  rb[th + 1] = code;
  putWord(rb, th + 4, info);
  rb.set(b.subarray(at, at + length), th + 8);
  putHalf(rb, th + 2, checksum(rb, th, th + 8 + length));
  if (isErrorType(type)) ns.conntrack?.attach(reply, p);
  icmpPush(ns, reply);
}

/** icmp_push_reply: sends what the ICMP socket sends. */
export function icmpPush(ns: Netns, p: Packet): void {
  ns.icmp.locked4 = true;
  ipLocalOut(ns, p);
  ns.icmp.locked4 = false;
}

/** An ICMP packet of ours: IP header written, `length` bytes of ICMP to be filled in from TH on. */
export function icmpPacket(
  ns: Netns,
  length: number,
  flow: Flow,
  tos: number,
  options: ReplyOptions,
): Packet {
  const p = ns.alloc();
  const hlen = 20 + options.bytes.length;
  p.grow(HEADROOM + hlen + length);
  const { b, m } = p;
  const at = HEADROOM;
  m[NH] = m[DATA] = at;
  m[TH] = at + hlen;
  m[END] = at + hlen + length;
  m[PROTOCOL] = ETH_P_IP;
  m[FLAGS] = FLAG_LOCAL;
  m[MARK] = flow.mark;
  m[SOCKET] = CONTROL_SOCKET;
  b.fill(0, at, at + hlen + 8);
  b[at] = 0x40 | (hlen / 4);
  b[at + 1] = tos;
  putHalf(b, at + 4, ns.nextIpId());
  b[at + 8] = ns.ipv4.defaultTtl;
  b[at + 9] = IPPROTO_ICMP;
  putWord(b, at + 12, flow.saddr[0] || INADDR_DUMMY);
  putWord(b, at + 16, flow.daddr[0]!);
  if (options.bytes.length > 0) buildOptions(ns, p, options);
  return p;
}

/** The packet's route, whose own TTL counts (ip4_dst_hoplimit). */
export function setRoute(p: Packet, route: Route): void {
  p.dst = route;
  if (route.hoplimit !== 0) p.b[p.m[NH]! + 8] = route.hoplimit;
}

/** ip_error: no route, unreachable, prohibited. Frees the packet. */
export function ipError(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const device = ns.devices.get(m[DEV]!)!;
  const conf = device.kind === 'vrf' ? ns.devices.get(m[CB_IIF]!) : device;
  const code = codeOf(p.dst!.error);
  if (code >= 0 && conf?.ipv4.forwarding) {
    const peer = ns.icmp.peer(`${word(b, m[NH]! + 12)}/${ns.l3mdev(device.ifindex)}`);
    const now = ns.clock.jiffies;
    peer.tokens = Math.min(peer.tokens + now - peer.last, RT_ERROR_BURST);
    peer.last = now;
    if (peer.tokens >= RT_ERROR_COST) {
      peer.tokens -= RT_ERROR_COST;
      icmpSend(ns, p, ICMP_DEST_UNREACH, code, 0);
    }
  }
  ns.drop(p, 'IP_INNOROUTES');
}

function codeOf(error: number): number {
  if (error === EHOSTUNREACH) return ICMP_HOST_UNREACH;
  if (error === ENETUNREACH) return ICMP_NET_UNREACH;
  return error === EACCES ? ICMP_PKT_FILTERED : -1;
}

/** ip_rt_send_redirect: there is a better next hop on the sender's own wire. */
export function sendRedirect(ns: Netns, p: Packet): void {
  const { m, b } = p;
  const route = p.dst!;
  if (!ns.fib4.sendsRedirects(ns.devices.get(route.dev)!)) return;
  const peer = ns.icmp.peer(`${word(b, m[NH]! + 12)}/${ns.l3mdev(route.dev)}`);
  const now = ns.clock.jiffies;
  if (now > peer.last + REDIRECT_SILENCE) peer.tokens = peer.redirects = 0;
  if (peer.redirects >= REDIRECT_NUMBER) {
    peer.last = now;
    return;
  }
  if (peer.redirects === 0 || now > peer.last + (REDIRECT_LOAD << peer.redirects)) {
    const hop = route.gateway !== null && !route.gateway6 ? route.gateway[0]! : 0;
    icmpSend(ns, p, ICMP_REDIRECT, ICMP_REDIR_HOST, hop || word(b, m[NH]! + 16));
    peer.last = now;
    peer.redirects++;
  }
}
