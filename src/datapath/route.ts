/**
 * The route that a packet carries (skb_dst): where it goes next and why.
 *
 * Mirrors struct dst_entry with rtable and rt6_info; fib4.ts and fib6.ts make them.
 */
import type { FibRoute } from './fib.ts';

/** dst->input: what happens to a packet that came in. */
export const INPUT_FORWARD = 0;
export const INPUT_LOCAL = 1;
export const INPUT_ERROR = 2;
export const INPUT_DISCARD = 3;
/** Multicast that nobody here listens to. */
export const INPUT_MULTICAST = 4;
/** The route was made for output. */
export const INPUT_NONE = 5;

/** dst->output: how a packet leaves. */
export const OUTPUT_UNICAST = 0;
export const OUTPUT_MULTICAST = 1;
export const OUTPUT_NONE = 2;
/** A local packet of a VRF's (vrf_output). */
export const OUTPUT_ERROR = 3;

/** RTCF_*, as bits of our own. */
export const RTCF_LOCAL = 1;
export const RTCF_BROADCAST = 2;
export const RTCF_MULTICAST = 4;

export interface Route {
  readonly family: number;
  /** RTN_*. */
  readonly type: number;
  readonly input: number;
  readonly output: number;
  /** ifindex of dst->dev. */
  readonly dev: number;
  /** Next hop; null: the destination itself (rt_uses_gateway). */
  readonly gateway: Int32Array | null;
  readonly gateway6: boolean;
  readonly flags: number;
  /** errno of dst->error, 0: none. */
  readonly error: number;
  /** RTAX_MTU; 0: that of the device. */
  readonly mtu: number;
  readonly mtuLocked: boolean;
  /** RTF_CACHE: for one address, whose MTU was learned (IPv6). */
  readonly learned: boolean;
  /** rt_pmtu: learned for one address (IPv4), until a moment in µs; 0: none. */
  readonly pathMtu: number;
  readonly pathMtuUntil: number;
  readonly hoplimit: number;
  readonly realm: number;
  /** RT_TABLE_* that it was found in; 0: none. */
  readonly table: number;
  /** rt_is_input_route. */
  readonly isInput: boolean;
  /** Number of the state of all routing that it was made in: see Fib4.valid, Fib6.valid. */
  readonly genid: number;
  readonly fib: FibRoute | null;
}

/** What a route is beside its next hop. */
export type RouteParts = Pick<
  Route,
  'family' | 'type' | 'input' | 'output' | 'dev' | 'flags' | 'error' | 'isInput' | 'genid'
>;

/** rt_dst_alloc and rt_set_nexthop: a route by the next hop of `fib`, or by none. */
export function makeRoute(parts: RouteParts, fib: FibRoute | null): Route {
  return {
    ...parts,
    gateway: fib?.gateway ?? null,
    gateway6: fib?.gateway6 ?? false,
    mtu: fib?.mtu ?? 0,
    mtuLocked: fib?.mtuLocked ?? false,
    learned: false,
    pathMtu: 0,
    pathMtuUntil: 0,
    hoplimit: fib?.hoplimit ?? 0,
    realm: fib?.realm ?? 0,
    table: fib?.table ?? 0,
    fib,
  };
}

export const EPERM = 1;
export const EAGAIN = 11;
export const EACCES = 13;
export const EXDEV = 18;
export const ENODEV = 19;
export const EINVAL = 22;
export const EMSGSIZE = 90;
export const EADDRNOTAVAIL = 99;
export const ENETUNREACH = 101;
export const EHOSTUNREACH = 113;
