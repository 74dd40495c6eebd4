/** 802.1Q tags: `vlan id`. */
import { etherType } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { type HeaderSpec, headerRow } from './header.ts';

const spec: HeaderSpec = {
  name: 'vlan',
  layer: 'll',
  numbers: { ethertype: [0x8100, 0x88a8] },
  carries: { numbering: 'ethertype', by: ['vlan', 'field', 'type'] },
  bits: 32,
  paired: true,
  straysIn: ['ip', 'ip6', 'arp'],
  fields: {
    pcp: [0, 3, integer],
    dei: [3, 1, integer],
    cfi: [3, 1, integer],
    id: [4, 12, integer],
    type: [16, 16, etherType, { next: 'ethertype' }],
  },
};

export const vlan = headerRow(spec);
