/**
 * What a device hands up: VLAN tags, ingress hooks, who takes the frame, which protocol gets it.
 *
 * Mirrors __netif_receive_skb_core (core/dev.c), eth_type_trans and vlan_do_receive.
 */
import { half } from '../address.ts';
import { type Device, LOOPBACK_IFINDEX } from '../device.ts';
import { NETDEV_INGRESS } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  DATA,
  DEV,
  END,
  ETH_P_8021AD,
  ETH_P_8021Q,
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  ETH_P_PPP_DISC,
  ETH_P_PPP_SES,
  LL,
  NFPROTO_NETDEV,
  NH,
  NONE,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  type Packet,
  PKTTYPE,
  PRIORITY,
  PROTOCOL,
  SKB_IIF,
  SOCKET,
  TH,
  VLAN_PROTO,
  VLAN_TCI,
  VLAN_VID_MASK,
} from '../packet.ts';
import { arpReceive } from './arp.ts';
import { bridgeReceive } from './bridge.ts';
import { ipReceive } from './ip.ts';
import { ip6Receive } from './ip6.ts';
import { pppoeDiscovery, pppoeReceive } from './pppoe.ts';

const ETH_HLEN = 14;
const VLAN_HLEN = 4;
const ETH_P_802_3 = 0x0001;
const ETH_P_802_2 = 0x0004;
const ETH_P_802_3_MIN = 0x0600;

/**
 * A frame arrives on a wire; `p` holds it from its Ethernet header on. Receivers take what their MTU
 * and one VLAN tag allow (is_skb_forwardable).
 */
export function receiveFrame(ns: Netns, p: Packet, device: Device): void {
  const { length } = p;
  if (!device.up || length < ETH_HLEN || length > device.mtu + ETH_HLEN + VLAN_HLEN) {
    ns.drop(p, 'DEV_READY');
    return;
  }
  ethTypeTrans(p, device);
  netifReceive(ns, p);
}

/** eth_type_trans: pulls the Ethernet header; says whom the frame is for and what it holds. */
export function ethTypeTrans(p: Packet, device: Device): void {
  const { m, b } = p;
  const at = m[DATA]!;
  m[DEV] = device.ifindex;
  m[LL] = at;
  m[DATA] = at + ETH_HLEN;
  const type = half(b, at + 12);
  m[PROTOCOL] = type >= ETH_P_802_3_MIN ? type : llcType(p);
  if (isAddress(b, at, device.address)) return;
  if ((b[at]! & 1) === 0) m[PKTTYPE] = PACKET_OTHERHOST;
  else m[PKTTYPE] = isBroadcast(b, at) ? PACKET_BROADCAST : PACKET_MULTICAST;
}

function llcType(p: Packet): number {
  const at = p.m[DATA]!;
  return p.length >= 2 && half(p.b, at) === 0xffff ? ETH_P_802_3 : ETH_P_802_2;
}

export function isAddress(b: Uint8Array, at: number, address: Uint8Array): boolean {
  for (let i = 0; i < 6; i++) if (b[at + i] !== address[i]) return false;
  return true;
}

function isBroadcast(b: Uint8Array, at: number): boolean {
  for (let i = 0; i < 6; i++) if (b[at + i] !== 0xff) return false;
  return true;
}

const isVlan = (protocol: number) => protocol === ETH_P_8021Q || protocol === ETH_P_8021AD;

/** skb_vlan_untag: the outer tag goes out of band, if none is there yet. false: too short, and freed. */
export function vlanUntag(ns: Netns, p: Packet): boolean {
  const { m, b } = p;
  const at = m[DATA]!;
  if (m[VLAN_PROTO] !== 0) return true;
  if (m[END]! - at < VLAN_HLEN + 2) {
    ns.drop(p, 'VLAN_UNTAG');
    return false;
  }
  m[VLAN_PROTO] = m[PROTOCOL]!;
  m[VLAN_TCI] = half(b, at);
  const inner = half(b, at + 2);
  m[DATA] = at + VLAN_HLEN;
  b.copyWithin(m[LL]! + VLAN_HLEN, m[LL]!, m[LL]! + 12);
  m[LL] = m[LL]! + VLAN_HLEN;
  m[PROTOCOL] = inner;
  if (inner < ETH_P_802_3_MIN) m[PROTOCOL] = llcType(p);
  m[NH] = m[TH] = m[DATA]!;
  return true;
}

/** vlan_find_dev */
function vlanDevice(device: Device, protocol: number, id: number): Device | undefined {
  for (const vlan of device.vlans)
    if (vlan.vlanId === id && vlan.vlanProto === protocol) return vlan;
  return undefined;
}

/** vlan_do_receive: the frame is the VLAN device's now. */
function vlanReceive(p: Packet, vlan: Device): void {
  const { m, b } = p;
  m[DEV] = vlan.ifindex;
  if (m[PKTTYPE] === PACKET_OTHERHOST && isAddress(b, m[LL]!, vlan.address))
    m[PKTTYPE] = PACKET_HOST;
  m[PRIORITY] = 0;
  m[VLAN_PROTO] = m[VLAN_TCI] = 0;
}

/** netif_receive_skb: DEV, LL, DATA, PROTOCOL and PKTTYPE are set. */
export function netifReceive(ns: Netns, p: Packet): void {
  const { m } = p;
  m[NH] = m[TH] = m[DATA]!;
  for (;;) {
    const device = ns.devices.get(m[DEV]!)!;
    m[SKB_IIF] = device.ifindex;
    if (isVlan(m[PROTOCOL]!) && !vlanUntag(ns, p)) return;
    if (!ns.hook(NFPROTO_NETDEV, NETDEV_INGRESS, p, device.ifindex, 0)) return;
    if (m[VLAN_PROTO] !== 0) {
      const vlan = vlanDevice(device, m[VLAN_PROTO]!, m[VLAN_TCI]! & VLAN_VID_MASK);
      if (vlan !== undefined) {
        if (!vlan.up) {
          ns.free(p);
          return;
        }
        vlanReceive(p, vlan);
        continue;
      }
    }
    if (device.master !== 0) {
      const master = ns.devices.get(device.master)!;
      if (master.kind === 'bridge') {
        if (bridgeReceive(ns, p, device, master)) return;
      }
    }
    if (m[VLAN_PROTO] !== 0) {
      const again = dropTag(ns, p, device);
      if (again === 'again') continue;
      if (again === 'gone') return;
    }
    deliver(ns, p);
    return;
  }
}

/** A tag that no device is for: its frame is for another host; priority tags (id 0) just go. */
function dropTag(ns: Netns, p: Packet, device: Device): 'again' | 'gone' | 'on' {
  const { m } = p;
  for (;;) {
    if (m[VLAN_TCI]! & VLAN_VID_MASK) m[PKTTYPE] = PACKET_OTHERHOST;
    else if (isVlan(m[PROTOCOL]!)) {
      m[VLAN_PROTO] = m[VLAN_TCI] = 0;
      if (!vlanUntag(ns, p)) return 'gone';
      const vlan = vlanDevice(device, m[VLAN_PROTO]!, m[VLAN_TCI]! & VLAN_VID_MASK);
      if (vlan === undefined) continue;
      if (!vlan.up) {
        ns.free(p);
        return 'gone';
      }
      vlanReceive(p, vlan);
      return 'again';
    }
    m[VLAN_PROTO] = m[VLAN_TCI] = 0;
    return 'on';
  }
}

/** The protocols that listen (ptype_base). */
function deliver(ns: Netns, p: Packet): void {
  switch (p.m[PROTOCOL]) {
    case ETH_P_IP:
      ipReceive(ns, p);
      return;
    case ETH_P_IPV6:
      ip6Receive(ns, p);
      return;
    case ETH_P_ARP:
      arpReceive(ns, p);
      return;
    case ETH_P_PPP_SES:
      pppoeReceive(ns, p);
      return;
    case ETH_P_PPP_DISC:
      pppoeDiscovery(ns, p);
      return;
    default:
      ns.drop(p, 'UNHANDLED_PROTO');
  }
}

/** loopback_xmit: what is sent to the loopback device comes in by it, after the present packet. */
export function loopbackTransmit(ns: Netns, p: Packet): void {
  const device = ns.devices.get(LOOPBACK_IFINDEX)!;
  ethTypeTrans(p, device);
  p.m[SOCKET] = NONE;
  ns.enqueue(p);
}
