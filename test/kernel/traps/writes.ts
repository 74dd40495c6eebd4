/** Traps about what rules write. */
import { hits, left, part, refused, sent } from './answer.ts';
import type { Section } from './trap.ts';

export const writes: readonly Section[] = [
  {
    title: 'Rules: writes',
    traps: [
      {
        trap: '`maxseg size set` only lowers, and the rule goes on where it changes nothing.',
        case: 'language/61-tcp-option-writes',
        shows: (a) => hits(a, 'end', 'fo').slice(0, 2),
        is: [23, 21],
      },
      {
        trap: '`reset tcp option` leaves NOPs, and drops the packet whose options run past the header.',
        case: 'language/61-tcp-option-writes',
        shows: (a) => hits(a, 'end', 'fo').slice(9, 13),
        is: [24, 3, 89, 64],
      },
      {
        trap: 'One-byte options cannot be set.',
        case: 'language/76-refused-in-the-run',
        shows: (a) => refused(a, 9),
        is: true,
      },
      {
        trap: 'Writes to raw bytes of the transport header mend no checksum.',
        case: 'language/33-payload-writes-v4',
        shows: (a) => [part(a, 16, 26, 28), part(a, 17, 26, 28)],
        is: ['9930', '0000'],
      },
      {
        trap: '`ip daddr set` leaves a UDP checksum of zero alone.',
        case: 'language/33-payload-writes-v4',
        on: ['6.12'],
        shows: (a) => part(a, 9, 26, 28),
        is: '0000',
      },
      {
        trap: 'Where a VLAN tag stood aside, 5.10 writes over the network header instead of the tag.',
        case: 'language/85-vlan-at-ingress-nft-0.9.8',
        on: ['5.10'],
        shows: (a) => [left(a, 8), left(a, 9)],
        is: [[], []],
      },
      {
        trap: 'Addresses written to the Ethernet header in forward are seen by later rules and overwritten by the neighbour; in egress they reach the wire.',
        case: 'language/40-ether-writes',
        shows: (a) => [
          hits(a, 'end', 'forward')[2],
          sent(a, 8).map((f) => f.slice(0, 29)),
          sent(a, 2).map((f) => f.slice(0, 17)),
        ],
        is: [1, ['eth1 02ff00000002020000000002'], ['eth1 023333333333']],
      },
      {
        trap: 'A pkttype set to host at ingress makes a frame for another station be routed.',
        case: 'language/40-ether-writes',
        shows: (a) => [left(a, 4), left(a, 5)],
        is: [[], ['eth1']],
      },
      {
        trap: 'After tracking has summed a packet, `udp sport set` makes UDP of more than 76 bytes to the machine itself vanish without an error.',
        case: 'fuzz/rewritten-after-tracking',
        on: ['6.12'],
        shows: (a) => [0, 1].map((i) => left(a, i)),
        is: [['eth0'], []],
      },
    ],
  },
];
