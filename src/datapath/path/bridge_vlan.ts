/**
 * Frames and the VLANs of a filtering bridge: into which they come, whether they may leave, with or
 * without their tag.
 *
 * Mirrors br_allowed_ingress, br_should_learn, br_allowed_egress and br_handle_vlan (br_vlan.c). Within
 * the bridge every frame has its tag out of band (VLAN_PROTO, VLAN_TCI), where rules see it.
 */
import type { VlanGroup } from '../bridge_vlan.ts';
import type { Device } from '../device.ts';
import type { Netns } from '../netns.ts';
import { DATA, type Packet, PROTOCOL, VLAN_PROTO, VLAN_TCI, VLAN_VID_MASK } from '../packet.ts';
import { vlanUntag } from './receive.ts';
import { pushTag } from './transmit.ts';

const ETH_HLEN = 14;

/** br_allowed_ingress: the VLAN that a frame is in, 0 where the bridge does not filter; -1: dropped. */
export function allowedIngress(ns: Netns, p: Packet, bridge: Device, group: VlanGroup): number {
  if (!bridge.vlanFiltering) return 0;
  const { m } = p;
  const protocol = bridge.vlanProto;
  if (m[VLAN_PROTO] === 0 && m[PROTOCOL] === protocol && !vlanUntag(ns, p)) return -1;
  if (m[VLAN_PROTO] !== 0 && m[VLAN_PROTO] !== protocol) keepForeignTag(p);
  const vid = m[VLAN_TCI]! & VLAN_VID_MASK;
  if (vid === 0 && group.pvid !== 0) {
    // a priority tag keeps its priority
    m[VLAN_PROTO] = protocol;
    m[VLAN_TCI] = m[VLAN_TCI]! | group.pvid;
    return group.pvid;
  }
  if (vid !== 0 && group.has(vid)) return vid;
  ns.drop(p, 'NOT_SPECIFIED');
  return -1;
}

/** A tag of the other kind is none to this bridge: it goes back into the frame. */
function keepForeignTag(p: Packet): void {
  const { m } = p;
  m[DATA] = m[DATA]! - ETH_HLEN;
  pushTag(p);
  m[DATA] = m[DATA]! + ETH_HLEN;
}

/** br_should_learn: the VLAN in which a frame is learned from that goes no further; -1: it is not. */
export function learningVlan({ m }: Packet, bridge: Device, group: VlanGroup): number {
  if (!bridge.vlanFiltering) return 0;
  const own = m[VLAN_PROTO] === bridge.vlanProto ? m[VLAN_TCI]! & VLAN_VID_MASK : 0;
  const vid = own === 0 ? group.pvid : own;
  return vid !== 0 && group.has(vid) ? vid : -1;
}

/** br_allowed_egress */
export const allowedEgress = ({ m }: Packet, group: VlanGroup): boolean =>
  group.has(m[VLAN_TCI]! & VLAN_VID_MASK);

/** br_handle_vlan: takes the tag off where its VLAN leaves untagged. */
export function handleVlan({ m }: Packet, group: VlanGroup): void {
  if (group.isUntagged(m[VLAN_TCI]! & VLAN_VID_MASK)) m[VLAN_PROTO] = m[VLAN_TCI] = 0;
}
