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
  input: Changing | null;
  output: Changing | null;
}

/** Whoever holds it sees what is learned later. */
type Changing = { -readonly [K in keyof Route]: Route[K] };

/** DST_OBSOLETE_KILL: no state of routing has this number. */
const OBSOLETE = -1;

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
    fill(exception);
  }

  redirect(fib: FibRoute, daddr: number, gateway: Int32Array): void {
    const exception = this.exception(fib, daddr, REDIRECT_SECONDS);
    exception.gateway = gateway;
    fill(exception);
  }

  /** What is known of an address, from now on for so long. */
  private exception(fib: FibRoute, daddr: number, seconds: number): Exception {
    let learned = this.of.get(fib);
    if (learned === undefined) this.of.set(fib, (learned = new Map()));
    let found = learned.get(daddr);
    if (found === undefined) {
      found = { mtu: 0, locked: false, gateway: null, until: 0, input: null, output: null };
      learned.set(daddr, found);
      // who holds the route of the next hop must ask whether the exception is about him
      for (const cached of [fib.inputRoute, fib.outputRoute])
        if (cached !== null) (cached as Changing).genid = OBSOLETE;
    }
    found.until = this.clock.now + seconds * US_PER_SECOND;
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
    found[way] = { ...route, gateway: route.gateway ?? Int32Array.of(daddr) };
    fill(found);
    return found[way];
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
        fill(found);
      }
    }
  }
}

/** fill_route_from_fnhe: what was learned goes into the routes that packets carry. */
function fill({ input, output, mtu, locked, gateway, until }: Exception): void {
  for (const route of [input, output]) {
    if (route === null) continue;
    route.pathMtu = mtu;
    route.mtuLocked = (route.fib?.mtuLocked ?? false) || locked;
    route.pathMtuUntil = until;
    if (gateway === null) continue;
    route.gateway = gateway;
    route.gateway6 = false;
  }
}
