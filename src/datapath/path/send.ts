/**
 * What a program of the machine sends by a raw socket with its own header.
 *
 * Mirrors raw_send_hdrinc (net/ipv4/raw.c) and rawv6_send_hdrinc (net/ipv6/raw.c).
 */
import { half, loadIpv6, putHalf, putWord, word } from '../address.ts';
import { ipSendCheck } from '../checksum.ts';
import { OUTPUT } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  DATA,
  END,
  ETH_P_IP,
  ETH_P_IPV6,
  FLAG_LOCAL,
  FLAGS,
  HEADROOM,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  type Packet,
  PROTOCOL,
  RAW_SOCKET,
  SOCKET,
  TH,
} from '../packet.ts';
import { EACCES, EADDRNOTAVAIL, EINVAL, EMSGSIZE, type Route, RTCF_BROADCAST } from '../route.ts';
import { dstOutput } from './ip.ts';
import { dstOutput6 } from './ip6.ts';
import { vrfLocalOut } from './vrf.ts';

/** Sends; 0 or a negative errno. */
export function sendRaw(ns: Netns, family: number, packet: Uint8Array): number {
  const p = ns.alloc();
  p.grow(HEADROOM + packet.length + 64);
  const { b, m } = p;
  b.set(packet, HEADROOM);
  m[NH] = m[DATA] = HEADROOM;
  m[END] = HEADROOM + packet.length;
  m[FLAGS] = FLAG_LOCAL;
  m[SOCKET] = RAW_SOCKET;
  // a drop on the way out is not the sender's business
  return Math.min(family === NFPROTO_IPV6 ? sendRaw6(ns, p) : sendRaw4(ns, p), 0);
}

function failed(ns: Netns, p: Packet, errno: number): number {
  ns.free(p);
  return -errno;
}

/** FLOWI_FLAG_KNOWN_NH: the next hop is settled, whatever rules make of the destination later. */
const withKnownHop = (route: Route, daddr: Int32Array): Route =>
  route.gateway === null ? { ...route, gateway: daddr.slice() } : route;

function sendRaw4(ns: Netns, p: Packet): number {
  const { b, m } = p;
  const at = m[NH]!;
  const length = m[END]! - at;
  if (length < 20) return failed(ns, p, EINVAL);
  const flow = ns.outFlow4;
  flow.clear();
  flow.daddr[0] = word(b, at + 16);
  flow.saddr[0] = 0;
  flow.proto = 255;
  const route = ns.fib4.output(flow);
  if (route === null) return failed(ns, p, ns.fib4.error);
  if (route.flags & RTCF_BROADCAST) return failed(ns, p, EACCES);
  if (length > ns.devices.get(route.dev)!.mtu) return failed(ns, p, EMSGSIZE);
  const ihl = (b[at]! & 15) * 4;
  if (ihl < 20 || ihl > length) return failed(ns, p, EINVAL);
  m[PROTOCOL] = ETH_P_IP;
  m[TH] = at + ihl;
  if (word(b, at + 12) === 0) putWord(b, at + 12, flow.saddr[0]!);
  if (half(b, at + 4) === 0) putHalf(b, at + 4, half(b, at + 6) & 0x4000 ? 0 : ns.nextIpId());
  putHalf(b, at + 2, length);
  ipSendCheck(b, at);
  p.dst = withKnownHop(route, flow.daddr);
  if (!ns.hook(NFPROTO_IPV4, OUTPUT, p, 0, route.dev)) return ns.hookError;
  return dstOutput(ns, p);
}

function sendRaw6(ns: Netns, p: Packet): number {
  const { m } = p;
  const at = m[NH]!;
  const length = m[END]! - at;
  if (length < 40) return failed(ns, p, EINVAL);
  const flow = ns.outFlow6;
  flow.clear();
  loadIpv6(p, at + 24, flow.daddr);
  const route = ns.fib6.output(flow);
  if (route.error !== 0) return failed(ns, p, route.error);
  const device = ns.devices.get(route.dev)!;
  // ip6_route_get_saddr: one is looked for, though the packet has its own
  if (ns.fib6.selectSource(device, flow.daddr) === null) return failed(ns, p, EADDRNOTAVAIL);
  if (length > device.mtu) return failed(ns, p, EMSGSIZE);
  m[PROTOCOL] = ETH_P_IPV6;
  m[TH] = at + 40;
  p.dst = withKnownHop(route, flow.daddr);
  const err = vrfLocalOut(ns, p, NFPROTO_IPV6);
  if (err !== 0) return err;
  if (!ns.hook(NFPROTO_IPV6, OUTPUT, p, 0, route.dev)) return ns.hookError;
  return dstOutput6(ns, p);
}
