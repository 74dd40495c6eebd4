/**
 * IPv4 routing: tables and rules, and the routes that packets get from them.
 *
 * Mirrors fib_frontend.c, fib_semantics.c, fib_rules.c and the lookups of route.c. A route object is
 * made once per next hop and direction and shared by all packets until anything in routing changes.
 */
import { mask4 } from './address.ts';
import {
  type Address4,
  type Device,
  LOOPBACK_IFINDEX,
  SCOPE_HOST,
  SCOPE_LINK,
  SCOPE_NOWHERE,
  SCOPE_UNIVERSE,
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
import { NFPROTO_IPV4 } from './packet.ts';
import {
  EACCES,
  EAGAIN,
  EHOSTUNREACH,
  EINVAL,
  ENETUNREACH,
  ENODEV,
  EXDEV,
  INPUT_ERROR,
  INPUT_FORWARD,
  INPUT_LOCAL,
  INPUT_NONE,
  OUTPUT_MULTICAST,
  OUTPUT_NONE,
  OUTPUT_UNICAST,
  type Route,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
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

export const isMulticast4 = (a: number): boolean => (a & 0xf0000000) === (0xe0000000 | 0);
export const isLoopback4 = (a: number): boolean => (a & 0xff000000) === 0x7f000000;
export const isZeronet4 = (a: number): boolean => (a & 0xff000000) === 0;
/** 224.0.0.0/24 */
export const isLocalMulticast4 = (a: number): boolean => (a & 0xffffff00) === (0xe0000000 | 0);
const LIMITED_BROADCAST = -1;
const LOOPBACK = 0x7f000001;

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

export class Fib4 {
  readonly rules = new Rules();
  /** rt_genid: routes made before it are not valid any more. */
  genid = 1;
  /** Result of the last successful lookup. */
  result: FibRoute | null = null;
  /** Says why input() or output() found nothing: an errno. */
  error = 0;
  private readonly ns: Netns;
  private readonly tables = new Map<number, FibTable>();
  private readonly errorRoutes = new Map<number, Route>();
  private broadcastRoute: Route | null = null;
  private multicastRoute: Route | null = null;
  /** Refilled for each lookup; never kept. */
  readonly flow = new Flow(1);
  private readonly validateFlow = new Flow(1);
  private readonly typeFlow = new Flow(1);

  constructor(ns: Netns) {
    this.ns = ns;
    const none = () => 0;
    this.rules.add({ ...ANY_RULE, priority: 0, table: RT_TABLE_LOCAL }, none);
    this.rules.add({ ...ANY_RULE, priority: 32766, table: RT_TABLE_MAIN }, none);
    this.rules.add({ ...ANY_RULE, priority: 32767, table: RT_TABLE_DEFAULT }, none);
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
    this.errorRoutes.clear();
    this.broadcastRoute = this.multicastRoute = null;
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

  /**
   * ip_route_input: the route of a packet that came in by `dev`, or null and `error`. `redirect` is
   * set where the sender should be told of a better way.
   */
  input(daddr: number, saddr: number, tos: number, mark: number, device: Device): Route | null {
    this.redirect = false;
    if (isMulticast4(daddr)) return this.inputMulticast(daddr, saddr, tos, mark, device);
    if (isMulticast4(saddr) || saddr === LIMITED_BROADCAST) return this.fail(EINVAL);
    if (daddr === LIMITED_BROADCAST || (saddr === 0 && daddr === 0))
      return this.inputBroadcast(saddr, tos, mark, device);
    if (isZeronet4(saddr) || isZeronet4(daddr)) return this.fail(EINVAL);
    if (isLoopback4(daddr) || isLoopback4(saddr)) {
      if (!device.ipv4.route_localnet && !this.ns.settings.all4.route_localnet)
        return this.fail(EINVAL);
    }
    const flow = this.flow;
    flow.clear();
    flow.daddr[0] = daddr;
    flow.saddr[0] = saddr;
    flow.iif = device.ifindex;
    flow.mark = mark;
    flow.tos = tos;
    if (this.rules.readsPorts) this.ns.fillPorts(flow);
    this.updateFlow(flow);
    const err = this.lookup(flow);
    if (err !== 0) return this.errorRoute(device.ipv4.forwarding ? -err : EHOSTUNREACH, device);
    const found = this.result!;
    if (found.type === RTN_BROADCAST && !device.ipv4.bc_forwarding)
      return this.inputBroadcast(saddr, tos, mark, device, found);
    if (found.type === RTN_LOCAL) {
      const valid = this.validateSource(saddr, daddr, tos, mark, 0, device);
      return valid < 0 ? this.fail(-valid) : (this.cachedInput(found) ?? this.localInput(found));
    }
    if (!device.ipv4.forwarding) return this.errorRoute(EHOSTUNREACH, device);
    if (found.type !== RTN_UNICAST && found.type !== RTN_BROADCAST) return this.fail(EINVAL);
    return this.forwardInput(found, daddr, saddr, tos, mark, device);
  }

  /** Set by input(): IPSKB_DOREDIRECT. */
  redirect = false;

  /** __mkroute_input. */
  private forwardInput(
    found: FibRoute,
    daddr: number,
    saddr: number,
    tos: number,
    mark: number,
    device: Device,
  ): Route | null {
    const onlink = this.validateSource(saddr, daddr, tos, mark, found.dev, device);
    if (onlink < 0) return this.fail(-onlink);
    if (found.dev === device.ifindex && onlink > 0 && this.sendsRedirects(device))
      this.redirect = this.sharesMedium(device, saddr, found);
    return this.cachedInput(found) ?? this.makeInput(found);
  }

  sendsRedirects(device: Device): boolean {
    return (device.ipv4.send_redirects | this.ns.settings.all4.send_redirects) !== 0;
  }

  private sharesMedium(device: Device, saddr: number, found: FibRoute): boolean {
    if (device.ipv4.shared_media | this.ns.settings.all4.shared_media) return true;
    const gw = found.gateway === null || found.gateway6 ? 0 : found.gateway[0]!;
    return device.addr4.some(
      (a) => sameSubnet(a, saddr) && (gw === 0 || sameSubnet(a, gw)) && !a.secondary,
    );
  }

  private cachedInput(found: FibRoute): Route | null {
    const route = found.inputRoute;
    return route !== null && route.genid === this.genid ? route : null;
  }

  private makeInput(found: FibRoute): Route {
    const route = this.make(found, found.type, INPUT_FORWARD, OUTPUT_UNICAST, found.dev, 0, true);
    found.inputRoute = route;
    return route;
  }

  private localInput(found: FibRoute): Route {
    const dev = this.ns.l3mdev(found.dev) || LOOPBACK_IFINDEX;
    const route = this.make(found, RTN_LOCAL, INPUT_LOCAL, OUTPUT_NONE, dev, RTCF_LOCAL, true);
    found.inputRoute = route;
    return route;
  }

  private make(
    fib: FibRoute | null,
    type: number,
    input: number,
    output: number,
    dev: number,
    flags: number,
    isInput: boolean,
    error = 0,
  ): Route {
    return {
      family: NFPROTO_IPV4,
      type,
      input,
      output,
      dev,
      gateway: fib?.gateway ?? null,
      gateway6: fib?.gateway6 ?? false,
      flags,
      error,
      mtu: fib?.mtu ?? 0,
      mtuLocked: fib?.mtuLocked ?? false,
      hoplimit: fib?.hoplimit ?? 0,
      realm: fib?.realm ?? 0,
      table: fib?.table ?? 0,
      isInput,
      genid: this.genid,
      fib,
    };
  }

  private fail(error: number): null {
    this.error = error;
    return null;
  }

  /** no_route: the packet is answered by ip_error. */
  private errorRoute(error: number, device: Device): Route {
    const dev = this.ns.l3mdev(device.ifindex) || LOOPBACK_IFINDEX;
    const key = dev * 256 + error;
    let route = this.errorRoutes.get(key);
    if (route === undefined) {
      route = this.make(null, RTN_UNREACHABLE, INPUT_ERROR, OUTPUT_NONE, dev, 0, true, error);
      this.errorRoutes.set(key, route);
    }
    return route;
  }

  private inputBroadcast(
    saddr: number,
    tos: number,
    mark: number,
    device: Device,
    found: FibRoute | null = null,
  ): Route | null {
    if (!isZeronet4(saddr)) {
      const valid = this.validateSource(saddr, 0, tos, mark, 0, device);
      if (valid < 0) return this.fail(-valid);
    }
    if (this.broadcastRoute === null || found !== null) {
      const dev = (found && this.ns.l3mdev(found.dev)) || LOOPBACK_IFINDEX;
      const flags = RTCF_LOCAL | RTCF_BROADCAST;
      const cached = found && this.cachedInput(found);
      if (cached) return cached;
      const route = this.make(null, RTN_BROADCAST, INPUT_LOCAL, OUTPUT_NONE, dev, flags, true);
      if (found !== null) return (found.inputRoute = route);
      this.broadcastRoute = route;
    }
    return this.broadcastRoute;
  }

  /** ip_route_input_rcu, multicast: for members only (224.0.0.1 everywhere); there is no mrouted. */
  private inputMulticast(
    daddr: number,
    saddr: number,
    tos: number,
    mark: number,
    device: Device,
  ): Route | null {
    if (daddr !== (0xe0000001 | 0)) return this.fail(EINVAL);
    if (isMulticast4(saddr) || saddr === LIMITED_BROADCAST) return this.fail(EINVAL);
    if (isLoopback4(saddr) && !device.ipv4.route_localnet) return this.fail(EINVAL);
    if (!isZeronet4(saddr)) {
      const valid = this.validateSource(saddr, 0, tos, mark, 0, device);
      if (valid < 0) return this.fail(-valid);
    }
    this.multicastRoute ??= this.make(
      null,
      RTN_MULTICAST,
      INPUT_LOCAL,
      OUTPUT_NONE,
      LOOPBACK_IFINDEX,
      RTCF_LOCAL | RTCF_MULTICAST,
      true,
    );
    return this.multicastRoute;
  }

  /**
   * fib_validate_source: negative errno for a source that may not be; 1 if the source is on-link of
   * the device that it came by, else 0.
   */
  validateSource(
    saddr: number,
    daddr: number,
    tos: number,
    mark: number,
    oif: number,
    device: Device,
  ): number {
    const rpf = Math.max(device.ipv4.rp_filter, this.ns.settings.all4.rp_filter);
    const simple = rpf === 0 && (device.ifindex !== oif || !this.sendsRedirects(device));
    if (simple && !this.rules.custom) {
      if (device.ipv4.accept_local | this.ns.settings.all4.accept_local) return 0;
      return this.isOwnAddress(saddr) ? -EINVAL : 0;
    }
    const flow = this.validateFlow;
    flow.clear();
    flow.l3mdev = this.ns.l3mdev(device.ifindex);
    flow.iif = oif || LOOPBACK_IFINDEX;
    flow.daddr[0] = saddr;
    flow.saddr[0] = daddr;
    flow.tos = tos;
    flow.mark = device.ipv4.src_valid_mark | this.ns.settings.all4.src_valid_mark ? mark : 0;
    if (this.rules.readsPorts) this.ns.fillPorts(flow, true);
    if (this.lookup(flow) !== 0) return rpf ? -EXDEV : 0;
    const found = this.result!;
    const acceptLocal = device.ipv4.accept_local | this.ns.settings.all4.accept_local;
    if (found.type !== RTN_UNICAST && (found.type !== RTN_LOCAL || !acceptLocal)) return -EINVAL;
    if (this.usesDevice(found, device)) return nexthopScope(found) >= SCOPE_HOST ? 1 : 0;
    if (device.addr4.length === 0) return rpf ? -EXDEV : 0;
    if (rpf === 1) return -EXDEV;
    flow.oif = device.ifindex;
    if (this.lookup(flow) === 0 && this.result!.type === RTN_UNICAST)
      return nexthopScope(this.result!) >= SCOPE_HOST ? 1 : 0;
    return 0;
  }

  private usesDevice(found: FibRoute, device: Device): boolean {
    if (found.dev === device.ifindex) return true;
    if (found.type === RTN_LOCAL && device.ifindex === LOOPBACK_IFINDEX) return true;
    return device.kind === 'vrf' && this.ns.l3mdev(found.dev) === device.ifindex;
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
    if (isZeronet4(address) || address === LIMITED_BROADCAST) return RTN_BROADCAST;
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

  /**
   * ip_route_output_key: a route for what the machine sends itself, or null and `error`. Fills in
   * the flow's source address where it is 0.
   */
  output(flow: Flow): Route | null {
    const { ns } = this;
    let daddr = flow.daddr[0]!;
    let saddr = flow.saddr[0]!;
    let device: Device | undefined;
    const origOif = flow.oif;
    const limited = isMulticast4(daddr) || daddr === LIMITED_BROADCAST;
    flow.iif = LOOPBACK_IFINDEX;
    if (saddr !== 0) {
      if (isMulticast4(saddr) || saddr === LIMITED_BROADCAST || isZeronet4(saddr))
        return this.fail(EINVAL);
      if (flow.oif === 0 && limited) {
        device = this.deviceOf(saddr);
        if (device === undefined) return this.fail(ENETUNREACH);
        flow.oif = device.ifindex;
        return this.makeOutput(null, flow, device, origOif, 0);
      }
      if (!flow.anysrc && this.deviceOf(saddr) === undefined) return this.fail(ENETUNREACH);
    }
    if (flow.oif !== 0) {
      device = ns.devices.get(flow.oif);
      if (device === undefined) return this.fail(ENODEV);
      if (!device.up) return this.fail(ENETUNREACH);
      if (isLocalMulticast4(daddr) || daddr === LIMITED_BROADCAST || flow.proto === 2) {
        if (saddr === 0) flow.saddr[0] = this.selectAddress(device, 0, SCOPE_LINK);
        return this.makeOutput(null, flow, device, origOif, 0);
      }
      if (saddr === 0 && isMulticast4(daddr))
        saddr = flow.saddr[0] = this.selectAddress(device, 0, flow.scope);
      else if (saddr === 0 && daddr === 0)
        saddr = flow.saddr[0] = this.selectAddress(device, 0, SCOPE_HOST);
    }
    if (daddr === 0) {
      daddr = flow.daddr[0] = saddr || LOOPBACK;
      if (saddr === 0) flow.saddr[0] = LOOPBACK;
      flow.oif = LOOPBACK_IFINDEX;
      const lo = ns.devices.get(LOOPBACK_IFINDEX)!;
      return this.makeOutput(null, flow, lo, origOif, RTCF_LOCAL, RTN_LOCAL);
    }
    this.updateFlow(flow);
    const err = this.lookup(flow);
    if (err !== 0) {
      if (flow.oif === 0 || (flow.l3mdev !== 0 && !isMulticast4(daddr))) return this.fail(-err);
      if (saddr === 0) flow.saddr[0] = this.selectAddress(device!, 0, SCOPE_LINK);
      return this.makeOutput(null, flow, device!, origOif, 0);
    }
    return this.outputFound(this.result!, flow, origOif);
  }

  private outputFound(found: FibRoute, flow: Flow, origOif: number): Route | null {
    const { ns } = this;
    if (found.type === RTN_LOCAL) {
      if (flow.saddr[0] === 0) flow.saddr[0] = found.prefsrc?.[0] ?? flow.daddr[0]!;
      const device = ns.devices.get(ns.l3mdev(found.dev) || LOOPBACK_IFINDEX)!;
      flow.oif = device.ifindex;
      return this.makeOutput(found, flow, device, origOif, RTCF_LOCAL);
    }
    if (flow.saddr[0] === 0) flow.saddr[0] = this.prefsrc(found);
    return this.makeOutput(found, flow, ns.devices.get(found.dev)!, origOif, 0);
  }

  /** __mkroute_output. */
  private makeOutput(
    found: FibRoute | null,
    flow: Flow,
    device: Device,
    origOif: number,
    flags: number,
    kind = RTN_UNICAST,
  ): Route | null {
    const daddr = flow.daddr[0]!;
    let type = found?.type ?? kind;
    let fib = found;
    const lo = device.kind === 'loopback';
    if (isLoopback4(flow.saddr[0]!) && !lo && device.kind !== 'vrf' && !device.ipv4.route_localnet)
      return this.fail(EINVAL);
    if (daddr === LIMITED_BROADCAST) {
      type = RTN_BROADCAST;
      fib = null;
    } else if (isMulticast4(daddr)) type = RTN_MULTICAST;
    else if (isZeronet4(daddr)) return this.fail(EINVAL);
    if (lo) flags |= RTCF_LOCAL;
    if (type === RTN_BROADCAST) flags |= RTCF_BROADCAST | RTCF_LOCAL;
    else if (type === RTN_MULTICAST) {
      flags |= RTCF_MULTICAST;
      if (daddr === (0xe0000001 | 0)) flags |= RTCF_LOCAL;
      if (fib !== null && fib.prefixlen < 4) fib = null;
    }
    const cacheable =
      fib !== null && (type !== RTN_LOCAL || origOif === 0 || origOif === device.ifindex);
    const cached = cacheable ? fib!.outputRoute : null;
    if (cached !== null && cached.genid === this.genid && cached.dev === device.ifindex)
      return cached;
    const multicast =
      (flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0 && (flags & RTCF_LOCAL) !== 0 && !lo;
    const output = multicast ? OUTPUT_MULTICAST : OUTPUT_UNICAST;
    const input = flags & RTCF_LOCAL ? INPUT_LOCAL : INPUT_NONE;
    const route = this.make(fib, type, input, output, device.ifindex, flags, false);
    if (cacheable) fib!.outputRoute = route;
    return route;
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

  /** fib_compute_spec_dst: the address that an answer to a packet should come from. */
  specificDestination(
    route: Route | null,
    daddr: number,
    saddr: number,
    tos: number,
    mark: number,
    device: Device,
  ): number {
    const flags = route?.flags ?? 0;
    if ((flags & (RTCF_BROADCAST | RTCF_MULTICAST | RTCF_LOCAL)) === RTCF_LOCAL) return daddr;
    if (isZeronet4(saddr)) return this.selectAddress(device, saddr, SCOPE_LINK);
    const flow = this.validateFlow;
    flow.clear();
    flow.iif = LOOPBACK_IFINDEX;
    flow.l3mdev = this.ns.l3mdev(device.ifindex);
    flow.daddr[0] = saddr;
    flow.tos = tos & 0x1c;
    flow.mark = device.ipv4.src_valid_mark ? mark : 0;
    if (this.lookup(flow) === 0) return this.prefsrc(this.result!);
    return this.selectAddress(device, saddr, SCOPE_UNIVERSE);
  }
}

export const sameSubnet = (a: Address4, address: number): boolean =>
  ((a.local ^ address) & mask4(a.prefixlen)) === 0;

/** in_dev_select_addr. */
function firstOf(device: Device, scope: number): number {
  for (const a of device.addr4)
    if (!a.secondary && a.scope !== SCOPE_LINK && a.scope <= scope) return a.local;
  return 0;
}
