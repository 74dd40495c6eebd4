/** Authentication header: `ah spi`. */
import { inetProto } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

export const ah = headerRow({
  name: 'ah',
  layer: 'th',
  numbers: { l4proto: [51] },
  carries: { numbering: 'l4proto', by: ['ah', 'field', 'nexthdr'] },
  bits: 96,
  fields: {
    nexthdr: [0, 8, inetProto, { next: 'l4proto' }],
    hdrlength: [8, 8, integer],
    reserved: [16, 16, integer],
    spi: [32, 32, integer],
    sequence: [64, 32, integer],
  },
});
