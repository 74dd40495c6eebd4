/**
 * Bridges: learning, forwarding, flooding and handing up, with the hooks of family bridge.
 *
 * Mirrors br_input.c, br_forward.c, br_device.c and br_fdb.c, spanning tree and snooping off.
 */
import { half, word } from '../address.ts';
import { US_PER_SECOND } from '../clock.ts';
import type { Device } from '../device.ts';
import { FORWARD, INPUT, OUTPUT, POSTROUTING, PREROUTING } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  CB_FLAGS,
  DATA,
  DEV,
  ETH_P_8021Q,
  FRAG_MAX,
  LL,
  NFPROTO_BRIDGE,
  NH,
  PACKET_HOST,
  PACKET_LOOPBACK,
  type Packet,
  PKTTYPE,
  TH,
  VLAN_PROTO,
  VLAN_TCI,
} from '../packet.ts';
import { isAddress, netifReceive } from './receive.ts';
import { transmit } from './transmit.ts';

const ETH_HLEN = 14;
const AGEING_US = 300 * US_PER_SECOND;
const DEFAULT_PVID = 1;
const VID_MASK = 0xfff;

/** A station and the port behind which it was seen last. */
interface Station {
  port: Device;
  seen: number;
}

/** br_fdb.c: the forwarding databases of all bridges. */
export class Forwarding {
  private readonly ns: Netns;
  private readonly tables = new Map<number, Map<number, Station>>();

  constructor(ns: Netns) {
    this.ns = ns;
  }

  /** br_fdb_update: `b` holds a source address at `at`. */
  learn(bridge: Device, port: Device, b: Uint8Array, at: number, vid: number): void {
    if (this.isLocal(bridge, b, at)) return;
    let table = this.tables.get(bridge.ifindex);
    if (table === undefined) this.tables.set(bridge.ifindex, (table = new Map()));
    const key = keyOf(b, at, vid);
    const station = table.get(key);
    if (station === undefined) table.set(key, { port, seen: this.ns.clock.now });
    else {
      station.port = port;
      station.seen = this.ns.clock.now;
    }
  }

  /** The port of a station; undefined: unknown or too long ago. */
  find(bridge: Device, b: Uint8Array, at: number, vid: number): Device | undefined {
    const station = this.tables.get(bridge.ifindex)?.get(keyOf(b, at, vid));
    if (station === undefined || this.ns.clock.now - station.seen > AGEING_US) return undefined;
    return station.port.master === bridge.ifindex ? station.port : undefined;
  }

  /** Addresses of the bridge and of its ports are its own. */
  isLocal(bridge: Device, b: Uint8Array, at: number): boolean {
    if (isAddress(b, at, bridge.address)) return true;
    return bridge.ports.some((port) => isAddress(b, at, port.address));
  }

  /** The port left or went down. */
  forget(port: Device): void {
    for (const table of this.tables.values())
      for (const [key, station] of table) if (station.port === port) table.delete(key);
  }
}

const keyOf = (b: Uint8Array, at: number, vid: number): number =>
  ((vid & 15) * 0x10000 + half(b, at)) * 0x1_0000_0000 + (word(b, at + 2) >>> 0);

const isGroup = (b: Uint8Array, at: number) => (b[at]! & 1) !== 0;

/** 01:80:c2:00:00:0x, which bridges keep to themselves. */
function isReserved(b: Uint8Array, at: number): boolean {
  return half(b, at) === 0x0180 && half(b, at + 2) === 0xc200 && (half(b, at + 4) & 0xfff0) === 0;
}

/** br_handle_frame. true: the bridge took it; false: it goes on to the port's own protocols. */
export function bridgeReceive(ns: Netns, p: Packet, port: Device, bridge: Device): boolean {
  const { m, b } = p;
  const at = m[LL]!;
  if (m[PKTTYPE] === PACKET_LOOPBACK) return false;
  const source = at + 6;
  const zero = half(b, source) === 0 && word(b, source + 2) === 0;
  if (isGroup(b, source) || zero) {
    ns.drop(p, 'NOT_SPECIFIED');
    return true;
  }
  if (isReserved(b, at)) {
    if (b[at + 5] === 1) {
      ns.drop(p, 'NOT_SPECIFIED');
      return true;
    }
    if (b[at + 5] !== 0) return !ns.hook(NFPROTO_BRIDGE, INPUT, p, port.ifindex, 0);
  }
  if (!bridge.up) {
    ns.drop(p, 'NOT_SPECIFIED');
    return true;
  }
  if (isAddress(b, at, bridge.address)) m[PKTTYPE] = PACKET_HOST;
  m[CB_FLAGS] = 0;
  if (!ns.hook(NFPROTO_BRIDGE, PREROUTING, p, port.ifindex, 0)) return true;
  handleFrame(ns, p, bridge);
  return true;
}

/** br_allowed_ingress: the VLAN that a frame is in; -1: dropped. */
function ingressVlan(ns: Netns, p: Packet, bridge: Device): number {
  const { m } = p;
  if (!bridge.vlanFiltering) return 0;
  if (m[VLAN_PROTO] === 0 || (m[VLAN_TCI]! & VID_MASK) === 0) {
    m[VLAN_TCI] = (m[VLAN_TCI]! & ~VID_MASK) | DEFAULT_PVID;
    m[VLAN_PROTO] = ETH_P_8021Q;
  }
  const vid = m[VLAN_TCI]! & VID_MASK;
  if (vid === DEFAULT_PVID && m[VLAN_PROTO] === ETH_P_8021Q) return vid;
  ns.drop(p, 'NOT_SPECIFIED');
  return -1;
}

/** br_handle_vlan: the only VLAN that there is leaves untagged. */
function egressVlan(p: Packet, bridge: Device): void {
  if (bridge.vlanFiltering) p.m[VLAN_PROTO] = p.m[VLAN_TCI] = 0;
}

/** br_handle_frame_finish: learns, then hands up, forwards or floods. */
function handleFrame(ns: Netns, p: Packet, bridge: Device): void {
  const { m, b } = p;
  const at = m[LL]!;
  const port = ns.devices.get(m[DEV]!)!;
  const vid = ingressVlan(ns, p, bridge);
  if (vid < 0) return;
  ns.fdb.learn(bridge, port, b, at + 6, vid);
  if (isGroup(b, at)) {
    flood(ns, p, bridge, port, false, true);
    passUp(ns, p, bridge);
    return;
  }
  if (ns.fdb.isLocal(bridge, b, at)) {
    passUp(ns, p, bridge);
    return;
  }
  const to = ns.fdb.find(bridge, b, at, vid);
  if (bridge.promiscuous) {
    const copy = ns.clone(p);
    if (to !== undefined) forwardIf(ns, copy, to, port);
    else flood(ns, copy, bridge, port, false, false);
    passUp(ns, p, bridge);
  } else if (to !== undefined) forwardIf(ns, p, to, port);
  else flood(ns, p, bridge, port, false, false);
}

/** br_forward: not back out of the port that it came by. */
function forwardIf(ns: Netns, p: Packet, to: Device, from: Device): void {
  if (to !== from && to.up) forwardTo(ns, p, to, false);
  else ns.drop(p, 'NOT_SPECIFIED');
}

/** br_flood: a copy to each port, the newest port first. */
function flood(
  ns: Netns,
  p: Packet,
  bridge: Device,
  from: Device,
  local: boolean,
  keep: boolean,
): void {
  let last: Device | undefined;
  for (let i = bridge.ports.length - 1; i >= 0; i--) {
    const port = bridge.ports[i]!;
    if (port === from || !port.up) continue;
    if (last !== undefined) forwardTo(ns, ns.clone(p), last, local);
    last = port;
  }
  if (last !== undefined) forwardTo(ns, keep ? ns.clone(p) : p, last, local);
  else if (!keep) ns.free(p);
}

/** __br_forward, br_forward_finish and br_dev_queue_push_xmit. */
function forwardTo(ns: Netns, p: Packet, to: Device, local: boolean): void {
  const { m } = p;
  const from = m[DEV]!;
  egressVlan(p, ns.devices.get(to.master)!);
  m[DEV] = to.ifindex;
  const hook = local ? OUTPUT : FORWARD;
  if (!ns.hook(NFPROTO_BRIDGE, hook, p, local ? 0 : from, to.ifindex)) return;
  bridgePostrouting(ns, p, to);
}

/** br_forward_finish: the postrouting hook and the port. */
function bridgePostrouting(ns: Netns, p: Packet, to: Device): void {
  if (ns.hook(NFPROTO_BRIDGE, POSTROUTING, p, 0, to.ifindex)) bridgePush(ns, p, to);
}

/** br_dev_queue_push_xmit. */
export function bridgePush(ns: Netns, p: Packet, to: Device): void {
  const { m } = p;
  const length = p.length + ETH_HLEN;
  if (!to.up || length > to.mtu + ETH_HLEN + 4) {
    ns.drop(p, 'NOT_SPECIFIED');
    return;
  }
  m[DATA] = m[DATA]! - ETH_HLEN;
  transmit(ns, p, to);
}

/** br_forward of a packet of our own: `p` begins with its Ethernet header. */
export function bridgeSend(ns: Netns, p: Packet, port: Device): void {
  p.m[DATA] = p.m[LL]! + ETH_HLEN;
  if (ns.devices.get(port.master)?.kind !== 'bridge' || !port.up) {
    ns.free(p);
    return;
  }
  forwardTo(ns, p, port, true);
}

/** br_pass_frame_up: the frame is the bridge device's own. */
function passUp(ns: Netns, p: Packet, bridge: Device): void {
  const { m } = p;
  const port = m[DEV]!;
  m[DEV] = bridge.ifindex;
  egressVlan(p, bridge);
  if (!ns.hook(NFPROTO_BRIDGE, INPUT, p, port, 0)) return;
  m[FRAG_MAX] = 0;
  netifReceive(ns, p);
}

/** br_dev_xmit: what the machine sends by the bridge. DATA stands at the Ethernet header. */
export function bridgeTransmit(ns: Netns, p: Packet, bridge: Device): void {
  const { m, b } = p;
  const at = m[DATA]!;
  m[LL] = at;
  m[DATA] = at + ETH_HLEN;
  m[FRAG_MAX] = 0;
  if (m[NH]! < m[DATA]!) m[NH] = m[TH] = m[DATA]!;
  const vid = ingressVlan(ns, p, bridge);
  if (vid < 0) return;
  const to = isGroup(b, at) ? undefined : ns.fdb.find(bridge, b, at, vid);
  if (to === undefined) flood(ns, p, bridge, bridge, true, false);
  else if (to.up) forwardTo(ns, p, to, true);
  else ns.free(p);
}
