/** IP payload compression: `comp cpi`. */
import { inetProto } from '../type/inet.ts';
import { bitmask, integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

export const comp = headerRow({
  name: 'comp',
  layer: 'th',
  numbers: { l4proto: [108] },
  carries: { numbering: 'l4proto', by: ['comp', 'field', 'nexthdr'] },
  bits: 32,
  fields: {
    nexthdr: [0, 8, inetProto, { next: 'l4proto' }],
    flags: [8, 8, bitmask],
    cpi: [16, 16, integer],
  },
});
