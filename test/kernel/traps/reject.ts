/** Traps about `reject`. */
import { hits, left, part, size } from './answer.ts';
import type { Section } from './trap.ts';

export const reject: readonly Section[] = [
  {
    title: 'Reject',
    traps: [
      {
        trap: 'Six ICMP errors go to a host at once, then one a second; the counter counts all packets.',
        case: 'nat-routing/69-reject-limits',
        shows: (a) => [left(a, 5), left(a, 6), left(a, 12), left(a, 13), hits(a, 'end', 'fo')[0]],
        is: [['eth0'], [], ['eth0'], [], 49],
      },
      {
        trap: 'The errors of the router share the bucket, whatever their type; resets have none.',
        case: 'nat-routing/69-reject-limits',
        shows: (a) => [20, 88, 99].map((i) => left(a, i)),
        is: [['eth0'], ['eth0'], ['eth0']],
      },
      {
        trap: 'Packets with wrong checksums, later fragments, broadcasts and ICMP errors are dropped without an answer.',
        case: 'nat-routing/69-reject-limits',
        shows: (a) => [27, 28, 33, 34, 38, 40].map((i) => left(a, i)),
        is: [[], [], [], [], [], []],
      },
      {
        trap: 'A first fragment that is not put together yet gets no answer, for its checksum cannot be right.',
        case: 'nat-routing/69-reject-limits',
        shows: (a) => left(a, 32),
        is: [],
      },
      {
        trap: 'Quotes are cut so that the packet is 576 bytes in IPv4, 1280 in IPv6.',
        case: 'nat-routing/69-reject-limits',
        shows: (a) => [size(a, 49), size(a, 50)],
        is: [590, 590],
      },
      {
        trap: 'IPv6 quotes fill 1280 bytes.',
        case: 'nat-routing/68-reject-forward-ip6',
        shows: (a) => [size(a, 6), size(a, 7)],
        is: [1294, 1294],
      },
      {
        trap: 'IPv6 errors carry traffic class 0, whatever the packet had.',
        case: 'nat-routing/68-reject-forward-ip6',
        shows: (a) => [3, 4, 5].map((i) => part(a, i, 0, 4)),
        is: ['60000000', '60000000', '60000000'],
      },
      {
        trap: 'A reset answers an ACK with its number and no ACK flag, anything else with RST, ACK and the sum of what it carried.',
        case: 'nat-routing/68-reject-forward-ip6',
        shows: (a) => [part(a, 10, 44, 54), part(a, 11, 44, 54)],
        is: ['00000000000003e95014', '00000063000000005004'],
      },
      {
        trap: 'No reset answers a reset.',
        case: 'nat-routing/68-reject-forward-ip6',
        shows: (a) => left(a, 12),
        is: [],
      },
      {
        trap: 'IPv4 errors keep the low bits of the DSCP and lose the high one.',
        case: 'nat-routing/69-reject-limits',
        shows: (a) => [part(a, 49, 1, 2), part(a, 50, 1, 2)],
        is: ['da', 'c8'],
      },
      {
        trap: '`reject` works in prerouting, where there is no route yet.',
        case: 'nat-routing/69-reject-limits',
        shows: (a) => [21, 22, 23].map((i) => left(a, i)),
        is: [['eth0'], ['eth0'], ['eth0']],
      },
      {
        trap: 'In the bridge family the answer leaves by the port that the packet came by, with its VLAN tag, and passes no chain of ip.',
        case: 'nat-routing/76-reject-bridge',
        shows: (a) => [left(a, 0), left(a, 24), hits(a, 'end', 'i outp')],
        is: [['eth0'], ['eth0'], [0]],
      },
      {
        trap: 'The bridge drops packets with wrong checksums without an answer.',
        case: 'nat-routing/76-reject-bridge',
        shows: (a) => [left(a, 29), left(a, 27)],
        is: [[], []],
      },
      {
        trap: 'Reject in output fails the sending, and its answer comes back in by the loopback device.',
        case: 'nat-routing/17-reject-icmpx-every-hook',
        shows: (a) => [left(a, 7), left(a, 8), hits(a, 'end', 'input').slice(3, 6)],
        is: [[], [], [1, 1, 2]],
      },
      {
        trap: "Reject in output is silent about the machine's own echo replies, whose sender holds the ICMP socket.",
        case: 'fuzz/reject-own-reply',
        shows: (a) => [hits(a, 'end', 'out'), hits(a, 'end', 'in')],
        is: [[9], [5]],
      },
    ],
  },
];
