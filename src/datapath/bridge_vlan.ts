/**
 * VLANs of bridges and their ports: which a frame may come in by, leave by, and how.
 *
 * Mirrors struct net_bridge_vlan_group and what changes it (br_vlan.c): `bridge vlan`,
 * `vlan_default_pvid`, ports that join and leave. A bridge's VLANs that only its ports have
 * (without BRIDGE_VLAN_INFO_BRENTRY) decide nothing and are not kept.
 */
import type { Device } from './device.ts';
import type { Netns } from './netns.ts';

export const VLAN_N_VID = 4096;

const MEMBER = 1;
const UNTAGGED = 2;

export class VlanGroup {
  /** What untagged frames belong to; 0: they are dropped. */
  pvid = 0;
  private readonly flags = new Uint8Array(VLAN_N_VID);

  has(vid: number): boolean {
    return this.flags[vid] !== 0;
  }

  /** Frames of this VLAN leave without a tag. */
  isUntagged(vid: number): boolean {
    return (this.flags[vid]! & UNTAGGED) !== 0;
  }

  /** __vlan_flags_commit: of a VLAN that is there already the flags are set anew. */
  add(vid: number, pvid: boolean, untagged: boolean): void {
    if (pvid) this.pvid = vid;
    else if (this.pvid === vid) this.pvid = 0;
    this.flags[vid] = untagged ? MEMBER | UNTAGGED : MEMBER;
  }

  delete(vid: number): void {
    if (this.pvid === vid) this.pvid = 0;
    this.flags[vid] = 0;
  }

  /** vlan_default_pvid: still as the bridge made it. */
  isDefault(vid: number): boolean {
    return this.pvid === vid && this.isUntagged(vid);
  }
}

/** Every bridge, and every port of one. */
export const groupOf = (device: Device): VlanGroup => device.vlanGroup!;

/** br_vlan_init and the bridge's own NETDEV_REGISTER. */
export function initBridge(bridge: Device): void {
  bridge.vlanGroup = new VlanGroup();
  bridge.vlanGroup.add(bridge.defaultPvid, true, true);
}

/** nbp_vlan_init */
export function initPort(bridge: Device, port: Device): void {
  port.vlanGroup = new VlanGroup();
  if (bridge.defaultPvid !== 0) port.vlanGroup.add(bridge.defaultPvid, true, true);
}

/** How a bridge or a port is in a VLAN. */
export interface VlanFlags {
  readonly pvid: boolean;
  readonly untagged: boolean;
}

/** br_vlan_add, nbp_vlan_add: of a bridge or of a port, all from `vid` to `end`. */
export function addVlans(
  ns: Netns,
  device: Device,
  vid: number,
  end: number,
  { pvid, untagged }: VlanFlags,
): void {
  const group = groupOf(device);
  for (let v = vid; v <= end; v++) group.add(v, pvid, untagged);
  ns.fdb.claim(device.kind === 'bridge' ? device : ns.devices.get(device.master)!);
}

/** br_vlan_delete, nbp_vlan_delete: what was learned there is forgotten. */
export function deleteVlans(ns: Netns, device: Device, vid: number, end: number): void {
  const group = groupOf(device);
  for (let v = vid; v <= end; v++) {
    group.delete(v);
    ns.fdb.forget(device, v);
  }
}

/** __br_vlan_set_default_pvid: moves where it is as it was made; 0: takes it away there. */
export function setDefaultPvid(ns: Netns, bridge: Device, pvid: number): void {
  const old = bridge.defaultPvid;
  for (const device of [bridge, ...bridge.ports]) {
    const group = groupOf(device);
    if (old !== 0 && !group.isDefault(old)) continue;
    if (pvid !== 0) {
      if (group.has(pvid)) continue;
      addVlans(ns, device, pvid, pvid, { pvid: true, untagged: true });
    }
    if (old !== 0) deleteVlans(ns, device, old, old);
  }
  bridge.defaultPvid = pvid;
}
