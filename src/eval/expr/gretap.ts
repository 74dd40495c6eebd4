/** Ethernet in GRE: `gretap ether saddr`. */
import { tunnelRow } from './tunnel.ts';

export const gretap = tunnelRow(
  { name: 'gretap', layer: 'th', numbers: { l4proto: [47] }, fields: {} },
  { type: 4, headerSize: 4, flags: 0xe },
);
