/**
 * IPv4 routing tables and rules, and the machine's addresses as routing sees them.
 *
 * Mirrors fib_frontend.c, fib_semantics.c, fib_rules.c and inet_select_addr (devinet.c).
 */
import { mask4 } from './address.ts';
import {
  type Address4,
  type Device,
  LOOPBACK_IFINDEX,
  SCOPE_HOST,
  SCOPE_LINK,
  SCOPE_NOWHERE,
} from './device.ts';
import {
  type FibRoute,
  FibTable,
  RT_TABLE_DEFAULT,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_BLACKHOLE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from './fib.ts';
import type { Netns } from './netns.ts';
import type { KernelProfile } from './profile.ts';
import { EACCES, EAGAIN, EHOSTUNREACH, EINVAL, ENETUNREACH, type Route } from './route.ts';
import {
  ANY_RULE,
  Flow,
  FR_BLACKHOLE,
  FR_PROHIBIT,
  FR_TABLE,
  FR_UNREACHABLE,
  Rules,
} from './rule.ts';
export const isMulticast4 = (a: number): boolean => (a & 0xf0000000) === (0xe0000000 | 0);
export const isLoopback4 = (a: number): boolean => (a & 0xff000000) === 0x7f000000;
/** Addresses that stand for none. */
export const isZeronet4 = (a: number, profile: KernelProfile): boolean =>
  (profile.zeronetIsSubnet ? a >>> 24 : a) === 0;
/** 224.0.0.0/24 */
export const isLocalMulticast4 = (a: number): boolean => (a & 0xffffff00) === (0xe0000000 | 0);
export const LIMITED_BROADCAST = -1;

/** What a route of this type answers instead of a next hop (fib_props). */
function errorOf(type: number): number {
  switch (type) {
    case RTN_BLACKHOLE:
      return EINVAL;
    case RTN_UNREACHABLE:
      return EHOSTUNREACH;
    case RTN_PROHIBIT:
      return EACCES;
    case RTN_THROW:
      return EAGAIN;
    default:
      return 0;
  }
}

/** nhc_scope: how far away the next hop is. */
export function nexthopScope(route: FibRoute): number {
  if (route.type === RTN_LOCAL) return SCOPE_NOWHERE;
  return route.gateway === null ? SCOPE_HOST : SCOPE_LINK;
}

export class Fib4Tables {
  readonly rules = new Rules();
  /** rt_genid: routes made before it are not valid any more. */
  genid = 1;
  /** fib_has_custom_local_routes: somebody said of an address that it is the machine's; it stays so. */
  customLocal = false;
  /** Result of the last successful lookup. */
  result: FibRoute | null = null;
  protected readonly ns: Netns;
  private readonly tables = new Map<number, FibTable>();
  private readonly typeFlow = new Flow(1);

  constructor(ns: Netns) {
    this.ns = ns;
    const none = () => 0;
    this.rules.add({ ...ANY_RULE, priority: 0, table: RT_TABLE_LOCAL }, none);
    this.rules.add({ ...ANY_RULE, priority: 32766, table: RT_TABLE_MAIN }, none);
    this.rules.add({ ...ANY_RULE, priority: 32767, table: RT_TABLE_DEFAULT }, none);
  }

  /** Whether there is this table: once a route came into it, it stays. */
  has(id: number): boolean {
    return this.tables.has(id);
  }

  table(id: number): FibTable {
    let table = this.tables.get(id);
    if (table === undefined) this.tables.set(id, (table = new FibTable(id, 1)));
    return table;
  }

  *routes(): Iterable<FibRoute> {
    for (const table of this.tables.values()) yield* table;
  }

  /** rt_cache_flush: every route that packets or flows hold is stale now. */
  flush(): void {
    this.genid++;
  }

  /** dst_check: whether a route is still what a lookup would make. */
  valid(route: Route): boolean {
    return route.genid === this.genid;
  }

  /** fib_lookup: 0 and `result`, or a negative errno. */
  lookup(flow: Flow): number {
    for (let i = this.rules.match(flow, 0); i >= 0; i = this.rules.match(flow, i + 1)) {
      const rule = this.rules.at(i);
      if (rule.action === FR_UNREACHABLE) return -ENETUNREACH;
      if (rule.action === FR_PROHIBIT) return -EACCES;
      if (rule.action === FR_BLACKHOLE) return -EINVAL;
      if (rule.action !== FR_TABLE) continue;
      const id = rule.l3mdev ? this.ns.devices.get(flow.l3mdev)!.vrfTable : rule.table;
      const table = this.tables.get(id);
      if (table === undefined) continue;
      const err = this.lookupTable(table, flow);
      if (err === -EAGAIN) continue;
      if (err === 0 && this.result!.prefixlen <= rule.suppressPrefixlength) continue;
      return err;
    }
    return -ENETUNREACH;
  }

  /** fib_table_lookup: -EAGAIN where the table has nothing to say. */
  lookupTable(table: FibTable, flow: Flow): number {
    const depth = table.depth;
    for (let i = 0; i < depth; i++) {
      const routes = table.candidates(i, flow.daddr);
      if (routes === undefined) continue;
      for (let k = 0; k < routes.length; k++) {
        const route = routes[k]!;
        if (route.tos !== 0 && route.tos !== flow.tos) continue;
        if (route.scope < flow.scope) continue;
        route.accessed = true;
        const err = errorOf(route.type);
        if (err !== 0) return -err;
        if (flow.oif !== 0 && flow.oif !== route.dev) continue;
        this.result = route;
        return 0;
      }
    }
    return -EAGAIN;
  }

  /** l3mdev_update_flow. */
  protected updateFlow(flow: Flow): void {
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

  /** How many devices have each address (inet_addr_lst). */
  private readonly own = new Map<number, number>();

  /** inet_lookup_ifaddr_rcu. */
  isOwnAddress(address: number): boolean {
    return this.own.has(address);
  }

  countAddress(address: number, change: 1 | -1): void {
    const count = (this.own.get(address) ?? 0) + change;
    if (count > 0) this.own.set(address, count);
    else this.own.delete(address);
  }

  /** __ip_dev_find: the device that has this address; also any address of a local route. */
  deviceOf(address: number): Device | undefined {
    for (const device of this.ns.devices)
      for (const a of device.addr4) if (a.local === address) return device;
    const flow = this.typeFlow;
    flow.clear();
    flow.daddr[0] = address;
    const local = this.tables.get(RT_TABLE_LOCAL);
    if (local !== undefined && this.lookupTable(local, flow) === 0)
      if (this.result!.type === RTN_LOCAL) return this.ns.devices.get(this.result!.dev);
    return undefined;
  }

  /** inet_addr_type(_table): what kind of address this is by the local table, or `table`. */
  addressType(address: number, table = RT_TABLE_LOCAL, dev = 0): number {
    if (isZeronet4(address, this.ns.profile) || address === LIMITED_BROADCAST) return RTN_BROADCAST;
    if (isMulticast4(address)) return RTN_MULTICAST;
    const flow = this.typeFlow;
    flow.clear();
    flow.daddr[0] = address;
    const local = this.tables.get(table);
    if (local === undefined || this.lookupTable(local, flow) !== 0) return RTN_UNICAST;
    return dev === 0 || this.result!.dev === dev ? this.result!.type : RTN_UNICAST;
  }

  /** inet_addr_type_dev_table: by the table of the device's VRF, if any. */
  addressTypeAt(address: number, ifindex: number): number {
    const vrf = this.ns.l3mdev(ifindex);
    return this.addressType(address, vrf ? this.ns.devices.get(vrf)!.vrfTable : RT_TABLE_LOCAL);
  }

  /** fib_result_prefsrc: the route's source address, or one of the device that fits the next hop. */
  prefsrc(found: FibRoute): number {
    if (found.prefsrc !== null) return found.prefsrc[0]!;
    const device = this.ns.devices.get(found.dev);
    if (device === undefined) return 0;
    const gw = found.gateway === null || found.gateway6 ? 0 : found.gateway[0]!;
    return this.selectAddress(device, gw, found.scope);
  }

  /** inet_select_addr: an address of the device, in `dst`'s subnet if there is one; 0: none. */
  selectAddress(device: Device, dst: number, scope: number): number {
    const localnet = device.ipv4.route_localnet ? SCOPE_LINK : SCOPE_HOST;
    let found = 0;
    for (const a of device.addr4) {
      if (a.secondary || Math.min(a.scope, localnet) > scope) continue;
      if (dst === 0 || sameSubnet(a, dst)) return a.local;
      if (found === 0) found = a.local;
    }
    if (found !== 0) return found;
    const vrf = this.ns.l3mdev(device.ifindex);
    if (vrf !== 0) found = firstOf(this.ns.devices.get(vrf)!, scope);
    if (found !== 0) return found;
    for (const other of this.ns.devices) {
      if (this.ns.l3mdev(other.ifindex) !== vrf) continue;
      if ((found = firstOf(other, scope)) !== 0) return found;
    }
    return 0;
  }
}

export const sameSubnet = (a: Address4, address: number): boolean =>
  ((a.address ^ address) & mask4(a.prefixlen)) === 0;

/** in_dev_select_addr. */
function firstOf(device: Device, scope: number): number {
  for (const a of device.addr4)
    if (!a.secondary && a.scope !== SCOPE_LINK && a.scope <= scope) return a.local;
  return 0;
}
