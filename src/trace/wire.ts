/**
 * The wires of a machine: which devices have one, and the addresses at both ends.
 *
 * Owns the defaults of trace files: device number n (from 1) has address 02:00:00:00:00:n and the
 * station on its wire is 02:ff:00:00:00:n.
 */
import type { Wire } from './frame.ts';
import type { Env, Link } from './schema.ts';

export type Wires = ReadonlyMap<string, Wire>;

/** The loopback and what is built on other devices (vlan, bridge, vrf, …) have no wire. */
const hasWire = (link: Link): boolean =>
  link.linkinfo?.info_kind === undefined && link.ifname !== 'lo';

const numbered = (prefix: string, n: number): string =>
  `${prefix}:00:00:00:${n.toString(16).padStart(2, '0')}`;

export const defaultAddress = (position: number): string => numbered('02:00', position + 1);
export const stationAddress = (position: number): string => numbered('02:ff', position + 1);

export function wiresOf(env: Env): Wires {
  const wires = new Map<string, Wire>();
  env.link.forEach((link, position) => {
    if (!hasWire(link)) return;
    const address = link.address ?? defaultAddress(position);
    wires.set(link.ifname, { address, station: stationAddress(position) });
  });
  return wires;
}
