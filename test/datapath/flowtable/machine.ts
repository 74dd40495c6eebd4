/** A machine with two devices, a tracked connection and one flowtable; routes and wires are fakes. */
import { parseIpv4 } from '../../../src/datapath/address.ts';
import {
  Conntrack,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_SEEN_REPLY,
  newTuple,
  setTuplePorts,
  TUPLE_DST,
  TUPLE_PROTO,
  TUPLE_SRC,
  type Tuple,
} from '../../../src/datapath/conntrack/index.ts';
import {
  type FlowNetwork,
  type FlowtableListener,
  Flowtables,
} from '../../../src/datapath/flowtable/index.ts';
import { Netns } from '../../../src/datapath/netns.ts';
import {
  CT,
  CTINFO,
  IIF,
  IP_CT_ESTABLISHED,
  IP_CT_ESTABLISHED_REPLY,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFPROTO_NETDEV,
  type Packet,
  PF,
} from '../../../src/datapath/packet.ts';
import { profileOf } from '../../../src/datapath/releases.ts';
import type { Route } from '../../../src/datapath/route.ts';

export const LAN = 10;
export const WAN = 11;
export const CLIENT = [192, 168, 1, 2];
export const SERVER = [198, 51, 100, 10];
export const ROUTER = [203, 0, 113, 2];

const STATE_ESTABLISHED = 3;

function tupleOf(
  saddr: readonly number[],
  daddr: readonly number[],
  protonum: number,
  sport: number,
  dport: number,
): Tuple {
  const t = newTuple();
  t[TUPLE_SRC] = parseIpv4(saddr.join('.'))!;
  t[TUPLE_DST] = parseIpv4(daddr.join('.'))!;
  t[TUPLE_PROTO] = (NFPROTO_IPV4 << 8) | protonum;
  setTuplePorts(t, sport, dport);
  return t;
}

function routeBy(dev: number): Route {
  return {
    family: NFPROTO_IPV4,
    type: 1,
    input: 0,
    output: 0,
    dev,
    gateway: null,
    gateway6: false,
    flags: 0,
    error: 0,
    mtu: 0,
    mtuLocked: false,
    learned: false,
    pathMtu: 0,
    pathMtuUntil: 0,
    hoplimit: 0,
    realm: 0,
    table: 254,
    isInput: true,
    genid: 1,
    fib: null,
  };
}

export class Machine {
  readonly ns: Netns;
  readonly conntrack: Conntrack;
  readonly network: FlowNetwork;
  readonly tables: Flowtables;
  /** Packets that left: the device and the packet. */
  readonly sent: { ifindex: number; nextHop: number }[] = [];
  /** What the listener heard, in words. */
  readonly heard: string[] = [];
  validRoutes = true;
  hasRouteBack = true;

  constructor(kernel = '6.12') {
    this.ns = new Netns({ profile: profileOf(kernel)! });
    this.conntrack = new Conntrack(this.ns);
    this.network = this.fakeNetwork();
    this.tables = new Flowtables(this.ns, this.conntrack, this.network);
    this.tables.listener = this.listener();
  }

  private fakeNetwork(): FlowNetwork {
    return {
      device: () => undefined,
      routeBack: ({ oif }) => (this.hasRouteBack ? routeBy(oif) : null),
      isValid: () => this.validRoutes,
      routingGeneration: () => 1,
      cookie: () => 0,
      findEntry: () => undefined,
      mtu: () => 1500,
      linkAddress: () => null,
      forwardPath: () => null,
      neighbourTransmit: (_p, _family, { dev }, nextHop) =>
        this.sent.push({ ifindex: dev, nextHop: nextHop[0]! }),
      directTransmit: () => {},
    };
  }

  private listener(): FlowtableListener {
    return {
      offloaded: (_p, _t, flow) => this.heard.push(`offloaded ${flow.id}`),
      skipped: (_p, _t, reason) => this.heard.push(`skipped ${reason}`),
      fast: (_p, _t, tuple) => this.heard.push(`fast ${tuple.flow.id} ${tuple.direction}`),
      missed: (_p, _t, reason) => this.heard.push(`missed ${reason}`),
      tornDown: (_t, flow, reason) => this.heard.push(`torn down ${flow.id} ${reason}`),
      collected: (_t, flow) => this.heard.push(`collected ${flow.id}`),
    };
  }

  flowtable(options: { counter?: boolean; hardware?: boolean; family?: number } = {}) {
    return this.tables.create({
      table: 'fw',
      name: 'ft',
      family: options.family ?? NFPROTO_INET,
      priority: 0,
      devices: [LAN, WAN],
      hardware: options.hardware ?? false,
      counter: options.counter ?? false,
    });
  }

  /** An established connection from the client to the server; `snat`: behind the router's address. */
  connection(protonum: number, { snat = false, status = 0 } = {}): number {
    const { conntrack } = this;
    const original = tupleOf(CLIENT, SERVER, protonum, 1234, 80);
    const reply = snat
      ? tupleOf(SERVER, ROUTER, protonum, 80, 40000)
      : tupleOf(SERVER, CLIENT, protonum, 80, 1234);
    const row = conntrack.alloc(original, reply, 0, 3);
    conntrack.table.status[row] = IPS_CONFIRMED | IPS_ASSURED | IPS_SEEN_REPLY | status;
    conntrack.table.use[row] = 1;
    conntrack.table.acct[row] = 1;
    conntrack.table.insert(row, false);
    if (protonum === 6) conntrack.table.state[row] = STATE_ESTABLISHED;
    conntrack.table.timeout[row] = conntrack.jiffies + 432000 * 250;
    return row;
  }

  /** Shows a packet of a connection to `flow add`, in the forward hook. */
  offload(p: Packet, row: number, flowtable: ReturnType<Machine['flowtable']>): boolean {
    p.m[CT] = row;
    p.m[CTINFO] = p.m[IIF] === LAN ? IP_CT_ESTABLISHED : IP_CT_ESTABLISHED_REPLY;
    p.m[PF] = NFPROTO_IPV4;
    p.dst = routeBy(p.m[IIF] === LAN ? WAN : LAN);
    return this.tables.offload(p, flowtable);
  }

  /** A frame comes in by the device in IIF: the verdict of the ingress hook. */
  ingress(p: Packet): number {
    return this.ns.runHook(NFPROTO_NETDEV, 0, p, p.m[IIF]!, 0);
  }

  /** Seconds that the connection has left. */
  left(row: number): number {
    return Math.round(this.conntrack.expires(row) / 250);
  }

  /** Time passes up to this second. */
  until(seconds: number): void {
    this.ns.clock.advance(seconds * 1_000_000);
  }
}
