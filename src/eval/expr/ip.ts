/** IPv4: `ip saddr`, and its options: `ip option ra value`. */
import { ipv4Addr } from '../type/address.ts';
import { dscp, ecn, inetProto } from '../type/inet.ts';
import { hexInteger, integer } from '../type/integer.ts';
import { type HeaderSpec, headerRow } from './header.ts';
import { optionFields, withOptions } from './option.ts';

const spec: HeaderSpec = {
  name: 'ip',
  layer: 'nh',
  numbers: { ethertype: [0x0800], nfproto: [2] },
  carries: { numbering: 'l4proto', by: ['meta', 'key', 'l4proto'] },
  checksum: { type: 1, at: 10 },
  format: {
    hidden: ['version', 'hdrlength', 'frag-off'],
    first: ['saddr', 'daddr', 'dscp', 'ecn', 'ttl', 'id', 'protocol', 'length'],
  },
  fields: {
    version: [0, 4, integer],
    hdrlength: [4, 4, integer],
    dscp: [8, 6, dscp],
    ecn: [14, 2, ecn],
    length: [16, 16, integer, { pseudo: true }],
    id: [32, 16, integer],
    'frag-off': [48, 16, hexInteger(0)],
    ttl: [64, 8, integer],
    protocol: [72, 8, inetProto, { next: 'l4proto', pseudo: true }],
    checksum: [80, 16, integer],
    saddr: [96, 32, ipv4Addr, { pseudo: true }],
    daddr: [128, 32, ipv4Addr, { pseudo: true }],
  },
};

const route = optionFields([
  ['type', 0, 8, integer],
  ['length', 8, 8, integer],
  ['ptr', 16, 8, integer],
  ['addr', 24, 32, ipv4Addr],
]);

export const ip = headerRow(spec, (_, header) =>
  withOptions(header, {
    op: 'ipv4',
    network: 'ip',
    options: {
      lsrr: { number: 131, fields: route },
      rr: { number: 7, fields: route },
      ssrr: { number: 137, fields: route },
      ra: {
        number: 148,
        fields: optionFields([
          ['type', 0, 8, integer],
          ['length', 8, 8, integer],
          ['value', 16, 16, integer],
        ]),
      },
    },
  }),
);
