/** ICMPv6: `icmpv6 type`. The words after the checksum mean something in some messages only. */
import { ipv6Addr } from '../type/address.ts';
import { icmpv6Code, icmpv6Type } from '../type/icmp.ts';
import { integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

const TOO_BIG = { messages: [2] };
const PARAMETER = { messages: [4], word: 'param-problem' };
const ECHO = { messages: [128, 129] };
const QUERY = { messages: [130] };
const REDIRECT = { messages: [137] };
/** Messages with a target address: MLD and neighbour discovery. */
const TARGET = { messages: [130, 131, 132, 135, 136, 137] };

export const icmpv6 = headerRow({
  name: 'icmpv6',
  layer: 'th',
  numbers: { l4proto: [58] },
  network: 'ip6',
  message: ['icmpv6', 'field', 'type'],
  answers: { 129: 128 },
  checksum: { type: 1, at: 2 },
  fields: {
    type: [0, 8, icmpv6Type],
    code: [8, 8, icmpv6Code],
    checksum: [16, 16, integer],
    'parameter-problem': [32, 32, integer, PARAMETER],
    mtu: [32, 32, integer, TOO_BIG],
    id: [32, 16, integer, ECHO],
    sequence: [48, 16, integer, ECHO],
    'max-delay': [32, 16, integer, QUERY],
    taddr: [64, 128, ipv6Addr, TARGET],
    daddr: [192, 128, ipv6Addr, REDIRECT],
  },
});
