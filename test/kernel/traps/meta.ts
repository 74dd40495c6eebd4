/** Traps about `meta`. */
import { hits, left, refused } from './answer.ts';
import type { Section } from './trap.ts';

export const meta: readonly Section[] = [
  {
    title: 'Rules: meta',
    traps: [
      {
        trap: '`meta priority` in forward comes from the tos for IPv4 only.',
        case: 'language/13-meta-keys',
        shows: (a) => hits(a, 'end', 'forward').slice(14, 20),
        is: [43, 43, 1, 2, 2, 5],
      },
      {
        trap: '`meta length` is the IP packet, the padding of the frame is off.',
        case: 'language/13-meta-keys',
        shows: (a) => hits(a, 'end', 'forward').slice(0, 2),
        is: [4, 40],
      },
      {
        trap: '`meta skuid` breaks on packets without a socket, also with `!=`.',
        case: 'language/65-meta-of-local-packets',
        shows: (a) => [
          hits(a, 'end', 'pre').slice(0, 2),
          hits(a, 'end', 'fo')[0],
          hits(a, 'end', 'outp').slice(1, 3),
        ],
        is: [[0, 0], 0, [13, 13]],
      },
      {
        trap: 'A device that is not there is 0 or "" and so matches `!=`; its type and group break.',
        case: 'language/65-meta-of-local-packets',
        shows: (a) => hits(a, 'end', 'pre').slice(2, 6),
        is: [18, 18, 0, 0],
      },
      {
        trap: 'A packet whose pkttype was set to broadcast, multicast or other is dropped before forward.',
        case: 'language/66-meta-set',
        shows: (a) => [0, 1, 2].map((i) => [hits(a, 'end', 'pre')[i], left(a, 3 * i)]),
        is: [
          [3, []],
          [3, []],
          [3, []],
        ],
      },
      {
        trap: '`meta sdifname` is refused in prerouting and output, `fib ... oif` in output.',
        case: 'language/76-refused-in-the-run',
        shows: (a) => [1, 3, 4].map((i) => refused(a, i)),
        is: [true, true, true],
      },
      {
        trap: "The machine's own packet that is dropped in output leaves nothing.",
        case: 'language/65-meta-of-local-packets',
        shows: (a) => [left(a, 1), left(a, 6)],
        is: [[], []],
      },
    ],
  },
];
