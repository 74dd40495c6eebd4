/** Traps about what rules match. */
import { hits, refused } from './answer.ts';
import type { Section } from './trap.ts';

export const matching: readonly Section[] = [
  {
    title: 'Rules: matching',
    traps: [
      {
        trap: 'In forward the TTL and the hop limit are already lowered.',
        case: 'language/06-ip6-fields',
        shows: (a) => hits(a, 'end', 'a forward')[20],
        is: 0,
      },
      {
        trap: '`tcp flags syn,ack` asks for any of the bits, so `tcp flags 0x0` never matches, and `==` asks for all.',
        case: 'language/60-tcp-flags',
        shows: (a) => [0, 1, 2, 6, 7].map((i) => hits(a, 'end', 'fo')[i]),
        is: [13, 18, 6, 0, 1],
      },
      {
        trap: '`tcp flags != syn` is about the whole byte, `tcp flags ! syn` about the bit.',
        case: 'language/60-tcp-flags',
        shows: (a) => [3, 4].map((i) => hits(a, 'end', 'fo')[i]),
        is: [22, 15],
      },
      {
        trap: 'In sets and verdict maps flags compare as whole values.',
        case: 'language/60-tcp-flags',
        shows: (a) => [
          hits(a, 'end', 'fo')[9],
          hits(a, 'end', 'a'),
          hits(a, 'end', 'd'),
          hits(a, 'end', 'e'),
        ],
        is: [8, [6], [2], [1]],
      },
      {
        trap: '`tcp option X missing` holds for every packet that is not TCP, for later fragments and short segments.',
        case: 'language/73-headers-not-there',
        shows: (a) => [
          hits(a, 'end', 'fo')[25],
          hits(a, 'end', 'fo')[26],
          hits(a, 'end', 'fo')[49],
        ],
        is: [3, 59, 62],
      },
      {
        trap: 'The walk over TCP options does not stop at the end-of-list option.',
        case: 'language/03-tcp-options',
        shows: (a) => hits(a, 'end', 'forward')[26],
        is: 7,
      },
      {
        trap: '`sctp chunk X missing` holds for what is not SCTP.',
        case: 'language/63-sctp-dccp-and-others',
        shows: (a) => hits(a, 'end', 'fo').slice(1, 3),
        is: [1, 37],
      },
      {
        trap: '`!=` on a header that is not there does not match.',
        case: 'language/73-headers-not-there',
        shows: (a) => [2, 3, 15, 16, 20, 21, 44, 46, 47, 48].map((i) => hits(a, 'end', 'fo')[i]),
        is: [3, 9, 0, 0, 0, 0, 0, 0, 0, 0],
      },
      {
        trap: 'Transport loads break on later fragments and past the end; `@th` alone reads any protocol.',
        case: 'language/73-headers-not-there',
        shows: (a) => [4, 7, 9, 10].map((i) => hits(a, 'end', 'fo')[i]),
        is: [22, 42, 36, 15],
      },
      {
        trap: 'What stands before a match that breaks has run: `counter tcp dport 80` counts every packet.',
        case: 'language/73-headers-not-there',
        shows: (a) => [0, 1, 49].map((i) => hits(a, 'end', 'fo')[i]),
        is: [62, 62, 62],
      },
      {
        trap: 'A byte offset above 255 is refused.',
        case: 'language/76-refused-in-the-run',
        shows: (a) => [refused(a, 10), refused(a, 11)],
        is: [true, false],
      },
      {
        trap: '`meta l4proto` is what stands behind all extension headers, `ip6 nexthdr` what the first says.',
        case: 'language/06-ip6-fields',
        shows: (a) => [14, 34].map((i) => hits(a, 'end', 'a forward')[i]),
        is: [2, 4],
      },
      {
        trap: 'One bad IP option hides them all, and a source-routed packet never reaches forward.',
        case: 'language/11-ip-options',
        shows: (a) => [
          hits(a, 'end', 'pre')[0],
          hits(a, 'end', 'pre')[4],
          hits(a, 'end', 'forward')[14],
          hits(a, 'end', 'forward')[17],
          hits(a, 'end', 'forward')[2],
        ],
        is: [1, 1, 0, 0, 9],
      },
      {
        trap: 'A record route is filled in between prerouting and forward, and its pointer moves.',
        case: 'language/11-ip-options',
        on: ['6.12', '6.1'],
        shows: (a) => [hits(a, 'end', 'pre').slice(6, 8), hits(a, 'end', 'forward').slice(8, 10)],
        is: [
          [4, 4],
          [0, 5],
        ],
      },
      {
        trap: '`icmp id` means echo types, `icmp mtu` unreachable ones, `icmp code` alone means no type.',
        case: 'language/64-icmp-fields',
        shows: (a) => [3, 6, 7, 9, 10].map((i) => hits(a, 'end', 'fo')[i]),
        is: [4, 3, 1, 3, 1],
      },
      {
        trap: 'A VLAN tag is rebuilt for `ether type` at ingress, `meta protocol` is the inner one, and an address matches inside the tag.',
        case: 'language/68-vlan-at-ingress',
        shows: (a) => [hits(a, 'end', 'i')[1], hits(a, 'end', 'i')[9]],
        is: [27, 7],
      },
    ],
  },
];
