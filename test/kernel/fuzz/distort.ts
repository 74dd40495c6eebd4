/** Distortions: what may happen to any packet on its way to the machine. */
import { wanted } from './field.ts';
import { type Fields, over } from './packet.ts';
import type { Random } from './random.ts';

type Distort = (r: Random, packet: Fields) => readonly Fields[];

const networkOf = (packet: Fields): 'ip' | 'ip6' | undefined =>
  packet.ip ? 'ip' : packet.ip6 ? 'ip6' : undefined;

const TRANSPORTS = ['tcp', 'udp', 'icmp', 'icmpv6', 'sctp', 'udplite'];

const transportOf = (packet: Fields): string | undefined => TRANSPORTS.find((t) => packet[t]);

/** Fields of the network header, whichever it is. */
const network = (packet: Fields, ip: Fields, ip6: Fields): Fields => {
  const name = networkOf(packet);
  return name ? over(packet, { [name]: name === 'ip' ? ip : ip6 }) : packet;
};

const lifetime: Distort = (r, p) => {
  const left = r.pick([0, 1, 2, 255]);
  return [network(p, { ttl: left }, { hoplimit: left })];
};

const service: Distort = (r, p) => {
  const dscp = r.below(64);
  const ecn = r.below(4);
  return [network(p, { dscp, ecn, df: r.percent(50), id: r.below(65536) }, { dscp, ecn })];
};

const badChecksum: Distort = (r, p) => {
  const transport = transportOf(p);
  if (p.ip && r.percent(25)) return [over(p, { ip: { checksum: 0x1234 } })];
  if (!transport) return [p];
  return [over(p, { [transport]: { checksum: r.pick([1, 0xabcd]) } })];
};

const IP_OPTIONS = [
  '01010100',
  '94040000',
  '070b04000000000000000000',
  '830704c0a80101',
  '0101',
  '8205',
  '07030400',
];

const options: Distort = (r, p) => {
  if (p.ip) return [over(p, { ip: { options: r.pick(IP_OPTIONS) } })];
  if (!p.ip6) return [p];
  const types = ['hbh', 'dst', 'rt'];
  const extensions = r.some(types, r.between(1, 2)).map((type) => ({ type }));
  return [over(p, { ip6: { extensions } })];
};

const TCP_OPTIONS = [
  '080a0000000500000006',
  '020405b4',
  '0204',
  '00',
  '1e0400000000',
  '01010101',
  '0502',
  '0000020405b4',
  '0402080a00000001000000000103030a',
  'fd04ab',
];

const tcpOptions: Distort = (r, p) =>
  p.tcp ? [over(p, { tcp: { options: r.pick(TCP_OPTIONS) } })] : [p];

const length: Distort = (r, p) => {
  const by = r.pick([0, 10, 19, 20, 30, 1500]);
  return [network(p, { length: by }, { length: by })];
};

const twice: Distort = (_, p) => [p, p];

const lost: Distort = () => [];

const otherStation: Distort = (r, p) =>
  p.iif === undefined
    ? [p]
    : [over(p, { ether: { daddr: r.pick(['02:00:00:00:00:77', 'ff:ff:ff:ff:ff:ff']) } })];

const priority: Distort = (_, p) => (p.vlan ? [over(p, { vlan: { pcp: 3 } })] : [p]);

/** Cuts at multiples of eight; sometimes a piece is missing, twice there, or overlaps the next. */
const fragments: Distort = (r, p) => {
  const id = r.below(65536);
  const cut = 8 * r.between(1, 12);
  const second = cut + 8 * r.between(1, 12);
  const overlap = r.percent(10) ? 8 : 0;
  const pieces = r.percent(60)
    ? [
        [0, cut, true],
        [cut - overlap, undefined, false],
      ]
    : [
        [0, cut, true],
        [cut - overlap, second, true],
        [second, undefined, false],
      ];
  const all = pieces.map(([from, to, more]) => {
    const part = { from, ...(to !== undefined && { to }), more };
    return network(p, { id, fragment: part }, { extensions: [{ type: 'frag', id, ...part }] });
  });
  const ordered = r.percent(70) ? all : r.some(all, all.length);
  return r.percent(12) ? ordered.slice(1) : ordered;
};

const atomic: Distort = (r, p) =>
  p.ip6 ? [over(p, { ip6: { extensions: [{ type: 'frag', id: r.below(1000) }] } })] : [p];

/** How often, what, and the words of rules that are about it. */
const KINDS: readonly (readonly [number, Distort, RegExp?])[] = [
  [10, lifetime],
  [10, service, /dscp|ecn|frag-off/],
  [8, badChecksum],
  [8, options, /\b(hbh|dst|rt|srh|rt2|exthdr|ip option)\b/],
  [6, tcpOptions, /tcp option/],
  [4, length],
  [10, twice],
  [6, lost],
  [3, otherStation],
  [3, priority, /vlan pcp/],
  [12, fragments, /frag/],
  [2, atomic, /frag/],
];

/** The packets that arrive where `packet` was sent. */
export function distort(r: Random, packet: Fields, rules = ''): readonly Fields[] {
  if (!r.percent(16)) return [packet];
  const kinds = KINDS.map(([weight, kind, words]) => [wanted(weight, words, rules), kind] as const);
  return r.weighted(kinds)(r, packet);
}
