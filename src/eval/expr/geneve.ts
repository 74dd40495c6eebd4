/** Geneve: `geneve vni`, and the frame inside: `geneve ip saddr`. */
import { etherType } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { tunnelRow } from './tunnel.ts';

export const geneve = tunnelRow(
  {
    name: 'geneve',
    layer: 'tun',
    numbers: {},
    over: 'udp',
    fields: {
      type: [16, 16, etherType],
      vni: [32, 24, integer],
    },
  },
  { type: 2, headerSize: 8, flags: 0xf },
);
