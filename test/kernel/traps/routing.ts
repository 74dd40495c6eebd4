/** Traps about routing, martians, fib and sockets. */
import { hits, left, part, size } from './answer.ts';
import type { Section } from './trap.ts';

export const routing: readonly Section[] = [
  {
    title: 'Routing',
    traps: [
      {
        trap: 'TTL 0 and 1 are answered before the forward hook, which never sees them.',
        case: 'nat-routing/70-routing-errors-ip4',
        shows: (a) => [left(a, 0), left(a, 1), left(a, 2)],
        is: [['eth0'], ['eth0'], ['eth1']],
      },
      {
        trap: 'Prohibited, unreachable and missing routes are answered before the TTL is looked at; a blackhole is silent.',
        case: 'nat-routing/70-routing-errors-ip4',
        shows: (a) => [part(a, 25, 20, 22), part(a, 5, 20, 22), part(a, 24, 20, 22), left(a, 11)],
        is: ['030d', '0301', '0300', []],
      },
      {
        trap: '`fib daddr type` of IPv4 asks the local table only: blackholes and prohibited routes are unicast.',
        case: 'nat-routing/70-routing-errors-ip4',
        shows: (a) => hits(a, 'end', 'pre').slice(2, 5),
        is: [0, 0, 0],
      },
      {
        trap: '`fib daddr . mark` looks up with the mark, so a rule for a fwmark changes its answer.',
        case: 'nat-routing/70-routing-errors-ip4',
        shows: (a) => hits(a, 'end', 'pre')[10],
        is: 2,
      },
      {
        trap: 'IPv6 finds a smaller MTU of the route after forward and postrouting have counted the packet, IPv4 before.',
        case: 'nat-routing/22-mtu',
        shows: (a) => [left(a, 9), left(a, 11), hits(a, 'end', 'forward')[0]],
        is: [['eth0'], ['eth0'], 3],
      },
      {
        trap: 'A path MTU that was learned cuts what the router sends itself, not what it forwards.',
        case: 'nat-routing/102-path-mtu-learned',
        on: ['6.12'],
        shows: (a) => [left(a, 5), left(a, 11), left(a, 12)],
        is: [['eth1', 'eth1'], ['eth1'], ['eth1']],
      },
      {
        trap: 'Before 6.12 an error about a UDP packet that no socket sent teaches no path MTU.',
        case: 'nat-routing/102-path-mtu-learned',
        on: ['6.1', '5.10'],
        shows: (a) => left(a, 5),
        is: ['eth1'],
      },
      {
        trap: 'Fragments are put together at -400 and cut again as they came, whatever the order of arrival.',
        case: 'nat-routing/71-fragments-through-nat',
        shows: (a) => [left(a, 2), left(a, 3), [0, 1, 2].map((i) => size(a, 4, i))],
        is: [[], [], [834, 834, 442]],
      },
      {
        trap: 'Fragments that came with DF leave without it.',
        case: 'nat-routing/71-fragments-through-nat',
        shows: (a) => part(a, 7, 6, 8),
        is: '2000',
      },
      {
        trap: 'The chains see a datagram in pieces before -400 and whole behind it.',
        case: 'nat-routing/71-fragments-through-nat',
        shows: (a) => [
          hits(a, 'end', 'raw')[1] > 0,
          hits(a, 'end', 'rest')[1],
          hits(a, 'end', 'rest')[2],
        ],
        is: [true, 0, 14],
      },
      {
        trap: 'A route chain looks up again when mark, address or tos changed; a filter chain that sets the mark does not.',
        case: 'nat-routing/25-route-chain-output',
        shows: (a) => [0, 1, 2].map((i) => left(a, i)),
        is: [['eth2'], ['eth1'], ['eth0']],
      },
      {
        trap: 'In output the device is that of the route before the hook.',
        case: 'nat-routing/25-route-chain-output',
        shows: (a) => hits(a, 'end', 'norr').slice(1),
        is: [7, 0],
      },
    ],
  },
  {
    title: 'Martians, fib, rt and sockets',
    traps: [
      {
        trap: 'Martian sources are dropped after prerouting has counted them; sources in 240/4 are forwarded.',
        case: 'nat-routing/72-martians',
        shows: (a) => [
          [0, 2, 6, 10, 12].map((i) => left(a, i).length),
          left(a, 18),
          hits(a, 'end', 'fo')[1],
        ],
        is: [[0, 0, 0, 0, 0], ['eth1'], 1],
      },
      {
        trap: 'The broadcast address of any own subnet is delivered locally, by whatever device and MAC it came.',
        case: 'nat-routing/72-martians',
        shows: (a) => [38, 39, 42, 43, 46, 47].map((i) => left(a, i).length),
        is: [0, 0, 0, 0, 0, 0],
      },
      {
        trap: 'Before 5.14 the first address of a subnet is a broadcast address too.',
        case: 'nat-routing/72-martians',
        on: ['5.10'],
        shows: (a) => [left(a, 40), left(a, 44)],
        is: [[], []],
      },
      {
        trap: 'A broadcast that bc_forwarding lets through is forwarded even where ip_forward is 0.',
        case: 'nat-routing/413-settings-of-devices',
        shows: (a) => [left(a, 120), left(a, 136), left(a, 168)],
        is: [[], ['eth2'], ['eth2']],
      },
      {
        trap: 'Multicast without a member goes nowhere, not even to input.',
        case: 'nat-routing/72-martians',
        shows: (a) => hits(a, 'end', 'inp')[2],
        is: 0,
      },
      {
        trap: 'Packets to the MAC of another host are dropped before prerouting.',
        case: 'nat-routing/72-martians',
        shows: (a) => hits(a, 'end', 'pre')[0],
        is: 107,
      },
      {
        trap: "The source fec0::/10, ::ffff:0:0/96 and one's own address are forwarded by IPv6.",
        case: 'nat-routing/72-martians',
        shows: (a) => [69, 73, 75].map((i) => left(a, i)),
        is: [['eth1'], ['eth1'], ['eth1']],
      },
      {
        trap: '`rt mtu` is the segment size that fits the route, not the MTU.',
        case: 'nat-routing/73-rt-and-maxseg',
        shows: (a) => hits(a, 'end', 'fo').slice(4, 6),
        is: [9, 6],
      },
      {
        trap: '`rt nexthop` of an on-link destination is the destination, and class 0 lists as "cosmos".',
        case: 'nat-routing/73-rt-and-maxseg',
        shows: (a) => [hits(a, 'end', 'fo')[1], hits(a, 'end', 'fo')[10]],
        is: [4, 27],
      },
      {
        trap: '`socket` finds a local UDP socket bound to the port even for packets that will be forwarded.',
        case: 'nat-routing/74-socket-and-tproxy',
        shows: (a) => [left(a, 0), hits(a, 'end', 'pre')[0]],
        is: [['eth1'], 8],
      },
      {
        trap: '`tproxy` without a transparent socket breaks off its rule.',
        case: 'nat-routing/74-socket-and-tproxy',
        shows: (a) => hits(a, 'end', 'pre').slice(5, 9),
        is: [0, 0, 0, 0],
      },
    ],
  },
];
