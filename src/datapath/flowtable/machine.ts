/**
 * Flowtables on a namespace: its routes, neighbours and devices.
 *
 * Mirrors nf_route, dst_neigh_lookup, dev_fill_forward_path (core/dev.c) with the devices' own
 * vlan_dev_fill_forward_path, br_fill_forward_path and pppoe_fill_forward_path, and neigh_xmit.
 */
import { groupOf, type VlanGroup } from '../bridge_vlan.ts';
import type { Device } from '../device.ts';
import { type FibRoute, GONE, RTN_LOCAL } from '../fib.ts';
import { NUD_VALID } from '../neigh.ts';
import type { Netns } from '../netns.ts';
import {
  ETH_P_IP,
  ETH_P_IPV6,
  ETH_P_PPP_SES,
  NFPROTO_IPV6,
  type Packet,
  PROTOCOL,
} from '../packet.ts';
import { mtuForward } from '../path/ip.ts';
import { mtuForward6 } from '../path/ip6.ts';
import { directOutput, hardHeader, neighbourOutput, transmit } from '../path/transmit.ts';
import type { Route } from '../route.ts';
import { Flow } from '../rule.ts';
import type { DevicePath, FlowNetwork, RouteBack, RouteKey } from './network.ts';

/** NET_DEVICE_PATH_STACK_MAX, NET_DEVICE_PATH_VLAN_MAX */
const PATH_MAX = 5;
const VLAN_MAX = 2;
const LOOPBACK_MTU = 65_536;
/** How long a route that was taken away still carries packets: about one RCU grace period. */
const GRACE_US = 5_000;
/** Of neighbours of a device without headers. */
const NO_ADDRESS = new Uint8Array(6);

export class MachineNetwork implements FlowNetwork {
  private readonly ns: Netns;
  private readonly flow4 = new Flow(1);
  private readonly flow6 = new Flow(4);

  /** When routing of IPv4 and of IPv6 changed last, in µs. */
  private routed4 = 0;
  private routed6 = 0;
  private readonly went = new WeakMap<FibRoute, number>();

  constructor(ns: Netns) {
    this.ns = ns;
    ns.subscribe((change) => {
      if (change.kind !== 'route') return;
      if (change.family === NFPROTO_IPV6) this.routed6 = ns.clock.now;
      else this.routed4 = ns.clock.now;
    });
  }

  device(ifindex: number): Device | undefined {
    return this.ns.devices.get(ifindex);
  }

  routeBack({ family, daddr, saddr, tos, mark, oif }: RouteBack): Route | null {
    const ipv6 = family === NFPROTO_IPV6;
    const flow = ipv6 ? this.flow6 : this.flow4;
    flow.clear();
    flow.daddr.set(daddr);
    flow.saddr.set(saddr);
    flow.tos = tos;
    flow.mark = mark;
    flow.oif = oif;
    flow.anysrc = true;
    const route = ipv6 ? this.ns.fib6.output(flow) : this.ns.fib4.output(flow);
    return route === null || route.error !== 0 ? null : route;
  }

  cookie(route: Route): number {
    return route.family === NFPROTO_IPV6 && route.fib !== null ? route.fib.sernum : 0;
  }

  isValid(route: Route, cookie: number): boolean {
    if (route.family === NFPROTO_IPV6 && route.fib !== null) return route.fib.sernum === cookie;
    return this.fibOf(route.family).valid(route);
  }

  findEntry({ family, table, dst, prefixlen, dev, metric }: RouteKey): FibRoute | undefined {
    const entries = this.fibOf(family).table(table).at(Int32Array.from(dst), prefixlen);
    return entries.find((entry) => entry.dev === dev && entry.metric === metric);
  }

  routingGeneration(family: number): number {
    return this.fibOf(family).genid;
  }

  private fibOf(family: number) {
    return family === NFPROTO_IPV6 ? this.ns.fib6 : this.ns.fib4;
  }

  /** The tuple keeps 16 bits of it: of the loopback device, to which local routes lead, nothing is left. */
  mtu(route: Route): number {
    if (route.type === RTN_LOCAL) return LOOPBACK_MTU & 0xffff;
    return route.family === NFPROTO_IPV6 ? mtuForward6(this.ns, route) : mtuForward(this.ns, route);
  }

  linkAddress(family: number, ifindex: number, address: Int32Array): Uint8Array | null {
    // dst_neigh_lookup makes one, and it is NUD_NOARP at once
    if (this.device(ifindex)?.hasHeader === false) return NO_ADDRESS;
    const table = family === NFPROTO_IPV6 ? this.ns.neigh6 : this.ns.neigh4;
    const neighbour = table.find(ifindex, address);
    return neighbour && neighbour.state & NUD_VALID ? neighbour.lladdr : null;
  }

  forwardPath(device: Device, station: Uint8Array): readonly DevicePath[] | null {
    const path: DevicePath[] = [];
    const vlans: Tag[] = [];
    let at = device;
    let to = station;
    while (at.kind === 'vlan' || at.kind === 'bridge' || at.kind === 'ppp') {
      const step = this.through(at, to, vlans);
      if (step === null || path.push(step.path) >= PATH_MAX) return null;
      if (step.path.kind === 'pppoe') to = step.path.peer;
      at = step.next;
    }
    path.push({ kind: 'ethernet', device: at });
    return path;
  }

  private through(device: Device, station: Uint8Array, vlans: Tag[]): Step | null {
    if (device.kind === 'ppp') return this.throughSession(device);
    if (device.kind === 'vlan') return this.throughVlan(device, vlans);
    return this.throughBridge(device, station, vlans);
  }

  /** ppp_fill_forward_path, pppoe_fill_forward_path */
  private throughSession(device: Device): Step | null {
    const { id, peer, below, ended } = device.session!;
    const next = this.ns.devices.get(below);
    if (ended || next === undefined) return null;
    return { path: { kind: 'pppoe', device, id, protocol: ETH_P_PPP_SES, peer }, next };
  }

  /** vlan_dev_fill_forward_path */
  private throughVlan(device: Device, vlans: Tag[]): Step | null {
    const next = this.ns.devices.get(device.link);
    if (next === undefined || vlans.length >= VLAN_MAX) return null;
    const { vlanId: id, vlanProto: protocol } = device;
    vlans.push({ id, protocol });
    return { path: { kind: 'vlan', device, id, protocol }, next };
  }

  /** br_fill_forward_path with br_vlan_fill_forward_path_pvid and br_vlan_fill_forward_path_mode */
  private throughBridge(device: Device, station: Uint8Array, vlans: Tag[]): Step | null {
    const { vlanFiltering: filtering, vlanProto: protocol } = device;
    const top = vlans.at(-1);
    const tagged = top?.protocol === protocol;
    const id = !filtering ? 0 : tagged ? top.id : groupOf(device).pvid;
    const next = this.ns.fdb.find(device, station, 0, id);
    if (next === undefined) return null;
    const mode = filtering ? modeOf(groupOf(next), id, tagged) : 'keep';
    if (mode === null || (mode === 'tag' && vlans.length >= VLAN_MAX)) return null;
    if (mode === 'tag') vlans.push({ id, protocol });
    else if (mode === 'untag') vlans.pop();
    return { path: { kind: 'bridge', device, mode, id, protocol }, next };
  }

  neighbourTransmit(p: Packet, family: number, route: Route, nextHop: Int32Array): void {
    const { ns } = this;
    const device = ns.devices.get(route.dev);
    if (device === undefined || (isGone(route) && this.isLate(route.fib!))) {
      ns.drop(p, 'DEV_READY');
      return;
    }
    p.m[PROTOCOL] = family === NFPROTO_IPV6 ? ETH_P_IPV6 : ETH_P_IP;
    const table = nextHop.length === 4 ? ns.neigh6 : ns.neigh4;
    neighbourOutput(ns, p, table.get(device.ifindex, nextHop), device);
  }

  /** Whether it went longer ago than that; when it went is taken for when routing changed last, at the first look. */
  private isLate(entry: FibRoute): boolean {
    const { now } = this.ns.clock;
    let since = this.went.get(entry);
    if (since === undefined) {
      since = entry.family === NFPROTO_IPV6 ? this.routed6 : this.routed4;
      this.went.set(entry, since);
    }
    return now - since > GRACE_US;
  }

  directTransmit(p: Packet, device: Device, to: Uint8Array, from: Uint8Array, type: number): void {
    p.m[PROTOCOL] = type;
    if (!device.hasHeader) {
      directOutput(this.ns, p, device);
      return;
    }
    hardHeader(p, to, from, type);
    transmit(this.ns, p, device);
  }
}

/**
 * dst_dev_put of an entry that goes: of the routes made of it only the last one, which IPv4 makes
 * anew whenever something in routing changes.
 */
function isGone(route: Route): boolean {
  const { fib } = route;
  if (fib?.sernum !== GONE) return false;
  return route.family === NFPROTO_IPV6 || route === fib.inputRoute || route === fib.outputRoute;
}

/** What a port does to a frame of VLAN `id` that has its tag or not; null: it is not let out there. */
function modeOf(port: VlanGroup, id: number, tagged: boolean): 'keep' | 'tag' | 'untag' | null {
  if (!port.has(id)) return null;
  if (port.isUntagged(id)) return tagged ? 'untag' : 'keep';
  return tagged ? 'keep' : 'tag';
}

/** A tag on the way down; the last one is the outermost. */
interface Tag {
  readonly id: number;
  readonly protocol: number;
}

interface Step {
  readonly path: DevicePath;
  readonly next: Device;
}
