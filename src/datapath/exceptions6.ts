/**
 * Destinations of which a smaller MTU or a better gateway was learned: RTF_CACHE routes, each for one
 * address.
 *
 * Mirrors the exceptions of net/ipv6/route.c (rt6_insert_exception, rt6_find_cached_rt).
 */
import { type Clock, US_PER_SECOND } from './clock.ts';
import type { FibRoute } from './fib.ts';
import type { Route } from './route.ts';

/** ip6_rt_mtu_expires */
const EXPIRES_US = 600 * US_PER_SECOND;

interface Exception {
  readonly route: Route;
  readonly until: number;
}

export class Exceptions6 {
  private readonly clock: Clock;
  private of = new WeakMap<FibRoute, Map<string, Exception>>();
  /** Whether there were any ever. */
  any = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** The route to an address that was learned under `fib`. */
  find(fib: FibRoute, daddr: Int32Array, genid: number): Route | undefined {
    const found = this.of.get(fib)?.get(daddr.join());
    if (found === undefined || this.clock.now >= found.until) return undefined;
    return found.route.genid === genid ? found.route : { ...found.route, genid };
  }

  /** __ip6_rt_update_pmtu: packets that `route` takes to `daddr` are at most this long. */
  learn(route: Route, daddr: Int32Array, mtu: number): void {
    // rt6_nexthop: the address it was made for, whatever the packet's becomes later
    const gateway = route.gateway ?? daddr.slice();
    this.insert({ ...route, gateway, mtu, learned: true }, daddr, this.clock.now + EXPIRES_US);
  }

  /** rt6_do_redirect: the way to `daddr` that `route` is goes by another host of the wire. */
  redirect(route: Route, daddr: Int32Array, gateway: Int32Array): void {
    this.insert({ ...route, gateway, learned: true }, daddr, Number.POSITIVE_INFINITY);
  }

  private insert(route: Route, daddr: Int32Array, until: number): void {
    const { fib } = route;
    if (fib === null) return;
    this.any = true;
    let learned = this.of.get(fib);
    if (learned === undefined) this.of.set(fib, (learned = new Map()));
    learned.set(daddr.join(), { route, until });
  }

  /** `ip -6 route flush cache` */
  flush(): void {
    this.of = new WeakMap();
  }
}
