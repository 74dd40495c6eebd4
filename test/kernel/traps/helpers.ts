/** Traps about tables that fill, expectations, helpers and synproxies. */
import { hits, left, lines, part, sent } from './answer.ts';
import type { Section } from './trap.ts';

export const helpers: readonly Section[] = [
  {
    title: 'Connection tracking: full tables and helpers',
    traps: [
      {
        trap: 'A table that is full of assured connections refuses the next one; a minute later the collector has taken those that close, never established ones.',
        case: 'conntrack/601-full-of-assured',
        on: ['6.12', '6.1'],
        shows: (a) => [
          lines(a, 'refused').length,
          lines(a, 'collected', 'TIME_WAIT').length,
          lines(a, 'collected', 'ESTABLISHED').length,
        ],
        is: [100, 0, 95],
      },
      {
        trap: 'The packet that asks for one expectation more than nf_conntrack_expect_max is dropped.',
        case: 'conntrack/602-expectations-limited',
        shows: (a) => [left(a, 1), left(a, 2)],
        is: [['eth1'], []],
      },
      {
        trap: 'A frame that a tracking bridge floods leaves by every port, and its copies make one entry.',
        case: 'conntrack/603-floods-over-a-tracking-bridge',
        shows: (a) => [left(a, 0), lines(a, 'unknown', 'sport=1 dport=2').length],
        is: [['p2', 'p3'], 1],
      },
      {
        trap: 'With nf_conntrack_helper, which Linux 6.0 took away, ftp and tftp get their helper by the port alone.',
        case: 'conntrack/609-helpers-by-port',
        on: ['5.10'],
        shows: (a) => [
          lines(a, 'on', 'dport=21 ', 'helper=ftp').length,
          lines(a, 'off', 'sport=40001', 'helper=').length,
        ],
        is: [1, 0],
      },
    ],
  },
  {
    title: 'Routing: redirects',
    traps: [
      {
        trap: 'A redirect that is taken in changes the next hop of that one address, also for packets that pass through.',
        case: 'nat-routing/611-redirects-taken',
        on: ['6.12'],
        shows: (a) => [3, 4, 5].map((i) => sent(a, i)[0]?.slice(0, 17)),
        is: ['eth1 02ff00000003', 'eth1 02ff00000003', 'eth1 02ff00000002'],
      },
      {
        trap: 'A redirect to a hop whose link address is not known only asks for it.',
        case: 'nat-routing/611-redirects-taken',
        on: ['6.12'],
        shows: (a) => [sent(a, 50)[0]?.slice(5, 17), sent(a, 51)[0]?.slice(5, 17)],
        is: ['ffffffffffff', '02ff00000002'],
      },
      {
        trap: 'Before 6.12 a redirect about a UDP packet that no socket sent teaches nothing.',
        case: 'nat-routing/611-redirects-taken',
        on: ['6.1', '5.10'],
        shows: (a) => [3, 4].map((i) => sent(a, i)[0]?.slice(5, 17)),
        is: ['02ff00000002', '02ff00000002'],
      },
      {
        trap: 'A new route leaves what was learned, `ip route flush cache` does not.',
        case: 'nat-routing/611-redirects-taken',
        on: ['6.12'],
        shows: (a) => [69, 77].map((i) => sent(a, i)[0]?.slice(5, 17)),
        is: ['02ff00000005', '02ff00000002'],
      },
      {
        trap: 'The first thing that is learned of an address sends every flow by the same next hop through the slow path once.',
        case: 'flowtable/618-learned-paths-and-flows',
        on: ['6.12'],
        shows: (a) => [hits(a, '2', 'fo')[0], hits(a, 'other', 'fo')[0]],
        is: [6, 9],
      },
      {
        trap: 'A device that does not forward takes IPv6 redirects, from its router alone, and packets that pass through follow them.',
        case: 'nat-routing/625-ip6-redirects',
        on: ['6.12'],
        shows: (a) => [3, 4, 14].map((i) => sent(a, i)[0]?.slice(5, 17)),
        is: ['02ff00000003', '02ff00000003', '02ff00000002'],
      },
    ],
  },
  {
    title: 'Synproxies',
    traps: [
      {
        trap: 'To the server goes the MSS that the cookie remembers: 1300 where the client said 1400.',
        case: 'conntrack/631-synproxy-in-forward',
        shows: (a) => part(a, 2, 40, 44),
        is: '02040514',
      },
      {
        trap: 'The SYN,ACK that a synproxy sends for an untracked SYN is invalid in output.',
        case: 'conntrack/631-synproxy-in-forward',
        on: ['6.12', '6.1'],
        shows: (a) => hits(a, 'a_plain', 'w outp')[3],
        is: 2,
      },
      {
        trap: 'Before 6.12 a synproxy drops IPv6, as it sums the header as one of IPv4.',
        case: 'conntrack/632-synproxy-objects-and-ip6',
        on: ['6.1', '5.10'],
        shows: (a) => left(a, 1),
        is: [],
      },
      {
        trap: 'A cookie is good for one to two minutes.',
        case: 'conntrack/631-synproxy-in-forward',
        shows: (a) => [
          lines(a, 'a_late', 'sport=1008 ').length,
          lines(a, 'a_in_time', 'sport=1009 ').length,
        ],
        is: [0, 1],
      },
    ],
  },
];
