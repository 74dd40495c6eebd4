/** UDP: `udp dport`. */
import { inetService } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { headerRow } from './header.ts';

const PSEUDO = { pseudo: true } as const;

export const udp = headerRow({
  name: 'udp',
  layer: 'th',
  numbers: { l4proto: [17] },
  oldChecksum: { type: 1, at: 6 },
  fields: {
    sport: [0, 16, inetService, PSEUDO],
    dport: [16, 16, inetService, PSEUDO],
    length: [32, 16, integer, PSEUDO],
    checksum: [48, 16, integer, PSEUDO],
  },
});
