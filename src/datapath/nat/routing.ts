/**
 * What NAT asks of routing: addresses of devices, and a new route for what it has redirected.
 */
import { SCOPE_UNIVERSE } from '../device.ts';
import type { Netns } from '../netns.ts';
import { type Packet, PF } from '../packet.ts';
import { rerouteOutput } from '../path/reroute.ts';

export interface NatRouting {
  /** inet_select_addr: the address of a device to speak to `nextHop` with; 0: it has none. */
  selectAddress4(ifindex: number, nextHop: number): number;
  /** ipv6_dev_get_saddr: into four words; false: none. */
  selectAddress6(ifindex: number, daddr: Int32Array, into: Int32Array): boolean;
  /** ip_route_me_harder, ip6_route_me_harder; false: there is no route. */
  rerouteOutput(p: Packet): boolean;
}

/** The routing of a namespace. */
export const natRouting = (ns: Netns): NatRouting => ({
  selectAddress4(ifindex, nextHop) {
    const device = ns.devices.get(ifindex);
    return device ? ns.fib4.selectAddress(device, nextHop, SCOPE_UNIVERSE) : 0;
  },
  selectAddress6(ifindex, daddr, into) {
    const address = ns.fib6.selectSource(ns.devices.get(ifindex), daddr);
    if (address !== null) into.set(address);
    return address !== null;
  },
  rerouteOutput: (p) => rerouteOutput(ns, p, p.m[PF]!),
});
