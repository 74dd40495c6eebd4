/**
 * The story of every flow, packet by packet, for people (`replay --explain`).
 *
 * A FlowLog listens to the flowtables and keeps plain entries; `describe` puts one into words. What a
 * flowtable has nothing to do with (no flow, another protocol) is not told.
 */
import { formatIpv4, formatIpv6 } from '../address.ts';
import type { Clock } from '../clock.ts';
import { IPPROTO_GRE } from '../conntrack/status.ts';
import { EVENT, NFPROTO_IPV6, type Packet } from '../packet.ts';
import { type Flow, type FlowTuple, KEY_DST, KEY_PORTS, KEY_PROTO, KEY_SRC } from './flow.ts';
import type { Flowtable } from './flowtable.ts';
import type { FlowtableListener } from './listener.ts';
import type { MissReason, SkipReason, TeardownReason } from './reason.ts';

export interface FlowLogEntry {
  /** Serial number of the trace event; null for what the collector does. */
  readonly event: number | null;
  /** µs */
  readonly time: number;
  readonly flowtable: string;
  readonly what: 'offloaded' | 'skipped' | 'fast' | 'slow' | 'torn-down' | 'collected';
  /** Number of the flow; null where there is none. */
  readonly flow: number | null;
  /** `tcp 192.168.1.2:1234 > 198.51.100.10:80`: the flow's original tuple; null where there is none. */
  readonly connection: string | null;
  /** 0 original, 1 reply; null where no packet of a flow is meant. */
  readonly direction: number | null;
  readonly reason: SkipReason | MissReason | TeardownReason | null;
}

const REASONS: Readonly<Record<SkipReason | MissReason | TeardownReason, string>> = {
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
  'already-offloaded': 'the connection is offloaded already',
  'no-route-back': 'there is no route back to the sender',
  dying: 'the connection was deleted',
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
  const { flowtable, what, flow, connection, direction, reason } = entry;
  const side = direction === 0 ? 'original' : 'reply';
  const why = reason === null ? '' : `: ${REASONS[reason]}`;
  switch (what) {
    case 'offloaded':
      return `flow ${flow} made in @${flowtable} (${connection})`;
    case 'skipped':
      return `not offloaded to @${flowtable}${why}`;
    case 'fast':
      return `fast path of @${flowtable}, flow ${flow}, ${side} direction`;
    case 'slow':
      return flow === null
        ? `slow path, not for @${flowtable}${why}`
        : `slow path although flow ${flow} is in @${flowtable}${why}`;
    case 'torn-down':
      return `flow ${flow} of @${flowtable} torn down${why}`;
    case 'collected':
      return `flow ${flow} of @${flowtable} freed`;
  }
}

const PROTOCOLS: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 47: 'gre' };

function connectionOf(key: Uint32Array): string {
  const ipv6 = key[KEY_PROTO]! >>> 8 === NFPROTO_IPV6;
  const protonum = key[KEY_PROTO]! & 0xff;
  const end = (at: number, port: number) => {
    const address = ipv6 ? formatIpv6(key.subarray(at, at + 4)) : formatIpv4(key[at]! | 0);
    if (protonum === IPPROTO_GRE) return address;
    return `${ipv6 ? `[${address}]` : address}:${port}`;
  };
  const ports = key[KEY_PORTS]!;
  return `${PROTOCOLS[protonum]} ${end(KEY_SRC, ports >>> 16)} > ${end(KEY_DST, ports & 0xffff)}`;
}

export class FlowLog implements FlowtableListener {
  readonly entries: FlowLogEntry[] = [];
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  offloaded(p: Packet, flowtable: Flowtable, flow: Flow): void {
    this.add('offloaded', p, flowtable, flow, null, null);
  }

  skipped(p: Packet, flowtable: Flowtable, reason: SkipReason): void {
    this.add('skipped', p, flowtable, null, null, reason);
  }

  fast(p: Packet, flowtable: Flowtable, { flow, direction }: FlowTuple): void {
    this.add('fast', p, flowtable, flow, direction, null);
  }

  missed(p: Packet, flowtable: Flowtable, reason: MissReason, tuple: FlowTuple | null): void {
    if (tuple !== null) this.add('slow', p, flowtable, tuple.flow, tuple.direction, reason);
    else if (!UNTOLD.has(reason)) this.add('slow', p, flowtable, null, null, reason);
  }

  tornDown(flowtable: Flowtable, flow: Flow, reason: TeardownReason, p: Packet | null): void {
    this.add('torn-down', p, flowtable, flow, null, reason);
  }

  collected(flowtable: Flowtable, flow: Flow): void {
    this.add('collected', null, flowtable, flow, null, null);
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
      connection: flow === null ? null : connectionOf(flow.tuples[0].key),
      direction,
      reason,
    });
  }
}
