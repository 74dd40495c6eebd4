/** What Internet headers carry: protocols, services, DSCP, TCP flags, DCCP types, mobility types. */
import {
  decimal,
  hex,
  numeric,
  parseDecimal,
  parseNumber,
  scanDecimal,
  symbolic,
} from './define.ts';
import { bitmask, integer } from './integer.ts';
import { protocols } from './protocols.ts';
import { services } from './services.ts';
import type { Symbols, ValueType } from './value-type.ts';

type Names = Readonly<Record<number, string>>;

/** name -> number, of a table of names by number; the first number of a name counts. */
function byName(table: Names): Map<string, bigint> {
  const map = new Map<string, bigint>();
  for (const [number, names] of Object.entries(table))
    for (const name of names.split(' ')) if (!map.has(name)) map.set(name, BigInt(number));
  return map;
}

const firstNames = (table: Names): Symbols =>
  Object.entries(table).map(([number, names]) => [names.split(' ')[0]!, BigInt(number)]);

const firstName = (table: Names, value: bigint): string | undefined =>
  table[Number(value)]?.split(' ')[0];

/** Words of the language itself that stand for protocols, some of which the table has not. */
const PROTOCOL_WORDS = [
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp'],
  ...['esp', 'ah', 'comp', 'gre'],
];
const UNLISTED = { icmpv6: 58n, comp: 108n } as const;
const protocolNumbers = new Map([...byName(protocols), ...Object.entries(UNLISTED)]);

export const inetProto: ValueType = {
  ...numeric({
    name: 'inet_proto',
    description: 'Internet protocol',
    id: 12,
    bits: 8,
    order: 'big',
    base: integer,
    described: { as: firstNames(protocols) },
  }),
  words: PROTOCOL_WORDS,
  parse: (text) => {
    const number = parseNumber(text);
    if (number !== undefined) return number > 255n ? 'Protocol out of range' : number;
    return protocolNumbers.get(text) ?? 'Could not resolve protocol name';
  },
  print: (value, _bits, _scope, options) =>
    (options.numericProtocol ? undefined : firstName(protocols, value)) ?? decimal(value),
  json: (value, _bits, _scope, options) =>
    (options.numericProtocol || options.inRange ? undefined : firstName(protocols, value)) ??
    Number(value),
};

let servicePorts: ReadonlyMap<string, bigint> | undefined;

/** Few rules name services, of which there are many. */
function portOf(service: string): bigint | undefined {
  servicePorts ??= byName(services);
  return servicePorts.get(service);
}

export const inetService: ValueType = {
  ...numeric({
    name: 'inet_service',
    description: 'internet network service',
    id: 13,
    bits: 16,
    order: 'big',
    base: integer,
  }),
  scan: scanDecimal,
  parse: (text) => {
    const number = parseNumber(text) ?? parseDecimal(text);
    if (number !== undefined) return number > 65535n ? 'Service out of range' : number;
    return portOf(text) ?? 'Could not resolve service: Servname not supported for ai_socktype';
  },
  print: (value, _bits, _scope, options) => {
    const name = options.service && !options.inRange ? firstName(services, value) : undefined;
    return name === undefined ? decimal(value) : `"${name}"`;
  },
  json: (value, _bits, _scope, options) =>
    (options.service && !options.inRange ? firstName(services, value) : undefined) ?? Number(value),
};

export const etherType: ValueType = symbolic(
  {
    name: 'ether_type',
    description: 'Ethernet protocol',
    id: 10,
    bits: 16,
    order: 'big',
    base: integer,
  },
  { ip: 0x0800, arp: 0x0806, ip6: 0x86dd, '8021q': 0x8100, '8021ad': 0x88a8, vlan: 0x8100 },
  hex(4),
);

export const arpOp: ValueType = symbolic(
  {
    name: 'arp_op',
    description: 'ARP operation',
    id: 11,
    bits: 16,
    order: 'big',
    base: integer,
    described: { hex: true },
  },
  { request: 1, reply: 2, rrequest: 3, rreply: 4, inrequest: 8, inreply: 9, nak: 10 },
);

export const dscp: ValueType = symbolic(
  {
    name: 'dscp',
    description: 'Differentiated Services Code Point',
    id: 36,
    bits: 6,
    described: { hex: true },
    order: 'big',
    base: integer,
  },
  {
    cs0: 0x00,
    cs1: 0x08,
    cs2: 0x10,
    cs3: 0x18,
    cs4: 0x20,
    cs5: 0x28,
    cs6: 0x30,
    cs7: 0x38,
    df: 0x00,
    be: 0x00,
    lephb: 0x01,
    af11: 0x0a,
    af12: 0x0c,
    af13: 0x0e,
    af21: 0x12,
    af22: 0x14,
    af23: 0x16,
    af31: 0x1a,
    af32: 0x1c,
    af33: 0x1e,
    af41: 0x22,
    af42: 0x24,
    af43: 0x26,
    va: 0x2c,
    ef: 0x2e,
  },
  hex(2),
);

export const ecn: ValueType = symbolic(
  {
    name: 'ecn',
    description: 'Explicit Congestion Notification',
    id: 37,
    bits: 2,
    described: { hex: true },
    order: 'big',
    base: integer,
  },
  { 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 },
  hex(0),
);

export const tcpFlag: ValueType = {
  ...symbolic(
    { name: 'tcp_flag', description: 'TCP flag', id: 15, bits: 8, base: bitmask, bitmask: true },
    {
      fin: 0x01,
      syn: 0x02,
      rst: 0x04,
      psh: 0x08,
      ack: 0x10,
      urg: 0x20,
      ecn: 0x40,
      cwr: 0x80,
    },
    hex(0),
  ),
};

export const dccpPktType: ValueType = symbolic(
  {
    name: 'dccp_pkttype',
    description: 'DCCP packet type',
    id: 16,
    bits: 4,
    order: 'big',
    base: integer,
  },
  {
    request: 0,
    response: 1,
    data: 2,
    ack: 3,
    dataack: 4,
    closereq: 5,
    close: 6,
    reset: 7,
    sync: 8,
    syncack: 9,
  },
);

export const mhType: ValueType = symbolic(
  {
    name: 'mh_type',
    description: 'Mobility Header Type',
    id: 17,
    bits: 8,
    order: 'big',
    base: integer,
  },
  {
    'binding-refresh-request': 0,
    'home-test-init': 1,
    'careof-test-init': 2,
    'home-test': 3,
    'careof-test': 4,
    'binding-update': 5,
    'binding-acknowledgement': 6,
    'binding-error': 7,
    'fast-binding-update': 8,
    'fast-binding-acknowledgement': 9,
    'fast-binding-advertisement': 10,
    'experimental-mobility-header': 11,
    'home-agent-switch-message': 12,
  },
);

/** No name of its own; prints like an integer. */
export const mptcpSubtype: ValueType = symbolic(
  {
    name: 'integer',
    description: 'mptcp option subtype',
    id: 4,
    bits: 4,
    order: 'big',
    base: integer,
  },
  {
    'mp-capable': 0,
    'mp-join': 1,
    dss: 2,
    'add-addr': 3,
    'remove-addr': 4,
    'mp-prio': 5,
    'mp-fail': 6,
    'mp-fastclose': 7,
    'mp-tcprst': 8,
  },
);
