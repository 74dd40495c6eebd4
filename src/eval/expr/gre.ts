/** GRE: `gre version`, and the packet inside: `gre ip saddr`. */
import { etherType } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { tunnelRow } from './tunnel.ts';

export const gre = tunnelRow(
  {
    name: 'gre',
    layer: 'th',
    numbers: { l4proto: [47] },
    fields: {
      flags: [0, 5, integer],
      version: [13, 3, integer],
      protocol: [16, 16, etherType],
    },
  },
  { type: 3, headerSize: 4, flags: 0xc },
);
