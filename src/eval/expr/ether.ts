/** Ethernet: `ether saddr`. */
import { etherAddr } from '../type/address.ts';
import { etherType } from '../type/inet.ts';
import { headerRow } from './header.ts';

export const ether = headerRow({
  name: 'ether',
  layer: 'll',
  numbers: { arphrd: [1] },
  carries: { numbering: 'ethertype', by: ['ether', 'field', 'type'] },
  bits: 112,
  format: { first: ['saddr', 'daddr', 'type'] },
  fields: {
    daddr: [0, 48, etherAddr],
    saddr: [48, 48, etherAddr],
    type: [96, 16, etherType, { next: 'ethertype' }],
  },
});
