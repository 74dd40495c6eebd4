/**
 * A machine that does nothing but track: packets pass prerouting and postrouting (or input), as those
 * of a router with no rules.
 */
import {
  Conntrack,
  STATE_ESTABLISHED,
  STATE_INVALID,
  STATE_NEW,
  STATE_RELATED,
  STATE_UNTRACKED,
} from '../../../src/datapath/conntrack/index.ts';
import { listLines } from '../../../src/datapath/conntrack/list/index.ts';
import { INPUT, NF_ACCEPT, POSTROUTING, PREROUTING } from '../../../src/datapath/hooks.ts';
import { Netns } from '../../../src/datapath/netns.ts';
import {
  CT,
  DATA,
  HOOK,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  Packet,
  PF,
} from '../../../src/datapath/packet.ts';
import { profileOf } from '../../../src/datapath/releases.ts';
import { networkPacket, type PacketFields } from '../../../src/trace/frame.ts';

export const CLIENT = '192.168.1.10';
export const SERVER = '198.51.100.20';

const STATES: readonly (readonly [number, string])[] = [
  [STATE_INVALID, 'invalid'],
  [STATE_ESTABLISHED, 'established'],
  [STATE_RELATED, 'related'],
  [STATE_NEW, 'new'],
  [STATE_UNTRACKED, 'untracked'],
];

/** What rules would do to a packet in between. */
export interface Between {
  /** Before tracking (priority raw). */
  readonly raw?: (p: Packet) => void;
  /** In forward; false drops. */
  readonly forward?: (p: Packet) => boolean | undefined;
  /** To the machine itself. */
  readonly local?: boolean;
}

export class Tracker {
  readonly ns: Netns;
  readonly ct: Conntrack;

  constructor(sysctl: Readonly<Record<string, number>> = {}, release = '6.12') {
    this.ns = new Netns({ profile: profileOf(release)! });
    this.ct = new Conntrack(this.ns);
    this.ct.acquire(NFPROTO_INET);
    for (const [name, value] of Object.entries(sysctl))
      this.ns.sysctl.set(`net.netfilter.nf_conntrack_${name}`, value);
  }

  /** Time passes up to this second. */
  at(seconds: number): this {
    this.ns.clock.advance(seconds * 1_000_000);
    return this;
  }

  /** Sends a packet through; its `ct state` in forward, or `dropped`. */
  send(fields: PacketFields, between: Between = {}): string {
    return this.sendBytes(networkPacket(fields), between);
  }

  sendBytes(bytes: Uint8Array, { raw, forward, local }: Between = {}): string {
    const p = new Packet();
    p.load(bytes);
    const { m } = p;
    m[NH] = m[DATA]!;
    const family = p.b[m[NH]!]! >> 4 === 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
    raw?.(p);
    const entered = this.hook(p, family, PREROUTING);
    const state = STATES.find(([bit]) => bit === this.ct.stateBits(p))![1];
    const passes = entered && forward?.(p) !== false;
    const left = passes && this.hook(p, family, local ? INPUT : POSTROUTING);
    this.ct.release(m[CT]!);
    return entered && (left || !passes) ? state : 'dropped';
  }

  private hook(p: Packet, family: number, hook: number): boolean {
    for (const { fn } of this.ns.hooks.at(family, hook)) {
      p.m[PF] = family;
      p.m[HOOK] = hook;
      if (fn(p) !== NF_ACCEPT) return false;
    }
    return true;
  }

  get lines(): string[] {
    return listLines(this.ct);
  }

  /** `TIMEOUT STATE` of the only entry, `[UNREPLIED]` and `[ASSURED]` behind it where they hold. */
  get only(): string {
    const { lines } = this;
    if (lines.length !== 1) return `${lines.length} entries`;
    const [, , seconds, state] = lines[0]!.split(/ +/);
    const tags = lines[0]!.match(/\[\w+\]/g) ?? [];
    return [seconds, ...(/=/.test(state!) ? [] : [state]), ...tags].join(' ');
  }
}

type TcpFields = NonNullable<PacketFields['tcp']>;

/** A conversation of two ends: who sends, and then what. */
export class TcpPair {
  private readonly t: Tracker;
  private readonly sport: number;

  constructor(t: Tracker, sport = 40000) {
    this.t = t;
    this.sport = sport;
  }

  client(flags: string, sequence: number, ackseq = 0, more: Partial<TcpFields> = {}, length = 0) {
    return this.t.send({
      ip: { saddr: CLIENT, daddr: SERVER },
      tcp: this.tcp(this.sport, 80, flags, sequence, ackseq, more),
      payload: { length, fill: 97 },
    } as PacketFields);
  }

  server(flags: string, sequence: number, ackseq = 0, more: Partial<TcpFields> = {}, length = 0) {
    return this.t.send({
      ip: { saddr: SERVER, daddr: CLIENT },
      tcp: this.tcp(80, this.sport, flags, sequence, ackseq, more),
      payload: { length, fill: 97 },
    } as PacketFields);
  }

  private tcp(
    sport: number,
    dport: number,
    flags: string,
    sequence: number,
    ackseq: number,
    more: Partial<TcpFields>,
  ) {
    return { sport, dport, flags, sequence, ackseq, window: 64240, ...more };
  }

  /** The handshake: client 1000, server 5000. */
  open(): this {
    this.client('syn', 1000);
    this.server('syn,ack', 5000, 1001);
    this.client('ack', 1001, 5001);
    return this;
  }

  /** Opens and closes in order, the client first. */
  close(): this {
    this.open();
    this.client('fin,ack', 1001, 5001);
    this.server('fin,ack', 5001, 1002);
    this.client('ack', 1002, 5002);
    return this;
  }
}

export const udp = (
  saddr: string,
  sport: number,
  daddr: string,
  dport: number,
  more: object = {},
): PacketFields =>
  ({
    ip: { saddr, daddr },
    udp: { sport, dport, ...more },
    payload: { length: 4, fill: 97 },
  }) as PacketFields;
