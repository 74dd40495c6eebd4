/** Traps about hooks and their order. */
import { hits, left, monitor, sent } from './answer.ts';
import type { Section } from './trap.ts';

export const hooks: readonly Section[] = [
  {
    title: 'Hooks',
    traps: [
      {
        trap: 'In a VRF a received packet passes prerouting twice: by its port, then by the VRF.',
        case: 'nat-routing/75-vrf',
        shows: (a) => hits(a, 'end', 'pre').slice(0, 2),
        is: [21, 22],
      },
      {
        trap: 'Input and forward see the VRF as the device, `sdifname` still names the port.',
        case: 'nat-routing/75-vrf',
        shows: (a) => [hits(a, 'end', 'inp').slice(0, 4), hits(a, 'end', 'fo').slice(0, 2)],
        is: [
          [0, 11, 11, 0],
          [10, 0],
        ],
      },
      {
        trap: "The machine's own packets pass output and postrouting twice in a VRF, forwarded ones postrouting once.",
        case: 'nat-routing/75-vrf',
        shows: (a) => [hits(a, 'end', 'outp').slice(0, 2), hits(a, 'end', 'po').slice(0, 3)],
        is: [
          [11, 11],
          [11, 13, 8],
        ],
      },
      {
        trap: 'Of chains of one priority the one registered last runs first, across tables and families, also where it comes in the run.',
        case: 'nat-routing/78-same-priority',
        shows: (a) => [hits(a, 'end', 'f4'), hits(a, 'end', 'f3').slice(0, 2)],
        is: [
          [6, 6],
          [0, 0],
        ],
      },
      {
        trap: 'A filter chain at -100 that is younger than the nat hook runs before it.',
        case: 'nat-routing/78-same-priority',
        shows: (a) => hits(a, 'end', 'a pf'),
        is: [0, 11],
      },
      {
        trap: 'Egress chains see the Ethernet header: ARP output is 42 bytes, input 28.',
        case: 'nat-routing/77-arp-chains',
        shows: (a) => [hits(a, 'end', 'inp')[13], hits(a, 'end', 'outp').slice(3, 5)],
        is: [21, [11, 0]],
      },
      {
        trap: 'In ARP output there is no link header yet that a rule could read.',
        case: 'nat-routing/77-arp-chains',
        shows: (a) => [hits(a, 'end', 'inp')[12], hits(a, 'end', 'outp')[8]],
        is: [22, 0],
      },
      {
        trap: 'The copy of `dup to` in prerouting leaves with a TTL less one and DF set.',
        case: 'nat-routing/38-dup-and-fwd',
        shows: (a) => sent(a, 0).map((f) => f.slice(-f.length + 5).slice(28 + 12, 28 + 18)),
        is: ['00003f', '40003f'],
      },
      {
        trap: '`fwd ip to` lowers the TTL and drops at 1.',
        case: 'nat-routing/38-dup-and-fwd',
        shows: (a) => [left(a, 7), left(a, 8)],
        is: [['eth2'], []],
      },
      {
        trap: 'A flooding bridge counts once per port in forward and postrouting; a broadcast passes input too.',
        case: 'nat-routing/39-bridge-family',
        shows: (a) => [left(a, 0), left(a, 8), hits(a, 'end', 'in')],
        is: [
          ['eth1', 'eth2'],
          ['eth0', 'eth1'],
          [2, 2],
        ],
      },
      {
        trap: 'The trace prints rules as they were when it began: counters of that moment, for ever.',
        case: 'language/75-trace-of-changing-rules',
        on: ['6.12'],
        shows: (a) => monitor(a, 'packets 100 bytes 1000').length > 5,
        is: true,
      },
      {
        trap: 'Rules added later print as unknown, with their handle.',
        case: 'language/75-trace-of-changing-rules',
        on: ['6.12'],
        shows: (a) => monitor(a, 'unknown rule handle').length > 0,
        is: true,
      },
      {
        trap: 'A ruleset that replaces another in one batch keeps TCP windows; where nobody tracks for a moment, they are forgotten.',
        case: 'fuzz/reload-keeps-windows',
        shows: (a) => [3, 6, 11].map((i) => left(a, i)),
        is: [[], [], ['eth1']],
      },
    ],
  },
];
