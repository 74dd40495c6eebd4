/** IGMP: `igmp type`. */
import { igmpType } from '../type/icmp.ts';
import { integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

export const igmp = headerRow({
  name: 'igmp',
  layer: 'th',
  numbers: { l4proto: [2] },
  network: 'ip',
  checksum: { type: 1, at: 2 },
  fields: {
    type: [0, 8, igmpType],
    mrt: [8, 8, integer],
    checksum: [16, 16, integer],
    group: [32, 32, integer],
  },
});
