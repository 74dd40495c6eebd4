/** IPv6: `ip6 saddr`. */
import { ipv6Addr } from '../type/address.ts';
import { dscp, ecn, inetProto } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

export const ip6 = headerRow({
  name: 'ip6',
  layer: 'nh',
  numbers: { ethertype: [0x86dd], nfproto: [10] },
  carries: { numbering: 'l4proto', by: ['meta', 'key', 'l4proto'] },
  format: {
    hidden: ['version'],
    first: ['saddr', 'daddr', 'dscp', 'ecn', 'hoplimit', 'flowlabel', 'nexthdr', 'length'],
  },
  fields: {
    version: [0, 4, integer],
    dscp: [4, 6, dscp],
    ecn: [10, 2, ecn],
    flowlabel: [12, 20, integer],
    length: [32, 16, integer, { pseudo: true }],
    nexthdr: [48, 8, inetProto, { next: 'l4proto', pseudo: true }],
    hoplimit: [56, 8, integer],
    saddr: [64, 128, ipv6Addr, { pseudo: true }],
    daddr: [192, 128, ipv6Addr, { pseudo: true }],
  },
});
