/**
 * The way out: neighbours, Ethernet headers, egress hooks, and what each kind of device does.
 *
 * Mirrors ip_finish_output2, neigh_resolve_output, __dev_queue_xmit (core/dev.c) and the transmit
 * functions of veth, lo, 8021q, bridge, vrf and ppp.
 */
import { putHalf } from '../address.ts';
import { fold, pseudo4, pseudo6, sumBytes } from '../checksum.ts';
import type { Device } from '../device.ts';
import { NETDEV_EGRESS } from '../hooks.ts';
import { type Neighbour, NUD_PERMANENT } from '../neigh.ts';
import type { Netns } from '../netns.ts';
import {
  DATA,
  DEV,
  END,
  FLAG_CSUM_PARTIAL,
  FLAGS,
  LL,
  NFPROTO_NETDEV,
  NH,
  type Packet,
  PROTOCOL,
  TH,
  VLAN_PROTO,
  VLAN_TCI,
} from '../packet.ts';
import { bridgeTransmit } from './bridge.ts';
import { pppTransmit } from './pppoe.ts';
import { loopbackTransmit } from './receive.ts';
import { vrfTransmit } from './vrf.ts';
import { vrfOutbound } from './vrf-outbound.ts';

const ETH_HLEN = 14;
const VLAN_HLEN = 4;

/** eth_header: pushes an Ethernet header in front of the network header. */
export function hardHeader(p: Packet, to: Uint8Array, from: Uint8Array, type: number): void {
  const { b, m } = p;
  const at = m[NH]! - ETH_HLEN;
  b.set(to, at);
  b.set(from, at + 6);
  putHalf(b, at + 12, type);
  m[DATA] = m[LL] = at;
}

/** What sending says of a packet that egress rules dropped; its further pieces are not sent. */
const NET_XMIT_DROP = 1;

/** neigh_direct_output: a device without headers takes the packet as it is. */
export function directOutput(ns: Netns, p: Packet, device: Device): number {
  p.m[DATA] = p.m[NH]!;
  return transmit(ns, p, device);
}

/** neigh_output: sends by a neighbour as soon as its address is known. */
export function neighbourOutput(ns: Netns, p: Packet, n: Neighbour, device: Device): number {
  if (!device.hasHeader) return directOutput(ns, p, device);
  if (n.state !== NUD_PERMANENT) {
    const table = p.m[PROTOCOL] === 0x86dd ? ns.neigh6 : ns.neigh4;
    if (!table.resolve(n, p)) return 0;
  }
  hardHeader(p, n.lladdr, device.address, p.m[PROTOCOL]!);
  return transmit(ns, p, device);
}

/** dev_queue_xmit: DATA stands at the link-layer header. */
export function transmit(ns: Netns, p: Packet, device: Device): number {
  const { m } = p;
  m[DEV] = device.ifindex;
  m[LL] = m[DATA]!;
  if (!ns.hook(NFPROTO_NETDEV, NETDEV_EGRESS, p, 0, device.ifindex)) {
    return ns.hookError === 0 ? 0 : NET_XMIT_DROP;
  }
  if (!device.up) {
    ns.drop(p, 'DEV_READY');
    return 0;
  }
  if (m[FLAGS]! & FLAG_CSUM_PARTIAL && device.kind !== 'loopback') finishChecksum(p);
  switch (device.kind) {
    case 'wire':
      if (m[VLAN_PROTO] !== 0) pushTag(p);
      ns.events.egress(device.ifindex, p);
      ns.free(p);
      return 0;
    case 'loopback':
      loopbackTransmit(ns, p);
      return 0;
    case 'vlan':
      if (m[VLAN_PROTO] !== 0) pushTag(p);
      m[VLAN_PROTO] = device.vlanProto;
      m[VLAN_TCI] = device.vlanId;
      return transmit(ns, p, ns.devices.get(device.link)!);
    case 'bridge':
      bridgeTransmit(ns, p, device);
      return 0;
    case 'vrf':
      if (!vrfOutbound(ns, p, device)) vrfTransmit(ns, p, device);
      return 0;
    case 'ppp':
      pppTransmit(ns, p, device);
      return 0;
    case 'dummy':
      ns.free(p);
      return 0;
  }
}

const IPPROTO_TCP = 6;
const TCP_CHECKSUM = 16;

/**
 * skb_checksum_help: whatever was written to the header until now is in the sum. Only resets leave
 * this to the device: those of TCP over IPv6 and those that rules answer IPv4 with.
 */
function finishChecksum(p: Packet): void {
  const { b, m } = p;
  const th = m[TH]!;
  const length = m[END]! - th;
  m[FLAGS]! &= ~FLAG_CSUM_PARTIAL;
  if (length < TCP_CHECKSUM + 2) return;
  putHalf(b, th + TCP_CHECKSUM, 0);
  const pseudo = b[m[NH]!]! >> 4 === 4 ? pseudo4 : pseudo6;
  const sum = pseudo(b, m[NH]!, IPPROTO_TCP, length);
  putHalf(b, th + TCP_CHECKSUM, fold(sumBytes(b, th, m[END]!, sum)));
}

/** vlan_insert_tag: the tag that was out of band goes into the frame. */
export function pushTag(p: Packet): void {
  const { b, m } = p;
  const at = m[DATA]! - VLAN_HLEN;
  b.copyWithin(at, at + VLAN_HLEN, at + VLAN_HLEN + 12);
  putHalf(b, at + 12, m[VLAN_PROTO]!);
  putHalf(b, at + 14, m[VLAN_TCI]!);
  m[DATA] = m[LL] = at;
  m[PROTOCOL] = m[VLAN_PROTO]!;
  m[VLAN_PROTO] = m[VLAN_TCI] = 0;
}
