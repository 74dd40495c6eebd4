/** TCP: two ends with their numbers, from the handshake to the last acknowledgement, and odd segments. */
import { type Fields, filled } from './packet.ts';
import type { Egress, Seen } from './path.ts';
import type { Random } from './random.ts';
import { type Conversation, other, type Side, send, type Talk } from './talk.ts';

interface End {
  next: number;
  window: number;
  /** What it acknowledges: behind the last segment as it arrived, else as it was sent. */
  acknowledged: number;
}

const TCP_HEADER = 20;

/** The number behind a segment that left, and its payload. */
export function segmentOf({ family, packet }: Seen): { behind: number; text: string } {
  const b = Buffer.from(packet);
  const at = family === 'ip' ? (b[0]! & 15) * 4 : 40;
  if (b.length < at + TCP_HEADER) return { behind: 0, text: '' };
  const end = family === 'ip' ? b.readUInt16BE(2) : 40 + b.readUInt16BE(4);
  const data = b.subarray(at + (b[at + 12]! >> 4) * 4, end);
  const counts = (b[at + 13]! & 1) + ((b[at + 13]! >> 1) & 1);
  const behind = (b.readUInt32BE(at + 4) + data.length + counts) >>> 0;
  return { behind, text: data.toString('latin1') };
}

export class Tcp {
  private readonly talk: Talk;
  private readonly ends: Record<Side, End>;

  constructor(talk: Talk) {
    this.talk = talk;
    const { r } = talk;
    const window = () => r.pick([64240, 8192, 1000]);
    this.ends = {
      near: { next: r.pick([1000, 0xfffffff0, r.word()]), window: window(), acknowledged: 0 },
      far: { next: r.pick([500000, r.word()]), window: window(), acknowledged: 0 },
    };
    this.ends.near.acknowledged = this.ends.far.next;
  }

  packet(side: Side, flags: string, length = 0, more: Fields = {}): Fields {
    const { fields, sport, dport } = this.talk.path.outside(side);
    const me = this.ends[side];
    const tcp = {
      sport,
      dport,
      flags,
      sequence: me.next,
      window: me.window,
      ...(flags.includes('ack') && { ackseq: me.acknowledged }),
      ...more,
    };
    const data = length > 0 ? filled(length) : {};
    return { ...fields, tcp, ...data };
  }

  *send(side: Side, flags: string, length = 0, more: Fields = {}): Conversation {
    yield* this.sendData(side, flags, length > 0 ? filled(length) : {}, length, more);
  }

  /** Sends text; what of it arrived. */
  *say(side: Side, text: string): Generator<Fields, string, readonly Egress[]> {
    const payload = Buffer.from(text, 'latin1').toString('hex');
    return yield* this.sendData(side, 'psh,ack', { payload }, text.length, {});
  }

  private *sendData(
    side: Side,
    flags: string,
    data: Fields,
    length: number,
    more: Fields,
  ): Generator<Fields, string, readonly Egress[]> {
    const fields = { ...this.packet(side, flags, 0, more), ...data };
    const egress = yield* send(this.talk, side, fields);
    const end = this.ends[side];
    end.next = (end.next + length + (/syn|fin/.test(flags) ? 1 : 0)) >>> 0;
    const arrived = this.talk.path.arrived(side, egress);
    const segment = arrived?.protocol === 6 ? segmentOf(arrived) : undefined;
    this.ends[other(side)].acknowledged = segment?.behind ?? end.next;
    return segment?.text ?? '';
  }

  /** What a side's numbers are now, moved. */
  off(side: Side, by: number): Fields {
    return { sequence: (this.ends[side].next + by) >>> 0 };
  }
}

const MSS = '020405b4';
const SYN_OPTIONS = [
  MSS,
  '',
  `${MSS}0402`,
  `${MSS}01030307`,
  `${MSS}0402080a0000000100000000010303070`.slice(0, 40),
  '0101020405b4',
];

export function* handshake(t: Tcp, r: Random): Conversation {
  yield* t.send('near', 'syn', 0, { options: r.pick(SYN_OPTIONS) });
  yield* t.send('far', 'syn,ack', 0, { options: r.pick(SYN_OPTIONS) });
  yield* t.send('near', 'ack');
}

/** Data one way and its acknowledgement. */
export function* exchange(t: Tcp, r: Random): Conversation {
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

export function* closing(t: Tcp, r: Random): Conversation {
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

export function* tcp(talk: Talk): Conversation {
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
