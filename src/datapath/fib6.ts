/**
 * IPv6 routing: tables and rules, the routes that packets get from them, source addresses.
 *
 * Mirrors route.c, ip6_fib.c, fib6_rules.c of net/ipv6 and ipv6_dev_get_saddr (addrconf.c).
 */
import { equalIpv6, mask6 } from './address.ts';
import type { Device } from './device.ts';
import { LOOPBACK_IFINDEX } from './device.ts';
import { Exceptions6 } from './exceptions6.ts';
import {
  type FibRoute,
  FibTable,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNREACHABLE,
} from './fib.ts';
import { IPV6_MIN_MTU } from './ifaddr.ts';
import type { Netns } from './netns.ts';
import { NFPROTO_IPV6 } from './packet.ts';
import {
  EACCES,
  EAGAIN,
  EHOSTUNREACH,
  EINVAL,
  ENETUNREACH,
  INPUT_DISCARD,
  INPUT_ERROR,
  INPUT_FORWARD,
  INPUT_LOCAL,
  INPUT_MULTICAST,
  makeRoute,
  OUTPUT_ERROR,
  OUTPUT_UNICAST,
  type Route,
  RTCF_LOCAL,
} from './route.ts';
import {
  ANY_RULE,
  Flow,
  FR_BLACKHOLE,
  FR_PROHIBIT,
  FR_TABLE,
  FR_UNREACHABLE,
  Rules,
} from './rule.ts';

export const isMulticast6 = (a: Int32Array): boolean => a[0]! >>> 24 === 0xff;
export const isLinkLocal6 = (a: Int32Array): boolean => (a[0]! & 0xffc00000) === (0xfe800000 | 0);
export const isAny6 = (a: Int32Array): boolean => (a[0]! | a[1]! | a[2]! | a[3]!) === 0;
export const isLoopback6 = (a: Int32Array): boolean => (a[0]! | a[1]! | a[2]!) === 0 && a[3] === 1;

/** rt6_need_strict: the destination means something on one link only. */
const needsStrict = (a: Int32Array): boolean =>
  isMulticast6(a) || isLinkLocal6(a) || isLoopback6(a);

const ADDRESS_SCOPE_GLOBAL = 14;

/** ipv6_addr_scope, as IPv6 multicast scopes. */
function scopeOf(a: Int32Array): number {
  if (isMulticast6(a)) return (a[0]! >> 16) & 15;
  if (isLinkLocal6(a) || isLoopback6(a)) return 2;
  return (a[0]! & 0xffc00000) === (0xfec00000 | 0) ? 5 : ADDRESS_SCOPE_GLOBAL;
}

/** The default label table of RFC 6724 as the kernel has it: prefix words, length, label. */
const LABELS: readonly (readonly [prefix: readonly number[], prefixlen: number, label: number])[] =
  [
    [[0, 0, 0, 1], 128, 0],
    [[0x20010010, 0, 0, 0], 28, 7],
    [[0, 0, 0xffff, 0], 96, 4],
    [[0, 0, 0, 0], 96, 3],
    [[0x20010000, 0, 0, 0], 32, 6],
    [[0x20020000, 0, 0, 0], 16, 2],
    [[0x3ffe0000, 0, 0, 0], 16, 12],
    [[0xfec00000 | 0, 0, 0, 0], 10, 11],
    [[0xfc000000 | 0, 0, 0, 0], 7, 5],
  ];

function labelOf(a: Int32Array): number {
  for (const [prefix, length, label] of LABELS)
    if (prefix.every((w, i) => ((w ^ a[i]!) & mask6(length, i)) === 0)) return label;
  return 1;
}

function commonPrefix(a: Int32Array, b: Int32Array): number {
  for (let i = 0; i < 4; i++) {
    const differ = a[i]! ^ b[i]!;
    if (differ !== 0) return 32 * i + Math.clz32(differ);
  }
  return 128;
}

export class Fib6 {
  readonly rules = new Rules();
  /** fib6_sernum of the whole: routes made before it are not valid any more. */
  genid = 1;
  readonly flow = new Flow(4);
  private readonly ns: Netns;
  private readonly tables = new Map<number, FibTable>();
  private readonly nullRoutes = new Map<number, Route>();
  readonly exceptions: Exceptions6;

  constructor(ns: Netns) {
    this.ns = ns;
    this.exceptions = new Exceptions6(ns.clock);
    const none = () => 0;
    this.rules.add({ ...ANY_RULE, priority: 0, table: RT_TABLE_LOCAL }, none);
    this.rules.add({ ...ANY_RULE, priority: 32766, table: RT_TABLE_MAIN }, none);
  }

  /** Whether there is this table: once a route came into it, it stays. */
  has(id: number): boolean {
    return this.tables.has(id);
  }

  table(id: number): FibTable {
    let table = this.tables.get(id);
    if (table === undefined) this.tables.set(id, (table = new FibTable(id, 4)));
    return table;
  }

  *routes(): Iterable<FibRoute> {
    for (const table of this.tables.values()) yield* table;
  }

  flush(): void {
    this.genid++;
    this.nullRoutes.clear();
  }

  valid(route: Route): boolean {
    return route.genid === this.genid;
  }

  /** rt_genid_bump_ipv6: rules or own addresses changed, no cookie holds any more. */
  renew(): void {
    for (const table of this.tables.values()) table.renew();
  }

  /**
   * fib6_rule_lookup. Always a route: where there is none, one that answers with an error. `oif` is
   * the device that is preferred (with flow.strict: demanded).
   */
  lookup(flow: Flow, oif: number): Route {
    const asked = flow.oif;
    this.updateFlow(flow);
    // a VRF chooses the table, it is no route's device
    if (flow.oif !== asked) oif = 0;
    for (let i = this.rules.match(flow, 0); i >= 0; i = this.rules.match(flow, i + 1)) {
      const rule = this.rules.at(i);
      if (rule.action === FR_UNREACHABLE) return this.errorRoute(RTN_UNREACHABLE, ENETUNREACH);
      if (rule.action === FR_PROHIBIT) return this.errorRoute(RTN_PROHIBIT, EACCES);
      if (rule.action === FR_BLACKHOLE) return this.errorRoute(RTN_BLACKHOLE, EINVAL);
      if (rule.action !== FR_TABLE) continue;
      const id = rule.l3mdev ? this.ns.devices.get(flow.l3mdev)!.vrfTable : rule.table;
      const table = this.tables.get(id);
      const found = table && this.lookupTable(table, flow, oif);
      if (!found || found.type === RTN_THROW) continue;
      if (found.prefixlen <= rule.suppressPrefixlength) continue;
      const learned = this.exceptions.any
        ? this.exceptions.find(found, flow.daddr, this.genid)
        : undefined;
      return learned ?? this.routeOf(found, flow.daddr);
    }
    return this.errorRoute(RTN_UNREACHABLE, ENETUNREACH);
  }

  private updateFlow(flow: Flow): void {
    if (flow.oif !== 0) {
      const device = this.ns.devices.get(flow.oif);
      if (device !== undefined) {
        if (flow.l3mdev === 0) flow.l3mdev = this.ns.l3mdev(flow.oif);
        if (device.kind === 'vrf') flow.oif = 0;
        return;
      }
    }
    if (flow.iif > LOOPBACK_IFINDEX && flow.l3mdev === 0) flow.l3mdev = this.ns.l3mdev(flow.iif);
  }

  /** fib6_table_lookup: longest prefix, then metric; of equal ones the preferred device's. */
  lookupTable(table: FibTable, flow: Flow, oif: number): FibRoute | undefined {
    const depth = table.depth;
    for (let i = 0; i < depth; i++) {
      const routes = table.candidates(i, flow.daddr);
      if (routes === undefined) continue;
      const best = select(routes, oif, flow.strict);
      if (best !== undefined) return best;
    }
    return undefined;
  }

  /** ip6_rt_init_dst: the route that packets to `daddr` carry. */
  private routeOf(found: FibRoute, daddr: Int32Array): Route {
    const cached = found.inputRoute;
    if (cached !== null && cached.genid === this.genid) return cached;
    const route = this.make(found, daddr);
    found.inputRoute = route;
    return route;
  }

  private make(found: FibRoute, daddr: Int32Array): Route {
    const local = found.type === RTN_LOCAL || found.type === RTN_ANYCAST;
    const error = errorOf(found.type);
    let dev = found.dev;
    if (local) {
      const master = this.ns.l3mdev(dev);
      if (master !== 0 && !needsStrict(daddr)) dev = master;
      else if (this.ns.devices.get(dev)?.kind !== 'vrf') dev = LOOPBACK_IFINDEX;
    }
    let input = INPUT_FORWARD;
    if (error !== 0) input = found.type === RTN_BLACKHOLE ? INPUT_DISCARD : INPUT_ERROR;
    else if (local) input = INPUT_LOCAL;
    else if (found.type === RTN_MULTICAST || isMulticast6(daddr)) input = INPUT_MULTICAST;
    const output = error !== 0 ? OUTPUT_ERROR : OUTPUT_UNICAST;
    const flags = local ? RTCF_LOCAL : 0;
    if (error !== 0) dev = LOOPBACK_IFINDEX;
    return this.routeFrom(found, found.type, input, output, dev, flags, error);
  }

  private routeFrom(
    fib: FibRoute | null,
    type: number,
    input: number,
    output: number,
    dev: number,
    flags: number,
    error: number,
  ): Route {
    const { genid } = this;
    const family = NFPROTO_IPV6;
    return makeRoute(
      { family, type, input, output, dev, flags, error, isInput: false, genid },
      fib,
    );
  }

  private errorRoute(type: number, error: number): Route {
    let route = this.nullRoutes.get(error);
    if (route === undefined) {
      const input = type === RTN_BLACKHOLE ? INPUT_DISCARD : INPUT_ERROR;
      route = this.routeFrom(null, type, input, OUTPUT_ERROR, LOOPBACK_IFINDEX, 0, error);
      this.nullRoutes.set(error, route);
    }
    return route;
  }

  /** ip6_route_input, for a flow whose addresses, mark and iif are set. */
  input(flow: Flow): Route {
    flow.strict = needsStrict(flow.daddr);
    return this.lookup(flow, flow.iif);
  }

  /**
   * ip6_route_output and ip6_dst_lookup_tail: chooses the source address where it is ::. The route
   * may be an error.
   */
  output(flow: Flow): Route {
    const anySource = isAny6(flow.saddr);
    flow.iif = LOOPBACK_IFINDEX;
    flow.strict = needsStrict(flow.daddr) || (flow.oif !== 0 && anySource);
    const route = this.lookup(flow, flow.oif);
    if (anySource && route.error === 0) this.fillSource(flow, route);
    return route;
  }

  /** ip6_update_pmtu: a path to flow.daddr takes no more than `mtu` bytes at once. */
  updateMtu(flow: Flow, mtu: number): void {
    const route = this.output(flow);
    const { fib } = route;
    if (route.error !== 0 || fib === null || mtu < IPV6_MIN_MTU) return;
    if (mtu >= (route.mtu || (this.ns.devices.get(route.dev)?.mtu ?? 0))) return;
    this.exceptions.learn(route, flow.daddr, mtu);
    this.table(fib.table).touch(fib);
  }

  /** rt6_do_redirect: the router `from`, by which `daddr` is reached, names a better next hop. */
  redirectTo(flow: Flow, from: Int32Array, target: Int32Array): void {
    const daddr = flow.daddr.slice();
    const route = this.output(flow);
    const { fib, gateway } = route;
    if (route.error !== 0 || fib === null || gateway === null) return;
    if (!gateway.every((w, i) => w === from[i])) return;
    this.exceptions.redirect(route, daddr, target);
    this.table(fib.table).touch(fib);
  }

  /** ip6_route_get_saddr. */
  private fillSource(flow: Flow, route: Route): void {
    const prefsrc = route.fib?.prefsrc;
    if (prefsrc) flow.saddr.set(prefsrc);
    else {
      const chosen = this.selectSource(this.ns.devices.get(route.dev), flow.daddr);
      if (chosen !== null) flow.saddr.set(chosen);
    }
  }

  /** ipv6_dev_get_saddr: the best source address towards `daddr`; null: none. */
  selectSource(device: Device | undefined, daddr: Int32Array): Int32Array | null {
    const scope = scopeOf(daddr);
    const label = labelOf(daddr);
    const onlyDevice = isMulticast6(daddr) || isLinkLocal6(daddr);
    const vrf = device ? this.ns.l3mdev(device.ifindex) : 0;
    let best: Int32Array | null = null;
    let bestScore: readonly number[] = [];
    for (const other of this.ns.devices) {
      if (onlyDevice && device !== undefined && other !== device) continue;
      if (this.ns.l3mdev(other.ifindex) !== vrf || !other.up) continue;
      for (const { local, prefixlen } of other.addr6) {
        const own = scopeOf(local);
        const score = [
          equalIpv6(local, daddr) ? 1 : 0,
          own >= scope ? 128 - own : own - 128,
          other === device ? 1 : 0,
          labelOf(local) === label ? 1 : 0,
          Math.min(commonPrefix(local, daddr), prefixlen),
        ];
        const i = score.findIndex((x, k) => x !== bestScore[k]);
        if (best === null || (i >= 0 && score[i]! > bestScore[i]!)) {
          best = local;
          bestScore = score;
        }
      }
    }
    return best;
  }

  /** ipv6_chk_addr: whether an address is the machine's own, in this VRF (0: in none) where one is asked for. */
  isOwnAddress(address: Int32Array, vrf?: number): boolean {
    for (const device of this.ns.devices)
      for (const a of device.addr6)
        if (equalIpv6(a.local, address))
          if (vrf === undefined || this.ns.l3mdev(device.ifindex) === vrf) return true;
    return false;
  }

  /** ipv6_chk_acast_addr: the subnet-router anycast address of one of our prefixes. */
  isAnycast(address: Int32Array): boolean {
    const routes = this.tables.get(RT_TABLE_LOCAL)?.at(address, 128) ?? [];
    return routes.some((r) => r.type === RTN_ANYCAST);
  }
}

/** find_rr_leaf: the first of the lowest metric whose device fits best. */
function select(routes: readonly FibRoute[], oif: number, strict: boolean): FibRoute | undefined {
  let best: FibRoute | undefined;
  let bestScore = -1;
  for (let i = 0; i < routes.length; i++) {
    const route = routes[i]!;
    if (best !== undefined && route.metric !== best.metric) break;
    const matches = oif === 0 || route.dev === oif;
    if (!matches && strict) continue;
    const score = matches ? 2 : 0;
    if (score > bestScore) {
      best = route;
      bestScore = score;
    }
  }
  return best;
}

function errorOf(type: number): number {
  switch (type) {
    case RTN_BLACKHOLE:
      return EINVAL;
    case RTN_PROHIBIT:
      return EACCES;
    case RTN_UNREACHABLE:
      return EHOSTUNREACH;
    case RTN_THROW:
      return EAGAIN;
    default:
      return 0;
  }
}
