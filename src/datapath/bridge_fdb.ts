/**
 * Forwarding databases of bridges: behind which port a station is, in which VLAN.
 *
 * Mirrors br_fdb.c. The bridge's own addresses are not kept but asked for; what was learned ages
 * when it is looked up.
 */
import { half, word } from './address.ts';
import { groupOf, VLAN_N_VID } from './bridge_vlan.ts';
import { US_PER_SECOND } from './clock.ts';
import type { Device } from './device.ts';
import type { Netns } from './netns.ts';
import { isAddress } from './path/receive.ts';

const AGEING_US = 300 * US_PER_SECOND;

/** A station and the port behind which it was seen last. */
interface Station {
  port: Device;
  seen: number;
}

export class Forwarding {
  private readonly ns: Netns;
  /** By bridge and VLAN (0: the bridge does not filter), then by address. */
  private readonly tables = new Map<number, Map<number, Station>>();

  constructor(ns: Netns) {
    this.ns = ns;
  }

  /** br_fdb_update: `b` holds a source address at `at`. */
  learn(bridge: Device, port: Device, b: Uint8Array, at: number, vid: number): void {
    if (this.isLocal(bridge, b, at, vid)) return;
    const number = tableOf(bridge, vid);
    let table = this.tables.get(number);
    if (table === undefined) this.tables.set(number, (table = new Map()));
    const key = keyOf(b, at);
    const station = table.get(key);
    if (station === undefined) table.set(key, { port, seen: this.ns.clock.now });
    else {
      station.port = port;
      station.seen = this.ns.clock.now;
    }
  }

  /** The port of a station; undefined: unknown or too long ago. */
  find(bridge: Device, b: Uint8Array, at: number, vid: number): Device | undefined {
    const station = this.tables.get(tableOf(bridge, vid))?.get(keyOf(b, at));
    if (station === undefined || this.ns.clock.now - station.seen > AGEING_US) return undefined;
    return station.port.master === bridge.ifindex ? station.port : undefined;
  }

  /** BR_FDB_LOCAL: addresses of the bridge and of its ports are its own, in the VLANs that they are in. */
  isLocal(bridge: Device, b: Uint8Array, at: number, vid: number): boolean {
    if (isOwn(bridge, b, at, vid)) return true;
    for (const port of bridge.ports) if (isOwn(port, b, at, vid)) return true;
    return false;
  }

  /**
   * Whose local entry it is: a port's, the bridge's, nobody's. A bridge with an address of its own
   * had it before its ports came.
   */
  owner(bridge: Device, b: Uint8Array, at: number, vid: number): Device | undefined {
    if (!bridge.addressFollows && isOwn(bridge, b, at, vid)) return bridge;
    for (const port of bridge.ports) if (isOwn(port, b, at, vid)) return port;
    return isOwn(bridge, b, at, vid) ? bridge : undefined;
  }

  /** fdb_add_local: an address that became the bridge's own is no station any more. */
  claim(bridge: Device): void {
    for (const device of [bridge, ...bridge.ports])
      for (const [number, table] of this.tables)
        if (Math.floor(number / VLAN_N_VID) === bridge.ifindex) {
          const vid = number % VLAN_N_VID;
          if (vid === 0 || groupOf(device).has(vid)) table.delete(keyOf(device.address, 0));
        }
  }

  /** br_fdb_delete_by_port: the port left, went down, or left the VLAN. */
  forget(port: Device, vid = 0): void {
    for (const [number, table] of this.tables)
      if (vid === 0 || number % VLAN_N_VID === vid)
        for (const [key, station] of table) if (station.port === port) table.delete(key);
  }
}

const tableOf = (bridge: Device, vid: number): number => bridge.ifindex * VLAN_N_VID + vid;

const keyOf = (b: Uint8Array, at: number): number =>
  half(b, at) * 0x1_0000_0000 + (word(b, at + 2) >>> 0);

const isOwn = (device: Device, b: Uint8Array, at: number, vid: number): boolean =>
  isAddress(b, at, device.address) && (vid === 0 || groupOf(device).has(vid));
