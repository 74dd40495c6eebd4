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
  // nft knows them in this order, and loses its way where it splits bytes into them.
  fields: {
    type: [0, 8, igmpType],
    checksum: [16, 16, integer],
    mrt: [8, 8, integer],
    group: [32, 32, integer],
  },
});
