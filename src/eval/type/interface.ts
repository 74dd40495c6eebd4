/** Devices: index, link type, group; the type of a packet. */
import { decimal, numeric, parseDecimal, symbolic } from './define.ts';
import { integer } from './integer.ts';
import type { ValueType } from './value-type.ts';

const MAX_INDEX = 0x7fffffffn;

export const ifindex: ValueType = {
  ...numeric({
    name: 'iface_index',
    description: 'network interface index',
    id: 20,
    bits: 32,
    base: integer,
  }),
  parse: (text, scope) => {
    const index = scope.ifindex(text);
    if (index !== undefined) return BigInt(index);
    const number = parseDecimal(text);
    return number !== undefined && number <= MAX_INDEX ? number : 'Interface does not exist';
  },
  print: (value, _bits, scope) => {
    const name = scope.ifname(Number(value));
    return name === undefined ? decimal(value) : `"${name}"`;
  },
  json: (value, _bits, scope) => scope.ifname(Number(value)) ?? decimal(value),
};

/** Link types (ARPHRD_*). */
export const ifaceType: ValueType = symbolic(
  {
    name: 'iface_type',
    description: 'network interface type',
    id: 21,
    bits: 16,
    base: integer,
    described: { hex: true },
  },
  { ether: 1, ppp: 512, ipip: 768, ipip6: 769, loopback: 772, sit: 776, ipgre: 778 },
);

export const devgroup: ValueType = symbolic(
  {
    name: 'devgroup',
    description: 'devgroup name',
    id: 35,
    bits: 32,
    base: integer,
    described: { file: '/usr/share/iproute2/group' },
  },
  { default: 0 },
  decimal,
  '"',
);

export const pktType: ValueType = symbolic(
  { name: 'pkt_type', description: 'packet type', id: 31, bits: 8, base: integer },
  { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 },
);

export const nfProto: ValueType = symbolic(
  { name: 'nf_proto', description: 'netfilter protocol', id: 2, bits: 8, base: integer },
  { ipv4: 2, ipv6: 10 },
);

export const fibAddrType: ValueType = symbolic(
  { name: 'fib_addrtype', description: 'fib address type', id: 38, bits: 32, base: integer },
  {
    unspec: 0,
    unicast: 1,
    local: 2,
    broadcast: 3,
    anycast: 4,
    multicast: 5,
    blackhole: 6,
    unreachable: 7,
    prohibit: 8,
  },
);
