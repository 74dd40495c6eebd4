/**
 * Bridges: learning, forwarding, flooding and handing up, with the hooks of family bridge.
 *
 * Mirrors br_input.c, br_forward.c and br_device.c, spanning tree and snooping off.
 */
import { half, word } from '../address.ts';
import { groupOf } from '../bridge_vlan.ts';
import type { Device } from '../device.ts';
import { FORWARD, INPUT, OUTPUT, POSTROUTING, PREROUTING } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  CB_FLAGS,
  CB_PROMISC,
  DATA,
  DEV,
  ETH_P_8021AD,
  FRAG_MAX,
  LL,
  NFPROTO_BRIDGE,
  NH,
  PACKET_HOST,
  PACKET_LOOPBACK,
  type Packet,
  PKTTYPE,
  TH,
} from '../packet.ts';
import { allowedEgress, allowedIngress, handleVlan, learningVlan } from './bridge_vlan.ts';
import { isAddress, netifReceive } from './receive.ts';
import { transmit } from './transmit.ts';

const ETH_HLEN = 14;
/** Last byte of the reserved addresses of pause frames and of LLDP. */
const PAUSE = 0x01;
const LLDP = 0x0e;
/** BR_GROUPFWD_8021AD without its own group address: what bridges of providers pass on. */
const GROUPFWD_8021AD = 0xb801;

const isGroup = (b: Uint8Array, at: number) => (b[at]! & 1) !== 0;

/** 01:80:c2:00:00:0x, which bridges keep to themselves. */
function isReserved(b: Uint8Array, at: number): boolean {
  return half(b, at) === 0x0180 && half(b, at + 2) === 0xc200 && (half(b, at + 4) & 0xfff0) === 0;
}

/** Bridges without spanning tree pass its frames on; what else they do hangs on their tags. */
function passesReserved(bridge: Device, last: number): boolean {
  if (last === 0) return true;
  const provider = bridge.vlanFiltering && bridge.vlanProto === ETH_P_8021AD;
  return provider && ((GROUPFWD_8021AD >> last) & 1) !== 0;
}

/** br_handle_local_finish: for the port itself, and learned from; false: rules took it. */
function handleLocal(ns: Netns, p: Packet, port: Device, bridge: Device, last: number): boolean {
  if (last !== LLDP && !ns.hook(NFPROTO_BRIDGE, INPUT, p, port.ifindex, 0)) return false;
  const vid = bridge.up ? learningVlan(p, bridge, groupOf(port)) : -1;
  if (vid >= 0) ns.fdb.learn(bridge, port, p.b, p.m[LL]! + 6, vid);
  return true;
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
    const last = b[at + 5]!;
    if (last === PAUSE) {
      ns.drop(p, 'NOT_SPECIFIED');
      return true;
    }
    if (!passesReserved(bridge, last)) return !handleLocal(ns, p, port, bridge, last);
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

/** IFF_PROMISC: by command, or for the addresses that VLAN devices on it listen to (dev_uc_add). */
const isPromiscuous = (bridge: Device): boolean => bridge.promiscuous || hasStrangers(bridge);

function hasStrangers({ address, vlans }: Device): boolean {
  for (const vlan of vlans)
    if (vlan.up && (!isAddress(vlan.address, 0, address) || hasStrangers(vlan))) return true;
  return false;
}

/** br_handle_frame_finish: learns, then hands up, forwards or floods. */
function handleFrame(ns: Netns, p: Packet, bridge: Device): void {
  const { m, b } = p;
  const port = ns.devices.get(m[DEV]!)!;
  const vid = allowedIngress(ns, p, bridge, groupOf(port));
  if (vid < 0) return;
  const at = m[LL]!;
  ns.fdb.learn(bridge, port, b, at + 6, vid);
  const promiscuous = isPromiscuous(bridge);
  if (isGroup(b, at)) {
    flood(ns, p, bridge, port, false, true);
    passUp(ns, p, bridge, promiscuous);
    return;
  }
  if (ns.fdb.isLocal(bridge, b, at, vid)) {
    passUp(ns, p, bridge, false);
    return;
  }
  const to = ns.fdb.find(bridge, b, at, vid);
  if (promiscuous) {
    const copy = ns.clone(p);
    if (to !== undefined) forward(ns, copy, to, port, false);
    else flood(ns, copy, bridge, port, false, false);
    passUp(ns, p, bridge, true);
  } else if (to !== undefined) forward(ns, p, to, port, false);
  else flood(ns, p, bridge, port, false, false);
}

/** should_deliver: not back out of the port that it came by, not where its VLAN is not. */
const shouldDeliver = (p: Packet, to: Device, from: Device, filtered: boolean): boolean =>
  to !== from && to.up && (!filtered || allowedEgress(p, groupOf(to)));

/** br_forward */
function forward(ns: Netns, p: Packet, to: Device, from: Device, local: boolean): void {
  const filtered = ns.devices.get(to.master)!.vlanFiltering;
  if (shouldDeliver(p, to, from, filtered)) forwardTo(ns, p, to, local, filtered);
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
  const filtered = bridge.vlanFiltering;
  let last: Device | undefined;
  for (let i = bridge.ports.length - 1; i >= 0; i--) {
    const port = bridge.ports[i]!;
    if (!shouldDeliver(p, port, from, filtered)) continue;
    if (last !== undefined) forwardTo(ns, ns.clone(p), last, local, filtered);
    last = port;
  }
  if (last !== undefined) forwardTo(ns, keep ? ns.clone(p) : p, last, local, filtered);
  else if (!keep) ns.free(p);
}

/** __br_forward; `filtered`: its VLAN was looked at when it came in (vlan_filtered). */
function forwardTo(ns: Netns, p: Packet, to: Device, local: boolean, filtered: boolean): void {
  const { m } = p;
  const from = m[DEV]!;
  if (filtered) handleVlan(p, groupOf(to));
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

/** br_forward of a packet of our own, with the tag that it has: `p` begins with its Ethernet header. */
export function bridgeSend(ns: Netns, p: Packet, port: Device): void {
  p.m[DATA] = p.m[LL]! + ETH_HLEN;
  if (ns.devices.get(port.master)?.kind !== 'bridge' || !port.up) {
    ns.free(p);
    return;
  }
  forwardTo(ns, p, port, true, false);
}

/** br_pass_frame_up: the frame is the bridge device's own, or it takes all (`promiscuous`). */
function passUp(ns: Netns, p: Packet, bridge: Device, promiscuous: boolean): void {
  const { m } = p;
  const port = m[DEV]!;
  const group = groupOf(bridge);
  if (bridge.vlanFiltering) {
    if (allowedEgress(p, group)) handleVlan(p, group);
    else if (!isPromiscuous(bridge)) {
      ns.drop(p, 'NOT_SPECIFIED');
      return;
    }
  }
  m[DEV] = bridge.ifindex;
  if (promiscuous) m[CB_FLAGS] = m[CB_FLAGS]! | CB_PROMISC;
  if (!ns.hook(NFPROTO_BRIDGE, INPUT, p, port, 0)) return;
  m[CB_FLAGS] = m[FRAG_MAX] = 0;
  netifReceive(ns, p);
}

/** br_dev_xmit: what the machine sends by the bridge. DATA stands at the Ethernet header. */
export function bridgeTransmit(ns: Netns, p: Packet, bridge: Device): void {
  const { m, b } = p;
  m[LL] = m[DATA]!;
  m[DATA] = m[LL]! + ETH_HLEN;
  m[FRAG_MAX] = 0;
  if (m[NH]! < m[DATA]!) m[NH] = m[TH] = m[DATA]!;
  const vid = allowedIngress(ns, p, bridge, groupOf(bridge));
  if (vid < 0) return;
  const at = m[LL]!;
  const { fdb } = ns;
  const to = isGroup(b, at)
    ? undefined
    : (fdb.owner(bridge, b, at, vid) ?? fdb.find(bridge, b, at, vid));
  if (to === undefined) flood(ns, p, bridge, bridge, true, false);
  else if (to === bridge) ns.free(p);
  else forward(ns, p, to, bridge, true);
}
