/**
 * Routing tables: prefixes to routes, the same for IPv4 and IPv6.
 *
 * Mirrors fib_trie.c and ip6_fib.c as far as answers go: longest prefix first, and of one prefix the
 * routes in their order. Addresses are int32 words (one for IPv4, four for IPv6); a lookup allocates
 * nothing.
 */
import { mask6 } from './address.ts';
import type { Route } from './route.ts';

/** RTN_*. */
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_ANYCAST = 4;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
export const RTN_THROW = 9;

export const RT_TABLE_DEFAULT = 253;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_LOCAL = 255;

/** A route of a table: fib_alias, fib_info and fib_nh in one. */
export interface FibRoute {
  readonly family: number;
  readonly table: number;
  readonly dst: Int32Array;
  readonly prefixlen: number;
  readonly type: number;
  readonly tos: number;
  readonly scope: number;
  readonly metric: number;
  /** ifindex; 0 for routes without a device (blackhole …). */
  readonly dev: number;
  readonly gateway: Int32Array | null;
  /** IPv4 only: the gateway is an IPv6 address (`via inet6`). */
  readonly gateway6: boolean;
  readonly onlink: boolean;
  /** fib_prefsrc; null: none. */
  readonly prefsrc: Int32Array | null;
  /** RTPROT_*: 2 kernel, 3 boot, 4 static. */
  readonly protocol: number;
  /** Metrics; 0: not given. */
  readonly mtu: number;
  readonly mtuLocked: boolean;
  readonly advmss: number;
  readonly hoplimit: number;
  /** tclassid. */
  readonly realm: number;
  /** Routes as packets carry them, made at first use (nhc_rth_input, nhc_pcpu_rth_output). */
  inputRoute: Route | null;
  outputRoute: Route | null;
  /** FA_S_ACCESSED: a lookup has come upon it, so that taking it away makes what packets hold stale. */
  accessed: boolean;
  /**
   * fn_sernum of its node: IPv6 flows hold it as the cookie of their route. A new number when a route
   * at or below its prefix is added; GONE once it is out of its table.
   */
  sernum: number;
}

export const GONE = -1;

/** RTPROT_KERNEL: routes that come with addresses. */
export const RTPROT_KERNEL = 2;

/** A route with nothing said of it but where it leads. */
export const PLAIN_ROUTE = {
  tos: 0,
  metric: 0,
  gateway: null,
  gateway6: false,
  onlink: false,
  prefsrc: null,
  protocol: RTPROT_KERNEL,
  mtu: 0,
  mtuLocked: false,
  advmss: 0,
  hoplimit: 0,
  realm: 0,
  inputRoute: null,
  outputRoute: null,
  accessed: false,
  sernum: 0,
} as const;

/** One prefix length of a table: open addressing over masked addresses. */
class Level {
  readonly prefixlen: number;
  readonly masks: Int32Array;
  private keys: Int32Array;
  private values: (FibRoute[] | undefined)[];
  private readonly words: number;
  private used = 0;

  constructor(prefixlen: number, words: number) {
    this.prefixlen = prefixlen;
    this.words = words;
    this.masks = Int32Array.from({ length: words }, (_, i) => mask6(prefixlen, i));
    this.keys = new Int32Array(8 * words);
    this.values = new Array(8);
  }

  get empty(): boolean {
    return this.used === 0;
  }

  find(address: Int32Array): FibRoute[] | undefined {
    const slot = this.slot(address);
    return this.values[slot];
  }

  set(address: Int32Array, routes: FibRoute[]): void {
    const slot = this.slot(address);
    if (this.values[slot] !== undefined) {
      this.values[slot] = routes;
      return;
    }
    for (let i = 0; i < this.words; i++)
      this.keys[slot * this.words + i] = address[i]! & this.masks[i]!;
    this.values[slot] = routes;
    if (++this.used * 2 > this.values.length) this.rebuild(this.values.length * 2);
  }

  delete(address: Int32Array): void {
    const slot = this.slot(address);
    if (this.values[slot] === undefined) return;
    this.values[slot] = undefined;
    this.rebuild(this.values.length);
  }

  *[Symbol.iterator](): Iterator<FibRoute[]> {
    for (const routes of this.values) if (routes !== undefined) yield routes;
  }

  private slot(address: Int32Array): number {
    const { keys, values, masks, words } = this;
    let hash = 0;
    for (let i = 0; i < words; i++)
      hash = Math.imul(hash ^ (address[i]! & masks[i]!) ^ (hash >>> 15), 0x2c1b3c6d);
    const last = values.length - 1;
    for (let slot = (hash ^ (hash >>> 13)) & last; ; slot = (slot + 1) & last) {
      if (values[slot] === undefined) return slot;
      let i = 0;
      while (i < words && keys[slot * words + i] === (address[i]! & masks[i]!)) i++;
      if (i === words) return slot;
    }
  }

  private rebuild(size: number): void {
    const old = this.values;
    this.values = new Array(size);
    this.keys = new Int32Array(size * this.words);
    this.used = 0;
    for (const routes of old) if (routes !== undefined) this.set(routes[0]!.dst, routes);
  }
}

export class FibTable {
  readonly id: number;
  private readonly words: number;
  /** Longest prefix first. */
  private readonly levels: Level[] = [];
  private sernum = 0;

  constructor(id: number, words: number) {
    this.id = id;
    this.words = words;
  }

  /** The number of different prefix lengths; candidates() takes 0 … depth - 1. */
  get depth(): number {
    return this.levels.length;
  }

  /** The routes of the prefix of the i-th longest length that holds the address, in order. */
  candidates(i: number, address: Int32Array): readonly FibRoute[] | undefined {
    return this.levels[i]!.find(address);
  }

  /** The routes of exactly this prefix. */
  at(dst: Int32Array, prefixlen: number): readonly FibRoute[] {
    return this.levels.find((l) => l.prefixlen === prefixlen)?.find(dst) ?? [];
  }

  /** Inserts by metric, behind those of the same metric (`first`: before them). */
  insert(route: FibRoute, first = false): void {
    let level = this.levels.find((l) => l.prefixlen === route.prefixlen);
    if (level === undefined) {
      level = new Level(route.prefixlen, this.words);
      const at = this.levels.findIndex((l) => l.prefixlen < route.prefixlen);
      this.levels.splice(at < 0 ? this.levels.length : at, 0, level);
    }
    const old = level.find(route.dst) ?? [];
    const precedes = (r: FibRoute) =>
      r.tos < route.tos ||
      (r.tos === route.tos && (r.metric > route.metric || (first && r.metric === route.metric)));
    const at = old.findIndex(precedes);
    level.set(route.dst, at < 0 ? [...old, route] : [...old.slice(0, at), route, ...old.slice(at)]);
    this.renumber(route);
  }

  /** __fib6_update_sernum_upto_root: the nodes from the new route's up to the root. */
  private renumber(route: FibRoute): void {
    this.sernum++;
    for (const level of this.levels)
      if (level.prefixlen <= route.prefixlen)
        for (const above of level.find(route.dst) ?? []) above.sernum = this.sernum;
  }

  /** fib6_update_sernum: the node of a route has a new number. */
  touch(route: FibRoute): void {
    this.sernum++;
    for (const same of this.at(route.dst, route.prefixlen)) same.sernum = this.sernum;
  }

  /** rt_genid_bump_ipv6: every node has a new number. */
  renew(): void {
    this.sernum++;
    for (const route of this) route.sernum = this.sernum;
  }

  remove(route: FibRoute): boolean {
    const level = this.levels.find((l) => l.prefixlen === route.prefixlen);
    const routes = level?.find(route.dst);
    if (level === undefined || !routes?.includes(route)) return false;
    const rest = routes.filter((r) => r !== route);
    if (rest.length > 0) level.set(route.dst, rest);
    else level.delete(route.dst);
    if (level.empty) this.levels.splice(this.levels.indexOf(level), 1);
    route.sernum = GONE;
    return true;
  }

  *[Symbol.iterator](): Iterator<FibRoute> {
    for (const level of this.levels) for (const routes of level) yield* routes;
  }
}
