/**
 * Where the packets of a flow come in and go out, in both directions.
 *
 * Mirrors nft_flow_route, nft_dev_forward_path and nft_dev_path_info (nft_flow_offload.c) and
 * flow_offload_fill_route (nf_flow_table_core.c).
 */

import type { Conntrack } from '../conntrack/index.ts';
import { directionOf, TUPLE_SRC, TUPLE_WORDS } from '../conntrack/index.ts';
import { ARPHRD_ETHER, type Device } from '../device.ts';
import { CTINFO, IIF, MARK, NFPROTO_IPV6, NH, type Packet, PF } from '../packet.ts';
import type { KernelProfile } from '../profile.ts';
import type { Route } from '../route.ts';
import { type DirectTransmit, ENCAP_MAX, type FlowTuple, KEY_ENCAP, KEY_IIF } from './flow.ts';
import type { Flowtable } from './flowtable.ts';
import type { DevicePath, FlowNetwork } from './network.ts';

/** One direction of struct nf_flow_route. */
export interface DirectionRoute {
  route: Route;
  nextHop: Int32Array;
  /** The device that packets of this direction come in by, and their encapsulation, inner first. */
  iif: number;
  encaps: readonly number[];
  direct: DirectTransmit | null;
}

export type FlowRoute = readonly [DirectionRoute, DirectionRoute];

interface RouteContext {
  readonly conntrack: Conntrack;
  readonly network: FlowNetwork;
  readonly profile: KernelProfile;
}

/** Both directions for the packet's connection; null: there is no way back to its sender. */
export function flowRoute(
  { conntrack, network, profile }: RouteContext,
  p: Packet,
  row: number,
  flowtable: Flowtable,
): FlowRoute | null {
  const direction = directionOf(p.m[CTINFO]!);
  const family = p.m[PF]!;
  const sender = endOf(conntrack, row, direction, family);
  const receiver = endOf(conntrack, row, 1 - direction, family);
  const onward = p.dst;
  if (onward === null) return null;
  const full = profile.flowtableRouteKey === 'full';
  const back = network.routeBack({
    family,
    daddr: sender,
    saddr: full ? receiver : new Int32Array(receiver.length),
    tos: full ? tosOf(p) : 0,
    mark: full ? p.m[MARK]! : 0,
    oif: p.m[IIF]!,
  });
  if (back === null) return null;
  const there = directionRoute(onward, receiver, back.dev);
  const here = directionRoute(back, sender, onward.dev);
  const both = { there, here, family, network, flowtable };
  if (profile.flowtablePath) {
    throughDevices(both, there, here);
    throughDevices(both, here, there);
  }
  return direction === 0 ? [there, here] : [here, there];
}

const directionRoute = (route: Route, end: Int32Array, iif: number): DirectionRoute => ({
  route,
  nextHop: route.gateway ?? end,
  iif,
  encaps: [],
  direct: null,
});

const tosOf = (p: Packet): number => (p.m[PF] === NFPROTO_IPV6 ? 0 : p.b[p.m[NH]! + 1]! & 0x1e);

/** The source address of a direction's tuple as the words that routing takes. */
function endOf(conntrack: Conntrack, row: number, direction: number, family: number): Int32Array {
  const at = (row * 2 + direction) * TUPLE_WORDS + TUPLE_SRC;
  const words = family === NFPROTO_IPV6 ? 4 : 1;
  return Int32Array.from(conntrack.table.tuples.subarray(at, at + words));
}

interface PathContext {
  readonly family: number;
  readonly network: FlowNetwork;
  readonly flowtable: Flowtable;
}

/** struct nft_forward_info */
interface ForwardInfo {
  indev: Device | null;
  outdev: Device | null;
  readonly encaps: number[];
  source: Uint8Array | null;
  /** The station that a PPPoE session leads to. */
  peer: Uint8Array | null;
  direct: boolean;
}

/** nft_dev_forward_path: looks behind the device of `out` for the one that the flowtable lists. */
function throughDevices(context: PathContext, out: DirectionRoute, opposite: DirectionRoute): void {
  const { network, flowtable, family } = context;
  const device = network.device(out.route.dev);
  if (device === undefined) return;
  let station: Uint8Array | null = null;
  if (isEthernet(device)) {
    station = network.linkAddress(family, device.ifindex, out.nextHop);
    if (station === null) return;
  }
  const path = network.forwardPath(device, station ?? new Uint8Array(6));
  if (path === null) return;
  const info = pathInfo(path, flowtable.spec.hardware);
  if (info.indev === null || !flowtable.lists(info.indev.ifindex)) return;
  opposite.iif = info.indev.ifindex;
  opposite.encaps = info.encaps;
  if (!info.direct) return;
  out.direct = {
    ifindex: info.outdev!.ifindex,
    hwIfindex: info.indev.ifindex,
    source: info.source!.slice(),
    destination: (info.peer ?? station ?? new Uint8Array(6)).slice(),
  };
}

/** nft_is_valid_ether_device */
const isEthernet = (device: Device): boolean =>
  device.type === ARPHRD_ETHER && device.address.some((x) => x !== 0) && !(device.address[0]! & 1);

/** nft_dev_path_info */
function pathInfo(path: readonly DevicePath[], hardware: boolean): ForwardInfo {
  const info: ForwardInfo = {
    indev: null,
    outdev: null,
    encaps: [],
    source: null,
    peer: null,
    direct: false,
  };
  for (const step of path) {
    if (step.device.hasHeader) info.source ??= step.device.address;
    if (step.kind === 'bridge') {
      info.direct = true;
      if (!throughBridge(info, step)) info.indev = null;
      continue;
    }
    info.indev = step.device;
    if (step.kind === 'ethernet') continue;
    if (info.encaps.length >= ENCAP_MAX) {
      info.indev = null;
      continue;
    }
    info.outdev ??= step.device;
    info.encaps.push((step.protocol << 16) | step.id);
    if (step.kind === 'pppoe') info.peer = step.peer;
  }
  info.outdev ??= info.indev;
  if (hardware && info.indev !== null && isEthernet(info.indev)) info.direct = true;
  return info;
}

/** A bridge that filters VLANs adds or takes a tag; false: not on the fast path. */
function throughBridge(
  { encaps }: ForwardInfo,
  step: Extract<DevicePath, { kind: 'bridge' }>,
): boolean {
  switch (step.mode) {
    case 'keep':
      return true;
    case 'untag':
      return encaps.pop() !== undefined;
    case 'tag':
      if (encaps.length >= ENCAP_MAX) return false;
      encaps.push((step.protocol << 16) | step.id);
      return true;
  }
}

/** flow_offload_fill_route */
export function fillRoute(tuple: FlowTuple, way: DirectionRoute, network: FlowNetwork): void {
  const { key } = tuple;
  const { encaps } = way;
  tuple.mtu = network.mtu(way.route);
  key[KEY_IIF] = way.iif;
  for (let i = 0; i < encaps.length; i++) key[KEY_ENCAP + i] = encaps[encaps.length - 1 - i]!;
  tuple.encapNum = encaps.length;
  tuple.nextHop = way.nextHop;
  if (way.direct !== null) tuple.direct = way.direct;
  else {
    tuple.route = way.route;
    tuple.cookie = network.cookie(way.route);
  }
}
