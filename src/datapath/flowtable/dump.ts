/**
 * Flows as plain data, to be kept between runs.
 *
 * A flow names its flowtable and its connection; both must be there before it is restored. Routes
 * are kept as they were, so that a stale one is still found stale.
 */
import { type Conntrack, newTuple, TUPLE_WORDS } from '../conntrack/index.ts';
import { NONE } from '../packet.ts';
import type { Route } from '../route.ts';
import { type DirectTransmit, Flow, type FlowTuple } from './flow.ts';
import type { Flowtable } from './flowtable.ts';
import type { FlowNetwork, RouteKey } from './network.ts';

interface TupleDump {
  readonly key: readonly number[];
  readonly encapNum: number;
  readonly mtu: number;
  readonly nextHop: readonly number[];
  readonly route: RouteDump | null;
  readonly direct: DirectDump | null;
}

/** A route and the entry that it was made of; `valid`: not stale yet. */
type RouteDump = Omit<Route, 'fib' | 'genid' | 'gateway'> & {
  readonly gateway: readonly number[] | null;
  readonly entry: RouteKey | null;
  readonly valid: boolean;
};

type DirectDump = Omit<DirectTransmit, 'source' | 'destination'> & {
  readonly source: readonly number[];
  readonly destination: readonly number[];
};

export interface FlowDump {
  /** NFPROTO_*, table and name of its flowtable. */
  readonly family: number;
  readonly table: string;
  readonly name: string;
  /** Original tuple and zone of its connection. */
  readonly connection: readonly number[];
  readonly zone: number;
  readonly flags: number;
  /** Jiffies that are left; below 0 where it has expired. */
  readonly timeout: number;
  readonly tuples: readonly TupleDump[];
}

export function dumpFlow(
  flowtable: Flowtable,
  flow: Flow,
  conntrack: Conntrack,
  network: FlowNetwork,
): FlowDump {
  const { family, table, name } = flowtable.spec;
  const at = flow.ct * 2 * TUPLE_WORDS;
  return {
    family,
    table,
    name,
    connection: [...conntrack.table.tuples.subarray(at, at + TUPLE_WORDS)],
    zone: conntrack.table.zone[flow.ct]!,
    flags: flow.flags,
    timeout: flow.timeout - conntrack.jiffies,
    tuples: flow.tuples.map((tuple) => dumpTuple(tuple, network)),
  };
}

function dumpTuple(
  { key, encapNum, mtu, nextHop, route, cookie, direct }: FlowTuple,
  network: FlowNetwork,
): TupleDump {
  return {
    key: [...key],
    encapNum,
    mtu,
    nextHop: [...nextHop],
    route: route && dumpRoute(route, network.isValid(route, cookie)),
    direct: direct && {
      ...direct,
      source: [...direct.source],
      destination: [...direct.destination],
    },
  };
}

function dumpRoute({ fib, genid: _genid, gateway, ...rest }: Route, valid: boolean): RouteDump {
  const entry = fib && {
    family: fib.family,
    table: fib.table,
    dst: [...fib.dst],
    prefixlen: fib.prefixlen,
    dev: fib.dev,
    metric: fib.metric,
  };
  return { ...rest, gateway: gateway && [...gateway], entry, valid };
}

/** The flow, held by nobody yet; null: its connection is gone. */
export function restoreFlow(
  dump: FlowDump,
  id: number,
  conntrack: Conntrack,
  network: FlowNetwork,
): Flow | null {
  const tuple = newTuple();
  tuple.set(dump.connection);
  const found = conntrack.lookup(tuple, dump.zone);
  if (found === NONE) return null;
  const flow = new Flow(found >> 1, id);
  flow.flags = dump.flags;
  flow.timeout = conntrack.jiffies + dump.timeout;
  for (const to of flow.tuples) restoreTuple(to, dump.tuples[to.direction]!, network);
  return flow;
}

/** A generation that routing never has. */
const STALE = -1;

function restoreTuple(to: FlowTuple, from: TupleDump, network: FlowNetwork): void {
  to.key.set(from.key);
  to.encapNum = from.encapNum;
  to.mtu = from.mtu;
  to.nextHop = Int32Array.from(from.nextHop);
  to.route = from.route && restoreRoute(from.route, network);
  to.cookie = to.route ? network.cookie(to.route) : 0;
  to.direct = from.direct && {
    ...from.direct,
    source: Uint8Array.from(from.direct.source),
    destination: Uint8Array.from(from.direct.destination),
  };
}

function restoreRoute({ valid, gateway, entry, ...rest }: RouteDump, network: FlowNetwork): Route {
  const fib = valid && entry ? (network.findEntry(entry) ?? null) : null;
  const genid = valid ? network.routingGeneration(rest.family) : STALE;
  return { ...rest, gateway: gateway && Int32Array.from(gateway), genid, fib };
}
