/** Traps about flowtables. */
import { line } from './answer.ts';
import type { Section } from './trap.ts';

export const flowtable: readonly Section[] = [
  {
    title: 'Flowtables: when a flow is made',
    traps: [
      {
        trap: 'A TCP connection is offloaded by the ACK that ends its handshake, not by the SYN-ACK.',
        case: 'flowtable/01-tcp-v4-lifetime',
        on: ['6.12', '6.1'],
        shows: (a) => [line(a, 'synack', 'sport=47562'), line(a, 'offloaded', 'sport=47562')],
        is: [/SYN_RECV/, /\[OFFLOAD\]/],
      },
    ],
  },
];
