/** VXLAN: `vxlan vni`, and the frame inside: `vxlan ip saddr`. */
import { bitmask, integer } from '../type/integer.ts';
import { tunnelRow } from './tunnel.ts';

export const vxlan = tunnelRow(
  {
    name: 'vxlan',
    layer: 'tun',
    numbers: {},
    over: 'udp',
    fields: {
      flags: [0, 8, bitmask],
      vni: [32, 24, integer],
    },
  },
  { type: 1, headerSize: 8, flags: 0xf },
);
