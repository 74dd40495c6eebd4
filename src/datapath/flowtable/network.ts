/**
 * What flowtables ask of routing, neighbours and devices.
 */
import type { Device } from '../device.ts';
import type { FibRoute } from '../fib.ts';
import type { Packet } from '../packet.ts';
import type { Route } from '../route.ts';

/** What the way back to a connection's sender is looked up with (struct flowi in nft_flow_route). */
export interface RouteBack {
  readonly family: number;
  /** One or four words. */
  readonly daddr: Int32Array;
  readonly saddr: Int32Array;
  readonly tos: number;
  readonly mark: number;
  readonly oif: number;
}

/** What distinguishes an entry of the routing tables. */
export interface RouteKey {
  readonly family: number;
  readonly table: number;
  readonly dst: readonly number[];
  readonly prefixlen: number;
  readonly dev: number;
  readonly metric: number;
}

/** A device that a frame passes on its way down to the wire (struct net_device_path). */
export type DevicePath =
  | { readonly kind: 'ethernet'; readonly device: Device }
  | {
      readonly kind: 'vlan';
      readonly device: Device;
      readonly id: number;
      readonly protocol: number;
    }
  | {
      readonly kind: 'pppoe';
      readonly device: Device;
      readonly id: number;
      readonly protocol: number;
      /** The station at the other end. */
      readonly peer: Uint8Array;
    }
  | {
      readonly kind: 'bridge';
      readonly device: Device;
      readonly mode: 'keep' | 'tag' | 'untag';
      readonly id: number;
      readonly protocol: number;
    };

export interface FlowNetwork {
  device(ifindex: number): Device | undefined;
  /** ip_route_output_key, ip6_route_output with FLOWI_FLAG_ANYSRC; null: no route. */
  routeBack(flow: RouteBack): Route | null;
  /** rt6_get_cookie of an IPv6 route; 0 for IPv4. */
  cookie(route: Route): number;
  /** dst_check: whether a route may still be used, by the cookie taken when it was cached. */
  isValid(route: Route, cookie: number): boolean;
  /** The entry of the routing tables that a route was made of; undefined: gone. */
  findEntry(key: RouteKey): FibRoute | undefined;
  /** Number of the present state of routing, as routes made now carry it. */
  routingGeneration(family: number): number;
  /** ip_dst_mtu_maybe_forward, ip6_dst_mtu_maybe_forward */
  mtu(route: Route): number;
  /** dst_neigh_lookup: the address of a neighbour whose state is NUD_VALID; else null. */
  linkAddress(family: number, ifindex: number, address: Int32Array): Uint8Array | null;
  /** dev_fill_forward_path; null where it has no answer (an unknown station behind a bridge). */
  forwardPath(device: Device, station: Uint8Array): readonly DevicePath[] | null;
  /**
   * neigh_xmit by a route's device; DATA stands at the IP header. A packet of a route that is no more
   * goes nowhere (its device is blackhole_netdev).
   */
  neighbourTransmit(p: Packet, family: number, route: Route, nextHop: Int32Array): void;
  /** dev_hard_header and dev_queue_xmit. */
  directTransmit(p: Packet, device: Device, to: Uint8Array, from: Uint8Array, type: number): void;
}
