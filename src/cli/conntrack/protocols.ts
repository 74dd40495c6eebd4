/**
 * What `-p PROTO` adds: options of the protocol, which commands take them, what they set.
 *
 * One row per protocol; `legal` as in options.ts.
 */
import {
  DCCP_STATE_NAMES,
  ROLE_CLIENT,
  ROLE_SERVER,
} from '../../datapath/conntrack/proto/dccp-state.ts';
import { SCTP_STATE_NAMES } from '../../datapath/conntrack/proto/sctp-state.ts';
import { TCP_STATE_NAMES } from '../../datapath/conntrack/proto/tcp-state.ts';
import { type Given, usageError } from './command.ts';
import { atoi, strtoul } from './number.ts';

export interface ProtocolOption {
  readonly name: string;
  readonly long: readonly string[];
  readonly legal: string;
  set(given: Given, value: string): void;
}

export interface ProtocolRow {
  readonly name: string;
  readonly protonum: number;
  readonly options: readonly ProtocolOption[];
  /** Names that go together, and what is said where neither couple is whole. */
  readonly couples: readonly { readonly names: readonly string[]; readonly message: string }[];
}

const ANY = '23223020001110000003';
const REPLY = '23223020000110000003';
const OF_EXPECT = '00000000001000000000';
const STATE = '21222020000000000001';
const ICMP_NEEDED = '21221020000000000001';
const ICMP_FREE = '22222020000000000002';
const VTAG = '01202000001000000001';
const ROLE = '01000000001000000001';

const half = (value: string): number => atoi(value) & 0xffff;
const key = (value: string): number => strtoul(value) & 0xffff;

type Number16 = (value: string) => number;

/** Source and destination "ports" of both directions, masks and expectations. */
function ends(
  [src, dst]: readonly [string, string],
  noun: string,
  reply: string,
  read: Number16,
): ProtocolOption[] {
  const option = (
    name: string,
    legal: string,
    set: (given: Given, value: number) => void,
    ...more: string[]
  ): ProtocolOption => ({
    name,
    long: [...more, name],
    legal,
    set: (given, value) => set(given, read(value)),
  });
  return [
    option(src, ANY, (g, v) => (g.original.sport = v), `orig-${noun}-src`),
    option(dst, ANY, (g, v) => (g.original.dport = v), `orig-${noun}-dst`),
    option(`reply-${noun}-src`, reply, (g, v) => (g.reply.sport = v)),
    option(`reply-${noun}-dst`, reply, (g, v) => (g.reply.dport = v)),
    option(`mask-${noun}-src`, OF_EXPECT, (g, v) => (g.mask.sport = v)),
    option(`mask-${noun}-dst`, OF_EXPECT, (g, v) => (g.mask.dport = v)),
  ];
}

const expected = (noun: string, read: Number16): ProtocolOption[] => [
  {
    name: `tuple-${noun}-src`,
    long: [`tuple-${noun}-src`],
    legal: OF_EXPECT,
    set: (g, v) => (g.expected.sport = read(v)),
  },
  {
    name: `tuple-${noun}-dst`,
    long: [`tuple-${noun}-dst`],
    legal: OF_EXPECT,
    set: (g, v) => (g.expected.dport = read(v)),
  },
];

const state = (names: readonly string[], complaint: string, extra?: string): ProtocolOption => ({
  name: 'state',
  long: ['state'],
  legal: STATE,
  set(given, value) {
    // LISTEN is what SYN_SENT2 was called before 2.6.31
    const index = value === extra ? names.indexOf('SYN_SENT2') : names.indexOf(value);
    if (index < 0) throw usageError(`${complaint} state \`${value}'`);
    given.state = index;
  },
});

const couples = (
  [src, dst]: readonly [string, string],
  noun: string,
  [replySrc, replyDst]: readonly [string, string],
) => [
  { names: [src, dst], message: `you have to specify \`--${src}' and \`--${dst}'` },
  {
    names: [`reply-${noun}-src`, `reply-${noun}-dst`],
    message: `you have to specify \`--${replySrc}' and \`--${replyDst}'`,
  },
];

const PORTS = ['sport', 'dport'] as const;
const PORT_COUPLES = couples(PORTS, 'port', ['reply-src-port', 'reply-dst-port']);

const ports = (...more: ProtocolOption[]): ProtocolOption[] => [
  ...ends(PORTS, 'port', REPLY, half),
  ...more,
  ...expected('port', half),
];

const udpLike = (name: string, protonum: number): ProtocolRow => ({
  name,
  protonum,
  options: ports(),
  couples: PORT_COUPLES,
});

const number = (
  name: string,
  legal: string,
  set: (given: Given, value: number) => void,
  read: Number16,
): ProtocolOption => ({ name, long: [name], legal, set: (g, v) => set(g, read(v)) });

const icmpLike = (name: string, protonum: number): ProtocolRow => ({
  name,
  protonum,
  options: [
    number(`${name}-type`, ICMP_NEEDED, (g, v) => (g.icmpType = v & 0xff), atoi),
    number(`${name}-code`, ICMP_NEEDED, (g, v) => (g.icmpCode = v & 0xff), atoi),
    number(`${name}-id`, ICMP_FREE, (g, v) => (g.icmpId = v), half),
  ],
  couples: [],
});

const role: ProtocolOption = {
  name: 'role',
  long: ['role'],
  legal: ROLE,
  set(given, value) {
    if (value !== 'client' && value !== 'server') throw usageError(`Unknown DCCP role \`${value}'`);
    given.role = value === 'client' ? ROLE_CLIENT : ROLE_SERVER;
  },
};

export const PROTOCOLS: readonly ProtocolRow[] = [
  {
    name: 'tcp',
    protonum: 6,
    options: ports(state(TCP_STATE_NAMES, 'unknown TCP', 'LISTEN')),
    couples: PORT_COUPLES,
  },
  udpLike('udp', 17),
  udpLike('udplite', 136),
  {
    name: 'sctp',
    protonum: 132,
    options: [
      ...ports(state(SCTP_STATE_NAMES.slice(0, -1), 'unknown SCTP')),
      number('orig-vtag', VTAG, (g, v) => (g.origVtag = v), atoi),
      number('reply-vtag', VTAG, (g, v) => (g.replyVtag = v), atoi),
    ],
    couples: PORT_COUPLES,
  },
  {
    name: 'dccp',
    protonum: 33,
    options: [...ports(state(DCCP_STATE_NAMES, 'Unknown DCCP')), role],
    couples: couples(PORTS, 'port', ['reply-port-src', 'report-port-dst']),
  },
  {
    name: 'gre',
    protonum: 47,
    options: [...ends(['srckey', 'dstkey'], 'key', ANY, key), ...expected('key', key)],
    couples: couples(['srckey', 'dstkey'], 'key', ['reply-src-key', 'reply-dst-key']),
  },
  icmpLike('icmp', 1),
  icmpLike('icmpv6', 58),
];

/** /etc/protocols, of those that have no row. */
const OTHER_PROTOCOLS: Readonly<Record<string, number>> = {
  ip: 0,
  hopopt: 0,
  igmp: 2,
  ggp: 3,
  ipencap: 4,
  st: 5,
  egp: 8,
  igp: 9,
  pup: 12,
  hmp: 20,
  'xns-idp': 22,
  rdp: 27,
  'iso-tp4': 29,
  xtp: 36,
  ddp: 37,
  'idpr-cmtp': 38,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  idrp: 45,
  rsvp: 46,
  esp: 50,
  ah: 51,
  skip: 57,
  'ipv6-icmp': 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  rspf: 73,
  vmtp: 81,
  eigrp: 88,
  ospf: 89,
  'ax.25': 93,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  isis: 124,
  fc: 133,
  'mobility-header': 135,
  'mpls-in-ip': 137,
  manet: 138,
  hip: 139,
  shim6: 140,
  wesp: 141,
  rohc: 142,
  ethernet: 143,
};

/** `tcp`, `esp` or a number; undefined: no such protocol. */
export function findProtocol(text: string): ProtocolRow | undefined {
  const known = PROTOCOLS.find((p) => p.name === text.toLowerCase());
  if (known) return known;
  const other = OTHER_PROTOCOLS[text.toLowerCase()];
  const protonum = other ?? (/^(0x[0-9a-f]+|\d+)$/i.test(text) ? strtoul(text) : Number.NaN);
  if (Number.isNaN(protonum) || protonum > 255) return undefined;
  const numbered = other === undefined && PROTOCOLS.find((p) => p.protonum === protonum);
  return numbered || { name: 'unknown', protonum, options: [], couples: [] };
}
