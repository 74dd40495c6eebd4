/**
 * Destinations whose path turned out to be another than their route says: a smaller MTU, a better
 * gateway, each for one address under a next hop.
 *
 * Mirrors the next hop exceptions of net/ipv4/route.c (update_or_create_fnhe, find_exception,
 * rt_bind_exception, fnhe_update_pmtu).
 */
import { type Clock, US_PER_SECOND } from './clock.ts';
import type { FibRoute } from './fib.ts';
import type { Route } from './route.ts';

/** ip_rt_gc_timeout: how long a redirect is believed. */
const REDIRECT_SECONDS = 300;

interface Exception {
  /** 0: nothing was learned about it. */
  mtu: number;
  locked: boolean;
  gateway: Int32Array | null;
  until: number;
  /** What packets to the address carry, on their way through and from the machine itself. */
  input: Route | null;
  output: Route | null;
}

export class Exceptions4 {
  private readonly clock: Clock;
  private readonly of = new Map<FibRoute, Map<number, Exception>>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Whether there are any. */
  get any(): boolean {
    return this.of.size > 0;
  }

  learn(fib: FibRoute, daddr: number, mtu: number, locked: boolean, seconds: number): void {
    const exception = this.exception(fib, daddr, seconds);
    exception.mtu = mtu;
    exception.locked = locked;
  }

  redirect(fib: FibRoute, daddr: number, gateway: Int32Array): void {
    this.exception(fib, daddr, REDIRECT_SECONDS).gateway = gateway;
  }

  /** What is known of an address, from now on for so long. */
  private exception(fib: FibRoute, daddr: number, seconds: number): Exception {
    let learned = this.of.get(fib);
    if (learned === undefined) this.of.set(fib, (learned = new Map()));
    let found = learned.get(daddr);
    if (found === undefined) {
      found = { mtu: 0, locked: false, gateway: null, until: 0, input: null, output: null };
      learned.set(daddr, found);
    }
    found.until = this.clock.now + seconds * US_PER_SECOND;
    found.input = found.output = null;
    return found;
  }

  /** The route to an address as what was learned about it makes it. */
  bind(route: Route, daddr: number): Route {
    const learned = route.fib && this.of.get(route.fib);
    const found = learned?.get(daddr);
    if (!learned || found === undefined) return route;
    if (this.clock.now > found.until) {
      learned.delete(daddr);
      return route;
    }
    const way = route.isInput ? 'input' : 'output';
    const bound = found[way];
    if (bound !== null && bound.genid === route.genid && bound.dev === route.dev) return bound;
    // rt_gw4: the address it was made for, whatever the packet's becomes later
    const gateway = found.gateway ?? route.gateway ?? Int32Array.of(daddr);
    const mtuLocked = route.mtuLocked || found.locked;
    return (found[way] = {
      ...route,
      gateway,
      gateway6: found.gateway === null && route.gateway6,
      mtuLocked,
      pathMtu: found.mtu,
      pathMtuUntil: found.until,
    });
  }

  /** `ip route flush cache` */
  flush(): void {
    this.of.clear();
  }

  /** The device of some next hops has another MTU. */
  mtuChanged(ifindex: number, mtu: number, before: number): void {
    for (const [fib, learned] of this.of) {
      if (fib.dev !== ifindex) continue;
      for (const found of learned.values()) {
        const smaller = found.locked ? mtu <= found.mtu : mtu < found.mtu || before === found.mtu;
        if (!smaller) continue;
        found.mtu = mtu;
        found.locked = false;
        found.input = found.output = null;
      }
    }
  }
}
