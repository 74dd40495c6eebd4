/**
 * What NAT asks of routing: addresses of devices, and a new route for what it has redirected.
 */
import type { Packet } from '../packet.ts';

export interface NatRouting {
  /** inet_select_addr: the address of a device to speak to `nextHop` with; 0: it has none. */
  selectAddress4(ifindex: number, nextHop: number): number;
  /** ipv6_dev_get_saddr: into four words; false: none. */
  selectAddress6(ifindex: number, daddr: Int32Array, into: Int32Array): boolean;
  /** ip_route_me_harder, ip6_route_me_harder; false: there is no route. */
  rerouteOutput(p: Packet): boolean;
}
