/**
 * VRF devices: packets of their ports pass the hooks twice, once as the port's, once as the VRF's.
 *
 * Mirrors drivers/net/vrf.c with the default queueing discipline.
 */

import { word } from '../address.ts';
import type { Device } from '../device.ts';
import { isMulticast4 } from '../fib4_tables.ts';
import { OUTPUT, POSTROUTING, PREROUTING } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  CT,
  CTINFO,
  DATA,
  DEV,
  ETH_P_IP,
  IP_CT_UNTRACKED,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  NONE,
  PACKET_HOST,
  PACKET_LOOPBACK,
  type Packet,
  PKTTYPE,
  PROTOCOL,
  SDIF,
  SKB_IIF,
  SOCKET,
} from '../packet.ts';
import { ICMPV6, isNdisc } from './ndisc.ts';
import { ethTypeTrans } from './receive.ts';

/** The VRF that a device is a port of; undefined: none. */
function vrfOf(ns: Netns, ifindex: number): Device | undefined {
  const master = ns.devices.get(ifindex)?.master ?? 0;
  if (master === 0) return undefined;
  const device = ns.devices.get(master);
  return device?.kind === 'vrf' ? device : undefined;
}

/** l3mdev_ip_rcv. false: dropped or stolen by the second prerouting. */
export function vrfIpReceive(ns: Netns, p: Packet): boolean {
  const { m, b } = p;
  const vrf = vrfOf(ns, m[DEV]!);
  if (vrf === undefined) return receiveOwn(ns, p);
  enter(p, vrf);
  if (isMulticast4(word(b, m[NH]! + 16))) return true;
  if (m[PKTTYPE] === PACKET_LOOPBACK) {
    m[PKTTYPE] = PACKET_HOST;
    return true;
  }
  return ns.hook(NFPROTO_IPV4, PREROUTING, p, vrf.ifindex, 0);
}

/** l3mdev_ip6_rcv; neighbour discovery stays with the port. */
export function vrfIp6Receive(ns: Netns, p: Packet): boolean {
  const { m, b } = p;
  const vrf = vrfOf(ns, m[DEV]!);
  if (vrf === undefined) return receiveOwn(ns, p);
  const at = m[NH]! + 24;
  const strict = b[at] === 0xff || (b[at] === 0xfe && (b[at + 1]! & 0xc0) === 0x80);
  const ndisc = b[m[NH]! + 6] === ICMPV6 && isNdisc(p, m[NH]! + 40);
  if (m[PKTTYPE] === PACKET_LOOPBACK || (strict && !ndisc)) {
    enter(p, vrf);
    if (m[PKTTYPE] === PACKET_LOOPBACK) m[PKTTYPE] = PACKET_HOST;
    return true;
  }
  if (!ndisc) enter(p, vrf);
  return ns.hook(NFPROTO_IPV6, PREROUTING, p, vrf.ifindex, 0);
}

/** What the VRF device sent to itself is the machine's from here on. */
function receiveOwn(ns: Netns, { m }: Packet): true {
  const looped = m[PKTTYPE] === PACKET_LOOPBACK && ns.devices.get(m[DEV]!)?.kind === 'vrf';
  if (looped) m[PKTTYPE] = PACKET_HOST;
  return true;
}

function enter(p: Packet, vrf: Device): void {
  const { m } = p;
  m[SDIF] = m[SKB_IIF]!;
  m[DEV] = vrf.ifindex;
  m[SKB_IIF] = vrf.ifindex;
}

/** l3mdev_ip_out: output and postrouting as the VRF's, before those of the port. 0, or an errno. */
export function vrfLocalOut(ns: Netns, p: Packet, family: number): number {
  const vrf = vrfOf(ns, p.dst!.dev);
  if (vrf === undefined) return 0;
  const { m } = p;
  if (m[CT] === NONE && m[CTINFO] === 0) m[CTINFO] = IP_CT_UNTRACKED;
  m[DEV] = vrf.ifindex;
  if (!ns.hook(family, OUTPUT, p, 0, vrf.ifindex)) return ns.hookError;
  if (!ns.hook(family, POSTROUTING, p, 0, vrf.ifindex)) return ns.hookError;
  resetUntracked(p);
  return 0;
}

export function resetUntracked(p: Packet): void {
  if (p.m[CT] === NONE && p.m[CTINFO] === IP_CT_UNTRACKED) p.m[CTINFO] = 0;
}

/** vrf_xmit: what is sent to the VRF device itself is local to it (vrf_local_xmit). */
export function vrfTransmit(ns: Netns, p: Packet, vrf: Device): void {
  const { m } = p;
  ethTypeTrans(p, vrf);
  m[SOCKET] = NONE;
  m[PKTTYPE] = PACKET_LOOPBACK;
  if (m[PROTOCOL] !== ETH_P_IP) p.dst = null;
  m[NH] = m[DATA]!;
  ns.enqueue(p);
}
