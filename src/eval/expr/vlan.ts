/** 802.1Q tags: `vlan id`. */
import { etherType } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

export const vlan = headerRow({
  name: 'vlan',
  layer: 'll',
  numbers: { ethertype: [0x8100, 0x88a8] },
  carries: { numbering: 'ethertype', by: ['vlan', 'field', 'type'] },
  bits: 32,
  fields: {
    pcp: [0, 3, integer],
    dei: [3, 1, integer],
    cfi: [3, 1, integer],
    id: [4, 12, integer],
    type: [16, 16, etherType, { next: 'ethertype' }],
  },
});
