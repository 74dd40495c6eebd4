/** Conversations without connections: UDP, echoes, SCTP, DCCP, protocols that are bytes, groups. */
import { checksum } from '../../../src/datapath/checksum.ts';
import { ipv4Bytes, ipv6Bytes } from '../../../src/trace/address.ts';
import { wanted } from './field.ts';
import { type Fields, filled, over, sctpChecksum, u16, u32 } from './packet.ts';
import { type Conversation, type Side, send, type Talk } from './talk.ts';

export function* datagrams(talk: Talk, kind: 'udp' | 'udplite'): Conversation {
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

export function* echoes(talk: Talk): Conversation {
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

export function* sctp(talk: Talk): Conversation {
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

/** Protocols: the number, how packets of it begin, the word that rules name it by. */
const RAW: readonly (readonly [number: number, bytes: string, word: string])[] = [
  [47, '00000800', 'gre'],
  [47, '3001880b00080001', 'gre'],
  [47, '2000080000000007', 'gre'],
  [50, '0000000200000002', 'esp'],
  [50, '0000000100000001', 'esp'],
  [51, '11040000000001000000000100000000000000000000000003e800350010000061626364', 'ah'],
  [108, '06000002', 'comp'],
  [2, '1600e9fde0000005', 'igmp'],
  [2, '1164ee9b00000000', 'igmp'],
  [135, '3b00000000000000', 'mh'],
  [4, '4500001c00000000401100000a0000050a00000603e8003500080000', 'ipip'],
  [99, 'ab', '99'],
];

/** Protocols that are nothing but bytes here. */
export function* plain(talk: Talk): Conversation {
  const { r, path, rules } = talk;
  const [number, bytes] = r.weighted(
    RAW.map((row) => [wanted(1, new RegExp(`\\b${row[2]}\\b`), rules), row] as const),
  );
  for (let i = r.between(1, 4); i > 0; i--) {
    const side: Side = r.percent(60) ? 'near' : 'far';
    const { fields } = path.outside(side);
    const kind = path.family === 'ip' ? { ip: { protocol: number } } : { ip6: { nexthdr: number } };
    const packet = { ...over(fields, kind), payload: bytes + 'aa'.repeat(20) };
    yield* send(talk, side, packet);
  }
}

// ── DCCP ───────────────────────────────────────────────────────────────────────────────────────

/** A connection's life: side, type of the packet, what follows the header. */
const DCCP: readonly (readonly [Side, type: number, rest: string])[] = [
  ['near', 0, '00000001'],
  ['far', 1, '000000000000000100000001'],
  ['near', 3, '0000000000000001'],
  ['near', 2, '6162'],
  ['far', 4, '00000000000000026364'],
  ['far', 5, '0000000000000003'],
  ['near', 6, '0000000000000003'],
  ['far', 7, '000000000000000300000000'],
];

const DCCP_NUMBER = 33;

const addressHex = (text: string): string =>
  Buffer.from((text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text))!).toString('hex');

/** A DCCP packet with long sequence numbers; its checksum covers all of it. */
function dccpPacket(ends: string, ports: string, [, type, rest]: (typeof DCCP)[number], n: number) {
  const options = type === 2 || type === 4 ? 2 : 0;
  const words = (16 + rest.length / 2 - options) / 4;
  const before = `${ports}${words.toString(16).padStart(2, '0')}00`;
  const behind = `${(type * 2 + 1).toString(16).padStart(2, '0')}000000${u32(n)}${rest}`;
  const length = (before.length + 4 + behind.length) / 2;
  const summed = Buffer.from(
    `${ends}${u32(length)}${u32(DCCP_NUMBER)}${before}0000${behind}`,
    'hex',
  );
  return `${before}${u16(checksum(summed, 0, summed.length))}${behind}`;
}

export function* dccp(talk: Talk): Conversation {
  const { r, path } = talk;
  for (const [n, packet] of DCCP.entries()) {
    if (r.percent(12)) continue;
    const [side] = packet;
    const { fields, sport, dport } = path.outside(side);
    const head = fields[path.family] as { saddr: string; daddr: string };
    const ends = addressHex(head.saddr) + addressHex(head.daddr);
    const payload = dccpPacket(ends, u16(sport) + u16(dport), packet, n + 1);
    const kind = path.family === 'ip' ? { ip: { protocol: 'dccp' } } : { ip6: { nexthdr: 'dccp' } };
    yield* send(talk, side, { ...over(fields, kind), payload });
  }
}

// ── One to many ────────────────────────────────────────────────────────────────────────────────

const GROUPS: Readonly<
  Record<'ip' | 'ip6', readonly (readonly [daddr: string, station: string])[]>
> = {
  ip: [
    ['224.0.0.5', '01:00:5e:00:00:05'],
    ['239.1.2.3', '01:00:5e:01:02:03'],
    ['255.255.255.255', 'ff:ff:ff:ff:ff:ff'],
    ['192.168.1.255', 'ff:ff:ff:ff:ff:ff'],
  ],
  ip6: [
    ['ff02::1', '33:33:00:00:00:01'],
    ['ff05::5', '33:33:00:00:00:05'],
  ],
};

/** Datagrams to groups and to everybody. */
export function* groups({ r, path }: Talk): Conversation {
  for (let i = r.between(1, 3); i > 0; i--) {
    const [daddr, station] = r.pick(GROUPS[path.family]);
    const { fields, sport, dport } = path.outside('near');
    const head = over(fields, { [path.family]: { daddr }, ether: { daddr: station } });
    yield { ...head, udp: { sport, dport }, ...filled(12) };
  }
}

/** Who has an address of the machine's, or of somebody else? */
export function* arp({ r, path }: Talk): Conversation {
  const { iif, ip } = path.host('near');
  const { machine } = path;
  for (let i = r.between(1, 2); i > 0; i--) {
    const asked = r.pick([...machine.own, ...machine.hosts]).ip;
    const sender = `02:ff:00:00:00:0${Number(iif.slice(3)) + 1}`;
    const head = { operation: r.pick(['request', 'request', 'reply']), 'saddr ip': ip };
    yield {
      iif,
      ether: { daddr: 'ff:ff:ff:ff:ff:ff' },
      arp: { ...head, 'saddr ether': sender, 'daddr ip': asked },
    };
  }
}
