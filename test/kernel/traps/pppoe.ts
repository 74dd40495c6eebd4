/** Traps about PPPoE sessions. */
import { hits, left, line, part, size } from './answer.ts';
import type { Section } from './trap.ts';

export const pppoe: readonly Section[] = [
  {
    title: 'PPPoE',
    traps: [
      {
        trap: 'At a session no packet has a link-layer header: `ether` and `@ll` match nothing, from its ingress to postrouting.',
        case: 'nat-routing/970-pppoe-hooks',
        shows: (a) => [[0, 3, 6, 7].map((i) => hits(a, 'end', 'p')[i]), hits(a, 'end', 'post')[3]],
        is: [[6, 0, 0, 0], 0],
      },
      {
        trap: 'At the device below, `ip saddr` does not look behind the header of PPPoE; `@nh` begins with that header.',
        case: 'nat-routing/970-pppoe-hooks',
        shows: (a) => [3, 4, 8].map((i) => hits(a, 'end', 'e')[i]),
        is: [6, 6, 0],
      },
      {
        trap: 'On the way out the mark goes through the session, what is behind the header of PPPoE is no longer looked at.',
        case: 'nat-routing/971-pppoe-egress',
        shows: (a) => [15, 12].map((i) => hits(a, 'end', 'e')[i]),
        is: [3, 0],
      },
      {
        trap: 'Frames of a session that were for everybody are packets for the machine, and forwarded.',
        case: 'nat-routing/972-pppoe-frames',
        shows: (a) => [3, 4, 5].map((i) => left(a, i)),
        is: [[], ['eth1'], ['eth1']],
      },
      {
        trap: 'Version, type and code of the header of PPPoE are not looked at.',
        case: 'nat-routing/972-pppoe-frames',
        shows: (a) => [6, 7].map((i) => left(a, i)),
        is: [['eth1'], ['eth1']],
      },
      {
        trap: 'Up to 5.10 a session takes a protocol number of one byte.',
        case: 'nat-routing/972-pppoe-frames',
        shows: (a) => hits(a, 'end', 'p')[0],
        is: 27,
        on: ['5.10'],
      },
      {
        trap: 'Pieces that leave by a session are cut anew where they are IPv6.',
        case: 'nat-routing/978-pppoe-beside',
        shows: (a) => [0, 1].map((i) => size(a, 15, i)),
        is: [1302, 246],
      },
      {
        trap: 'A session does not come back with the device below it.',
        case: 'nat-routing/974-pppoe-up-and-down',
        shows: (a) => [11, 17].map((i) => left(a, i)),
        is: [['eth0'], []],
      },
      {
        trap: 'What stands behind the length in the header of PPPoE is cut on the slow path; on the fast path it leaves with the packet.',
        case: 'flowtable/975-pppoe-flow',
        shows: (a) => size(a, 9),
        is: 70,
        on: ['6.12.117', '6.1'],
      },
      {
        trap: 'A flow is of a session, not of its station: on the fast path frames of any sender are taken.',
        case: 'flowtable/975-pppoe-flow',
        shows: (a) => [11, 12, 13].map((i) => left(a, i)),
        is: [[], ['eth1'], ['eth1']],
        on: ['6.12.117', '6.1'],
      },
      {
        trap: 'The padding of a short frame is packet to a session on the fast path: the length of PPPoE covers it.',
        case: 'flowtable/975-pppoe-flow',
        shows: (a) => part(a, 16, 4, 6),
        is: '0032',
        on: ['6.12.117', '6.1'],
      },
      {
        trap: 'When a session has ended, its flows still take what comes in by it.',
        case: 'flowtable/975-pppoe-flow',
        shows: (a) => [50, 51].map((i) => left(a, i)),
        is: [[], ['eth1']],
        on: ['6.12.117', '6.1'],
      },
      {
        trap: 'The flowtable may list the session or the device below it; before 5.13 only the session is of use.',
        case: 'flowtable/976-pppoe-flow-devices',
        shows: (a) => line(a, 'flows', 'tcp', 'sport=2000'),
        is: /\[OFFLOAD\]/,
      },
    ],
  },
];
