/**
 * The story of every flow, packet by packet, for people (`replay --explain`).
 *
 * A FlowLog listens to the flowtables and keeps plain entries; `describe` puts one into words. A packet
 * at ingress that no flow is for is told of only by what `flow add` says of it later, and a forwarded
 * packet that came to no `flow add` by that.
 */
import { formatIpv4, formatIpv6 } from '../address.ts';
import type { Clock } from '../clock.ts';
import type { Conntrack } from '../conntrack/index.ts';
import {
  directionOf,
  TUPLE_DST,
  TUPLE_PORTS,
  TUPLE_PROTO,
  TUPLE_SRC,
  TUPLE_WORDS,
} from '../conntrack/index.ts';
import { CT, CTINFO, EVENT, NFPROTO_IPV6, NONE, type Packet } from '../packet.ts';
import { type Flow, type FlowTuple, KEY_DST, KEY_PORTS, KEY_PROTO, KEY_SRC } from './flow.ts';
import type { Flowtable } from './flowtable.ts';
import type { FlowtableListener } from './listener.ts';
import type { MissReason, SkipReason, TeardownReason } from './reason.ts';

/** What the log makes of `already-offloaded`, knowing what else happened to the packet. */
type OffloadedAlready = 'just-offloaded' | 'not-its-flow' | 'unlisted-device';

export interface FlowLogEntry {
  /** Serial number of the trace event; null for what the collector does. */
  readonly event: number | null;
  /** µs */
  readonly time: number;
  /** null: no flowtable was asked. */
  readonly flowtable: string | null;
  readonly what:
    | 'offloaded'
    | 'skipped'
    | 'not-asked'
    | 'dropped'
    | 'fast'
    | 'hardware'
    | 'slow'
    | 'torn-down'
    | 'collected';
  /** Number of the flow; null where there is none. */
  readonly flow: number | null;
  /** `tcp 192.168.1.2:1234 > 198.51.100.10:80`: the original tuple; null where it is not known. */
  readonly connection: string | null;
  /** 0 original, 1 reply; null where no packet of a connection is meant. */
  readonly direction: number | null;
  readonly reason: SkipReason | MissReason | TeardownReason | OffloadedAlready | null;
}

const REASONS: Readonly<Record<NonNullable<FlowLogEntry['reason']>, string>> = {
  'ip-options': 'it has IP options',
  'no-conntrack': 'it is not tracked',
  protocol: 'only TCP, UDP and GRE can be offloaded',
  'tcp-header': 'its TCP header is cut off',
  'tcp-fin-rst': 'it has FIN or RST',
  'tcp-not-established': 'the connection is not established and assured yet',
  'gre-nat': 'GRE cannot be translated on the fast path',
  'gre-key': 'only GRE without a call id can be offloaded',
  helper: 'the connection has a helper',
  seqadj: 'the sequence numbers of the connection are adjusted',
  'nat-clash': 'another connection has the same original tuple',
  'not-confirmed': 'the connection is new: its first packet is not through yet',
  'not-replied': 'the connection is not established: no reply was seen before this packet',
  'already-offloaded': 'the connection is offloaded already',
  'just-offloaded': 'this packet was offloaded right before',
  'not-its-flow':
    'the connection is offloaded already, but not for packets with this device, VLAN tag, PPPoE session or addresses',
  'unlisted-device':
    'the connection is offloaded already, but this packet came by a device that is not listed',
  'no-route-back': 'there is no route back to the sender',
  dying: 'its connection was deleted',
  short: 'its headers are cut off',
  fragment: 'it is a fragment',
  ttl: 'its TTL would become 0',
  'gre-version': 'only GRE version 0 can be on the fast path',
  'no-flow': 'there is no flow for it',
  'torn-down': 'its flow was torn down',
  mtu: 'it is longer than the MTU of the route',
  'stale-route': 'routing changed since the flow was made',
  'no-device': 'the outgoing device is gone',
  expired: 'no packet took it for too long',
  'conntrack-dying': 'its connection was deleted',
  'flowtable-deleted': 'its flowtable was deleted',
  'device-down': 'a device of it went down',
};

/** What a flowtable says of packets that it has nothing to do with. */
const UNTOLD: ReadonlySet<MissReason> = new Set(['no-flow', 'protocol', 'short']);

/** The entry in words. */
export function describe(entry: FlowLogEntry): string {
  const { flowtable, what, flow, reason } = entry;
  const why = reason === null ? '' : `: ${REASONS[reason]}`;
  switch (what) {
    case 'offloaded':
      return `slow path; offloaded to @${flowtable} as flow ${flow}`;
    case 'skipped':
      return `slow path; not offloaded to @${flowtable}${why}`;
    case 'not-asked':
      return 'slow path; it came to no flow add';
    case 'dropped':
      return 'slow path; dropped';
    case 'fast':
      return `fast path of @${flowtable}, flow ${flow}`;
    case 'hardware':
      return `hardware path of @${flowtable}, flow ${flow}`;
    case 'slow':
      return flow === null
        ? `not for the fast path of @${flowtable}${why}`
        : `not for flow ${flow} of @${flowtable}${why}`;
    case 'torn-down':
      return `flow ${flow} of @${flowtable} torn down${why}`;
    case 'collected':
      return `flow ${flow} of @${flowtable} freed`;
  }
}

const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  47: 'gre',
  58: 'icmpv6',
  132: 'sctp',
  136: 'udplite',
};
const HAVE_PORTS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);

/** Where a key or a tuple has its parts. */
interface Layout {
  readonly src: number;
  readonly dst: number;
  readonly ports: number;
  readonly proto: number;
}
const KEY: Layout = { src: KEY_SRC, dst: KEY_DST, ports: KEY_PORTS, proto: KEY_PROTO };
const TUPLE: Layout = { src: TUPLE_SRC, dst: TUPLE_DST, ports: TUPLE_PORTS, proto: TUPLE_PROTO };

function connectionOf(words: Uint32Array, { src, dst, ports, proto }: Layout): string {
  const ipv6 = words[proto]! >>> 8 === NFPROTO_IPV6;
  const protonum = words[proto]! & 0xff;
  const end = (at: number, port: number) => {
    const address = ipv6 ? formatIpv6(words.subarray(at, at + 4)) : formatIpv4(words[at]! | 0);
    if (!HAVE_PORTS.has(protonum)) return address;
    return `${ipv6 ? `[${address}]` : address}:${port}`;
  };
  const name = PROTOCOLS[protonum] ?? `protocol ${protonum}`;
  return `${name} ${end(src, words[ports]! >>> 16)} > ${end(dst, words[ports]! & 0xffff)}`;
}

export class FlowLog implements FlowtableListener {
  readonly entries: FlowLogEntry[] = [];
  private readonly clock: Clock;
  private readonly conntrack: Conntrack;
  /** The last event in which `flow add` or the fast path had a packet; in which one was offloaded. */
  private asked = NONE;
  private added = NONE;
  /** Why each flowtable let a packet pass last, and in which event. */
  private readonly passed = new Map<Flowtable, { event: number; reason: MissReason }>();

  constructor(clock: Clock, conntrack: Conntrack) {
    this.clock = clock;
    this.conntrack = conntrack;
  }

  offloaded(p: Packet, flowtable: Flowtable, flow: Flow): void {
    this.asked = this.added = p.m[EVENT]!;
    this.add('offloaded', p, flowtable, flow, directionOf(p.m[CTINFO]!), null);
  }

  skipped(p: Packet, flowtable: Flowtable, reason: SkipReason): void {
    this.asked = p.m[EVENT]!;
    const why = reason === 'already-offloaded' ? this.already(p, flowtable) : reason;
    this.packet('skipped', p, flowtable, why);
  }

  fast(p: Packet, flowtable: Flowtable, { flow, direction }: FlowTuple, hardware: boolean): void {
    this.asked = p.m[EVENT]!;
    this.add(hardware ? 'hardware' : 'fast', p, flowtable, flow, direction, null);
  }

  missed(p: Packet, flowtable: Flowtable, reason: MissReason, tuple: FlowTuple | null): void {
    this.passed.set(flowtable, { event: p.m[EVENT]!, reason });
    if (tuple !== null) this.add('slow', p, flowtable, tuple.flow, tuple.direction, reason);
    else if (!UNTOLD.has(reason)) this.add('slow', p, flowtable, null, null, reason);
  }

  tornDown(flowtable: Flowtable, flow: Flow, reason: TeardownReason, p: Packet | null): void {
    this.add('torn-down', p, flowtable, flow, null, reason);
  }

  collected(flowtable: Flowtable, flow: Flow): void {
    this.add('collected', null, flowtable, flow, null, null);
  }

  /** A packet of others leaves the machine. */
  forwarded(p: Packet): void {
    if (p.m[CT]! === NONE || this.asked === p.m[EVENT]!) return;
    this.asked = p.m[EVENT]!;
    this.packet('not-asked', p, null, null);
  }

  /** A packet of others ends here. */
  dropped(p: Packet): void {
    if (p.m[CT]! !== NONE) this.packet('dropped', p, null, null);
  }

  /** Why a packet of an offloaded connection came to `flow add` at all. */
  private already(p: Packet, flowtable: Flowtable): SkipReason | OffloadedAlready {
    const event = p.m[EVENT]!;
    if (this.added === event) return 'just-offloaded';
    const passed = this.passed.get(flowtable);
    if (passed?.event !== event) return 'unlisted-device';
    return passed.reason === 'no-flow' ? 'not-its-flow' : 'already-offloaded';
  }

  /** What is said of a packet by its connection. */
  private packet(
    what: FlowLogEntry['what'],
    p: Packet,
    flowtable: Flowtable | null,
    reason: FlowLogEntry['reason'],
  ): void {
    const row = p.m[CT]!;
    const { tuples } = this.conntrack.table;
    const at = row * 2 * TUPLE_WORDS;
    this.entries.push({
      event: p.m[EVENT]!,
      time: this.clock.now,
      flowtable: flowtable?.spec.name ?? null,
      what,
      flow: null,
      connection: row === NONE ? null : connectionOf(tuples.subarray(at, at + TUPLE_WORDS), TUPLE),
      direction: row === NONE ? null : directionOf(p.m[CTINFO]!),
      reason,
    });
  }

  private add(
    what: FlowLogEntry['what'],
    p: Packet | null,
    { spec }: Flowtable,
    flow: Flow | null,
    direction: number | null,
    reason: FlowLogEntry['reason'],
  ): void {
    this.entries.push({
      event: p && p.m[EVENT]!,
      time: this.clock.now,
      flowtable: spec.name,
      what,
      flow: flow === null ? null : flow.id,
      connection: flow === null ? null : connectionOf(flow.tuples[0].key, KEY),
      direction,
      reason,
    });
  }
}
