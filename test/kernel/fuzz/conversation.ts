/**
 * Conversations: who sends what in which order, per protocol. A conversation hands out one packet at
 * a time and is told what came of it.
 */
import type { Machine } from './machine.ts';
import { type Fields, filled, hexOf, over, sctpChecksum, u16, u32 } from './packet.ts';
import { type Egress, Path } from './path.ts';
import type { Random } from './random.ts';
import { CLIENT_PORTS, PORTS } from './value.ts';

/** A packet to send; afterwards what left. */
export type Conversation = Generator<Fields, void, readonly Egress[]>;

type Side = 'near' | 'far';

/** Numbers of clients' ports and ids: no two conversations share one, so that no NAT clashes. */
export interface Numbers {
  next: number;
}

interface Talk {
  readonly r: Random;
  readonly path: Path;
}

/** Sends from a side; the near side's packets show the path its translation. */
function* send({ path }: Talk, side: Side, fields: Fields): Conversation {
  const egress = yield fields;
  if (side === 'near') path.learn(egress);
}

// ── TCP ────────────────────────────────────────────────────────────────────────────────────────

interface End {
  next: number;
  window: number;
}

class Tcp {
  private readonly talk: Talk;
  private readonly ends: Record<Side, End>;

  constructor(talk: Talk) {
    this.talk = talk;
    const { r } = talk;
    const window = () => r.pick([64240, 8192, 1000]);
    this.ends = {
      near: { next: r.pick([1000, 0xfffffff0, r.word()]), window: window() },
      far: { next: r.pick([500000, r.word()]), window: window() },
    };
  }

  packet(side: Side, flags: string, length = 0, more: Fields = {}): Fields {
    const { fields, sport, dport } = this.talk.path.outside(side);
    const [me, peer] =
      side === 'near' ? [this.ends.near, this.ends.far] : [this.ends.far, this.ends.near];
    const tcp = {
      sport,
      dport,
      flags,
      sequence: me.next,
      window: me.window,
      ...(flags.includes('ack') && { ackseq: peer.next }),
      ...more,
    };
    const data = length > 0 ? filled(length) : {};
    return { ...fields, tcp, ...data };
  }

  *send(side: Side, flags: string, length = 0, more: Fields = {}): Conversation {
    yield* send(this.talk, side, this.packet(side, flags, length, more));
    const end = this.ends[side];
    end.next = (end.next + length + (/syn|fin/.test(flags) ? 1 : 0)) >>> 0;
  }

  /** What a side's numbers are now, moved. */
  off(side: Side, by: number): Fields {
    return { sequence: (this.ends[side].next + by) >>> 0 };
  }
}

const other = (side: Side): Side => (side === 'near' ? 'far' : 'near');

const MSS = '020405b4';
const SYN_OPTIONS = [
  MSS,
  '',
  `${MSS}0402`,
  `${MSS}01030307`,
  `${MSS}0402080a0000000100000000010303070`.slice(0, 40),
  '0101020405b4',
];

function* handshake(t: Tcp, r: Random): Conversation {
  yield* t.send('near', 'syn', 0, { options: r.pick(SYN_OPTIONS) });
  yield* t.send('far', 'syn,ack', 0, { options: r.pick(SYN_OPTIONS) });
  yield* t.send('near', 'ack');
}

/** Data one way and its acknowledgement. */
function* exchange(t: Tcp, r: Random): Conversation {
  const side = r.pick<Side>(['near', 'far']);
  for (let i = r.between(1, 2); i > 0; i--) {
    yield* t.send(side, r.pick(['ack', 'psh,ack']), r.pick([1, 10, 100, 536, 1400]));
  }
  if (r.percent(80)) yield* t.send(other(side), 'ack');
}

/** Segments that no honest peer sends. */
function* oddity(t: Tcp, r: Random): Conversation {
  const side = r.pick<Side>(['near', 'far']);
  const by = r.pick([-1, 1, -1000, 3000, 70000, -70000, 0x40000000]);
  const flags = r.pick([
    'ack',
    'psh,ack',
    'rst',
    'rst,ack',
    'fin,ack',
    'syn',
    'syn,ack',
    'fin',
    '',
    'syn,fin',
    'fin,psh,urg',
    'ack,urg',
    'syn,ecn,cwr',
  ]);
  const more = r.percent(70) ? t.off(side, by) : { window: r.pick([0, 1]) };
  yield t.packet(side, flags, r.pick([0, 0, 5, 200]), more);
}

function* closing(t: Tcp, r: Random): Conversation {
  const side = r.pick<Side>(['near', 'far']);
  if (r.percent(25)) {
    yield* t.send(side, r.pick(['rst', 'rst,ack']));
    return;
  }
  yield* t.send(side, 'fin,ack');
  if (r.percent(70)) yield* t.send(other(side), 'ack');
  if (r.percent(90)) yield* t.send(other(side), 'fin,ack');
  if (r.percent(90)) yield* t.send(side, 'ack');
}

function* tcp(talk: Talk): Conversation {
  const { r } = talk;
  for (let life = r.percent(15) ? 2 : 1; life > 0; life--) {
    const t = new Tcp(talk);
    if (r.percent(92)) yield* handshake(t, r);
    for (let i = r.between(1, 5); i > 0; i--) {
      if (r.percent(12)) yield* oddity(t, r);
      else yield* exchange(t, r);
    }
    if (r.percent(70)) yield* closing(t, r);
  }
}

// ── UDP, ICMP, SCTP, others ────────────────────────────────────────────────────────────────────

function* datagrams(talk: Talk, kind: 'udp' | 'udplite'): Conversation {
  const { r, path } = talk;
  for (let i = r.between(2, 7); i > 0; i--) {
    const side: Side = r.percent(60) ? 'near' : 'far';
    const { fields, sport, dport } = path.outside(side);
    const odd = r.weighted<Fields>([
      [90, {}],
      [3, { checksum: 0 }],
      [2, { length: r.pick([4, 8, 200]) }],
    ]);
    const packet = {
      ...fields,
      [kind]: { sport, dport, ...odd },
      ...filled(r.pick([1, 12, 100, 900])),
    };
    yield* send(talk, side, packet);
  }
}

function* echoes(talk: Talk): Conversation {
  const { r, path } = talk;
  const name = path.family === 'ip' ? 'icmp' : 'icmpv6';
  for (let sequence = 1; sequence <= r.between(1, 4); sequence++) {
    const ask = path.outside('near');
    const request = { type: 'echo-request', id: path.sport, sequence };
    yield* send(talk, 'near', { ...ask.fields, [name]: request, ...filled(r.pick([8, 56])) });
    if (r.percent(15)) continue;
    const answer = path.outside('far');
    const id = path.last ? idOf(path.last.packet, path.family) : path.sport;
    const reply = { type: 'echo-reply', id, sequence };
    yield* send(talk, 'far', { ...answer.fields, [name]: reply, ...filled(56) });
  }
}

function idOf(packet: Uint8Array, family: 'ip' | 'ip6'): number {
  const th = family === 'ip' ? (packet[0]! & 15) * 4 : 40;
  return ((packet[th + 4] ?? 0) << 8) | (packet[th + 5] ?? 0);
}

const chunk = (type: number, flags: number, body: string): string => {
  const pad = '0'.repeat((8 - (body.length % 8)) % 8);
  return `${type.toString(16).padStart(2, '0')}${flags.toString(16).padStart(2, '0')}${u16(4 + body.length / 2)}${body}${pad}`;
};

const TAGS = { near: 0x11111111, far: 0x22222222 } as const;
const INIT_BODY = '0000100000010001000000aa';

/** An association's life, chunk by chunk. */
const SCTP: readonly (readonly [Side, string])[] = [
  ['near', chunk(1, 0, `${u32(TAGS.far)}${INIT_BODY}`)],
  ['far', chunk(2, 0, `${u32(TAGS.near)}${INIT_BODY}`)],
  ['near', chunk(10, 0, 'aabbccdd')],
  ['far', chunk(11, 0, '')],
  ['near', chunk(0, 3, `00000001000000010000000061626364`)],
  ['far', chunk(3, 0, '000000010000100000000000')],
  ['near', chunk(4, 0, '00010008aabbccdd')],
  ['far', chunk(5, 0, '00010008aabbccdd')],
  ['near', chunk(7, 0, '00000001')],
  ['far', chunk(8, 0, '')],
  ['near', chunk(14, 0, '')],
];

function* sctp(talk: Talk): Conversation {
  const { r, path } = talk;
  for (const [side, regular] of SCTP) {
    if (r.percent(12)) continue;
    const chunks = r.percent(6) ? chunk(r.pick([6, 0, 1, 9, 4]), r.below(2), u32(1)) : regular;
    const { fields, sport, dport } = path.outside(side);
    // INIT has no tag; the near side's packets carry the tag that the far side asked for.
    const vtag = r.percent(5)
      ? 5
      : chunks.startsWith('01')
        ? 0
        : TAGS[side === 'near' ? 'near' : 'far'];
    const checksum = r.percent(5) ? 1 : sctpChecksum(sport, dport, vtag, chunks);
    yield* send(talk, side, { ...fields, sctp: { sport, dport, vtag, checksum }, payload: chunks });
  }
}

const RAW: Readonly<Record<string, string>> = {
  gre: '00000800',
  esp: '0000010000000001',
  igmp: '16000000',
  99: 'ab',
};

/** Protocols that are nothing but bytes here. */
function* plain(talk: Talk): Conversation {
  const { r, path } = talk;
  const protocol = r.pick(Object.keys(RAW));
  const number = /^\d/.test(protocol) ? Number(protocol) : protocol;
  for (let i = r.between(1, 4); i > 0; i--) {
    const side: Side = r.percent(60) ? 'near' : 'far';
    const { fields } = path.outside(side);
    const kind = path.family === 'ip' ? { ip: { protocol: number } } : { ip6: { nexthdr: number } };
    const packet = { ...over(fields, kind), payload: RAW[protocol]! + 'aa'.repeat(20) };
    yield* send(talk, side, packet);
  }
}

// ── Errors ─────────────────────────────────────────────────────────────────────────────────────

const ERRORS: Readonly<Record<'ip' | 'ip6', readonly Fields[]>> = {
  ip: [
    { type: 'destination-unreachable', code: 3 },
    { type: 'destination-unreachable', code: 1 },
    { type: 'destination-unreachable', code: 4, mtu: 1300 },
    { type: 'time-exceeded', code: 0 },
    { type: 'parameter-problem', code: 0 },
    { type: 'redirect', code: 1, gateway: '192.168.1.12' },
    { type: 4, code: 0 },
  ],
  ip6: [
    { type: 'destination-unreachable', code: 4 },
    { type: 'packet-too-big', mtu: 1280 },
    { type: 'time-exceeded', code: 0 },
    { type: 'parameter-problem', code: 1 },
  ],
};

/** An error about what arrived last, from its receiver or a router on its way. */
export function errorAbout(r: Random, path: Path): Fields | undefined {
  const about = path.last;
  if (!about) return undefined;
  const { family } = about;
  const quote = about.packet.subarray(0, r.pick([28, 60, 200, 48]));
  const { fields } = path.outside('far');
  const router = family === 'ip' ? '203.0.113.9' : '2001:db8:2::9';
  const source = r.percent(30) && about.oif === 'eth1' ? { [family]: { saddr: router } } : {};
  const name = family === 'ip' ? 'icmp' : 'icmpv6';
  const odd = r.percent(8) ? { checksum: 1 } : {};
  return {
    ...over(fields, source),
    [name]: { ...r.pick(ERRORS[family]), ...odd },
    payload: hexOf(quote),
  };
}

// ── Who talks to whom ──────────────────────────────────────────────────────────────────────────

export interface Speaker {
  readonly talk: Talk;
  readonly packets: Conversation;
}

export function conversation(r: Random, machine: Machine, numbers: Numbers): Speaker {
  const family = r.percent(65) ? 'ip' : 'ip6';
  const near = r.pick(machine.hosts);
  const others = machine.hosts.filter((h) => h.ip !== near.ip);
  const target = r.percent(82) ? r.pick(others) : r.pick(machine.own);
  const sport = CLIENT_PORTS + numbers.next++;
  const path = new Path(machine, family, { near, target }, sport, r.pick(PORTS));
  const talk = { r, path };
  const packets = r.weighted<() => Conversation>([
    [45, () => tcp(talk)],
    [30, () => datagrams(talk, 'udp')],
    [12, () => echoes(talk)],
    [5, () => sctp(talk)],
    [5, () => plain(talk)],
    [1, () => datagrams(talk, 'udplite')],
  ])();
  return { talk, packets };
}
