/**
 * Network devices with their addresses, and how they are stacked (bridge ports, VLANs, VRFs).
 *
 * Owns struct net_device, in_ifaddr and inet6_ifaddr as data; what a change of state does to routes,
 * neighbours and connections is up to those who subscribe to it (netns.ts).
 */

import type { VlanGroup } from './bridge_vlan.ts';
import type { Ipv4Conf, Ipv6Conf } from './devconf.ts';

export type DeviceKind = 'wire' | 'loopback' | 'dummy' | 'bridge' | 'vlan' | 'vrf' | 'ppp';

export const ARPHRD_ETHER = 1;
export const ARPHRD_PPP = 512;
export const ARPHRD_LOOPBACK = 772;

export const LOOPBACK_IFINDEX = 1;

/** RT_SCOPE_*. */
export const SCOPE_UNIVERSE = 0;
export const SCOPE_LINK = 253;
export const SCOPE_HOST = 254;
export const SCOPE_NOWHERE = 255;

/**
 * An IPv4 address of a device; all are int32, broadcast 0: none. `address` says what it is a part of
 * (ifa_address): the other end of a link between two, else the same as `local`.
 */
export interface Address4 {
  readonly local: number;
  readonly address: number;
  readonly prefixlen: number;
  readonly broadcast: number;
  readonly scope: number;
  readonly secondary: boolean;
}

/** An IPv6 address of a device, as four words; `peer` is the other end of a link between two. */
export interface Address6 {
  readonly local: Int32Array;
  readonly prefixlen: number;
  readonly peer: Int32Array | null;
}

/** struct pppox_sock: the PPPoE session that a ppp device is. */
export interface PppoeSession {
  readonly id: number;
  /** The station at the other end. */
  readonly peer: Uint8Array;
  /** ifindex of the device below. */
  readonly below: number;
  /** Nothing goes through it any more; the device stays until its daemon takes it away. */
  ended: boolean;
}

const TYPES: Partial<Record<DeviceKind, number>> = { loopback: ARPHRD_LOOPBACK, ppp: ARPHRD_PPP };

export class Device {
  readonly ifindex: number;
  readonly name: string;
  readonly kind: DeviceKind;
  /** ARPHRD_* (`meta iiftype`). */
  readonly type: number;
  address: Uint8Array = new Uint8Array(6);
  mtu = 1500;
  group = 0;
  up = false;
  promiscuous = false;
  /** Can take flow rules (env `offload`). */
  hwOffload = false;
  /** ifindex of the bridge or VRF that it belongs to; 0: none. */
  master = 0;
  /** VLAN: ifindex of the device below, VLAN id. */
  link = 0;
  vlanId = 0;
  /** VLAN: the ethertype of its tag; bridge: of those that it filters. */
  vlanProto = 0x8100;
  /** VRF: the table that it looks up. */
  vrfTable = 0;
  /** ppp */
  session: PppoeSession | null = null;
  /** Its address was not given: a bridge's is the lowest of its ports', a VLAN device's that of the one below. */
  addressFollows = false;
  /** Bridge: its MTU was given, it is not the least of its ports'. */
  mtuIsOwn = false;
  /** Bridge: VLAN filtering, and the VLAN that new ports are in untagged (0: none). */
  vlanFiltering = false;
  defaultPvid = 1;
  /** Bridge, and port of one: its VLANs, whether they are looked at or not. */
  vlanGroup: VlanGroup | null = null;
  readonly addr4: Address4[] = [];
  readonly addr6: Address6[] = [];
  /** VLAN devices on top of it. */
  readonly vlans: Device[] = [];
  /** ppp devices whose sessions go by it. */
  readonly sessions: Device[] = [];
  /** Its ports, where it is a bridge or a VRF. */
  readonly ports: Device[] = [];
  readonly ipv4: Ipv4Conf;
  readonly ipv6: Ipv6Conf;

  constructor(
    ifindex: number,
    name: string,
    kind: DeviceKind,
    conf: { ipv4: Ipv4Conf; ipv6: Ipv6Conf },
  ) {
    this.ipv4 = conf.ipv4;
    this.ipv6 = conf.ipv6;
    this.ifindex = ifindex;
    this.name = name;
    this.kind = kind;
    this.type = TYPES[kind] ?? ARPHRD_ETHER;
  }

  /** dev->header_ops: it has an address and puts a header before what it sends; neighbours have addresses. */
  get hasHeader(): boolean {
    return this.kind !== 'ppp';
  }
}

export class Devices {
  private readonly byNumber: (Device | undefined)[] = [];
  private readonly byText = new Map<string, Device>();

  add(device: Device): void {
    this.byNumber[device.ifindex] = device;
    this.byText.set(device.name, device);
  }

  remove(device: Device): void {
    this.byNumber[device.ifindex] = undefined;
    this.byText.delete(device.name);
  }

  get(ifindex: number): Device | undefined {
    return this.byNumber[ifindex];
  }

  has(ifindex: number): boolean {
    return this.byNumber[ifindex] !== undefined;
  }

  named(name: string): Device | undefined {
    return this.byText.get(name);
  }

  /** In order of ifindex. */
  *[Symbol.iterator](): Iterator<Device> {
    for (const device of this.byNumber) if (device !== undefined) yield device;
  }

  /** The smallest ifindex above those in use, from `from`. */
  free(from: number): number {
    let ifindex = from;
    while (this.byNumber[ifindex] !== undefined) ifindex++;
    return ifindex;
  }
}
