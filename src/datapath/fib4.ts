/**
 * IPv4 routing: the routes that packets get, on their way in and out.
 *
 * Mirrors the lookups of route.c and fib_validate_source. A route object is made once per next hop
 * and direction and shared by all packets until anything in routing changes.
 */
import { type Device, LOOPBACK_IFINDEX, SCOPE_HOST, SCOPE_LINK, SCOPE_UNIVERSE } from './device.ts';
import { Exceptions4 } from './exceptions4.ts';
import {
  type FibRoute,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from './fib.ts';
import {
  Fib4Tables,
  isLocalMulticast4,
  isLoopback4,
  isMulticast4,
  isZeronet4,
  LIMITED_BROADCAST,
  nexthopScope,
  sameSubnet,
} from './fib4_tables.ts';
import type { Netns } from './netns.ts';
import { NFPROTO_IPV4 } from './packet.ts';
import {
  EHOSTUNREACH,
  EINVAL,
  ENETUNREACH,
  ENODEV,
  EXDEV,
  INPUT_ERROR,
  INPUT_FORWARD,
  INPUT_LOCAL,
  INPUT_NONE,
  makeRoute,
  OUTPUT_MULTICAST,
  OUTPUT_NONE,
  OUTPUT_UNICAST,
  type Route,
  RTCF_BROADCAST,
  RTCF_LOCAL,
  RTCF_MULTICAST,
} from './route.ts';
import { Flow } from './rule.ts';

const LOOPBACK = 0x7f000001;

export class Fib4 extends Fib4Tables {
  /** Says why input() or output() found nothing: an errno. */
  error = 0;
  /** Set by input(): IPSKB_DOREDIRECT. */
  redirect = false;
  /** Refilled for each lookup; never kept. */
  readonly flow = new Flow(1);
  readonly exceptions: Exceptions4;
  private readonly errorRoutes = new Map<number, Route>();
  private broadcastRoute: Route | null = null;
  private multicastRoute: Route | null = null;
  private readonly validateFlow = new Flow(1);

  constructor(ns: Netns) {
    super(ns);
    this.exceptions = new Exceptions4(ns.clock);
  }

  override flush(): void {
    super.flush();
    this.errorRoutes.clear();
    this.broadcastRoute = this.multicastRoute = null;
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
    if (isZeronet4(saddr, this.ns.profile) || isZeronet4(daddr, this.ns.profile))
      return this.fail(EINVAL);
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
    // IN_DEV_BFORWARD, which needs no forwarding
    const broadcasts =
      found.type === RTN_BROADCAST &&
      (device.ipv4.bc_forwarding & this.ns.settings.all4.bc_forwarding) !== 0;
    if (found.type === RTN_BROADCAST && !broadcasts)
      return this.inputBroadcast(saddr, tos, mark, device, found);
    if (found.type === RTN_LOCAL) {
      const valid = this.validateSource(saddr, daddr, tos, mark, 0, device);
      return valid < 0 ? this.fail(-valid) : (this.cachedInput(found) ?? this.localInput(found));
    }
    if (!device.ipv4.forwarding && !broadcasts) return this.errorRoute(EHOSTUNREACH, device);
    if (found.type !== RTN_UNICAST && !broadcasts) return this.fail(EINVAL);
    return this.forwardInput(found, daddr, saddr, tos, mark, device);
  }

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
    const route = this.cachedInput(found) ?? this.makeInput(found);
    return this.exceptions.any ? this.exceptions.bind(route, daddr) : route;
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
    const { genid } = this;
    const family = NFPROTO_IPV4;
    return makeRoute({ family, type, input, output, dev, flags, error, isInput, genid }, fib);
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
    if (!isZeronet4(saddr, this.ns.profile)) {
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
    if (!isZeronet4(saddr, this.ns.profile)) {
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
    const acceptLocal = device.ipv4.accept_local | this.ns.settings.all4.accept_local;
    if (simple && acceptLocal) return 0;
    if (simple && !this.rules.custom && !this.customLocal)
      return this.isOwnAddress(saddr) ? -EINVAL : 0;
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
      if (isMulticast4(saddr) || saddr === LIMITED_BROADCAST || isZeronet4(saddr, this.ns.profile))
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
    else if (isZeronet4(daddr, this.ns.profile)) return this.fail(EINVAL);
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
      return this.exceptions.any ? this.exceptions.bind(cached, daddr) : cached;
    const multicast =
      (flags & (RTCF_BROADCAST | RTCF_MULTICAST)) !== 0 && (flags & RTCF_LOCAL) !== 0 && !lo;
    const output = multicast ? OUTPUT_MULTICAST : OUTPUT_UNICAST;
    const input = flags & RTCF_LOCAL ? INPUT_LOCAL : INPUT_NONE;
    const route = this.make(fib, type, input, output, device.ifindex, flags, false);
    if (!cacheable) return route;
    fib!.outputRoute = route;
    return this.exceptions.any ? this.exceptions.bind(route, daddr) : route;
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
    if (isZeronet4(saddr, this.ns.profile)) return this.selectAddress(device, saddr, SCOPE_LINK);
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
