/** UDP-Lite: `udplite dport`. */
import { inetService } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

export const udplite = headerRow({
  name: 'udplite',
  layer: 'th',
  numbers: { l4proto: [136] },
  fields: {
    sport: [0, 16, inetService],
    dport: [16, 16, inetService],
    csumcov: [32, 16, integer],
    checksum: [48, 16, integer],
  },
});
