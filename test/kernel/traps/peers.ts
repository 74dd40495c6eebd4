/** Traps about what simulators tend to miss. */
import { hits, left, part } from './answer.ts';
import type { Section } from './trap.ts';

export const peers: readonly Section[] = [
  {
    title: 'What simulators tend to miss',
    traps: [
      {
        trap: 'Each base chain ends by its own policy, and no later chain undoes a drop.',
        case: 'nat-routing/80-policies-and-verdicts',
        shows: (a) => [left(a, 8), hits(a, 'end', 'nxt')[0]],
        is: [[], 27],
      },
      {
        trap: 'Accept ends only its own base chain: a later one may still drop.',
        case: 'nat-routing/80-policies-and-verdicts',
        shows: (a) => [left(a, 0), left(a, 2), left(a, 4)],
        is: [['eth1'], [], []],
      },
      {
        trap: '`return` in a base chain is its policy, and so is the end of a chain that `goto` went to.',
        case: 'nat-routing/80-policies-and-verdicts',
        shows: (a) => [10, 12, 14, 41, 42, 43].map((i) => left(a, i)),
        is: [[], [], [], ['eth1'], ['eth1'], ['eth1']],
      },
      {
        trap: 'A policy changed in the run counts from the next packet on.',
        case: 'nat-routing/80-policies-and-verdicts',
        shows: (a) => [44, 47, 50, 53].map((i) => left(a, i)),
        is: [['eth1'], [], [], ['eth0']],
      },
      {
        trap: 'A queue nobody reads drops, with `bypass` it is as if accepted.',
        case: 'nat-routing/80-policies-and-verdicts',
        shows: (a) => [18, 20].map((i) => left(a, i)),
        is: [[], ['eth1']],
      },
      {
        trap: 'A mark, an element, a state that a rule sets is what the rest of the rule reads.',
        case: 'language/86-what-a-rule-does',
        shows: (a) => [1, 4, 6, 12].map((i) => hits(a, 'end', 'fo')[i]),
        is: [42, 3, 32, 3],
      },
      {
        trap: 'A verdict map that accepts ends all, one that jumps comes back, one that misses breaks its rule.',
        case: 'language/86-what-a-rule-does',
        shows: (a) => [hits(a, 'end', 'x'), hits(a, 'end', 'fo')[9]],
        is: [[6], 6],
      },
      {
        trap: '`reject with tcp reset` asks for TCP at the head of its rule, before the counters.',
        case: 'language/86-what-a-rule-does',
        shows: (a) => [hits(a, 'end', 'fo')[10], left(a, 36)],
        is: [3, ['eth0']],
      },
      {
        trap: 'A list of flags tests any bit, a set compares whole values.',
        case: 'language/87-any-of-and-whole-values',
        shows: (a) => [18, 19].map((i) => hits(a, 'end', 'fo')[i]),
        is: [10, 8],
      },
      {
        trap: 'Ranges include both ends, in sets too.',
        case: 'language/87-any-of-and-whole-values',
        shows: (a) => [17, 20, 21, 22].map((i) => hits(a, 'end', 'pre')[i]),
        is: [32, 6, 5, 4],
      },
      {
        trap: 'A device name with a star compares the beginning, with an escaped star the star itself.',
        case: 'language/87-any-of-and-whole-values',
        shows: (a) => hits(a, 'end', 'pre').slice(0, 5),
        is: [36, 31, 0, 0, 0],
      },
      {
        trap: 'In prerouting there is no output device: `oifname "lo"` never matches, `!=` always.',
        case: 'language/87-any-of-and-whole-values',
        shows: (a) => hits(a, 'end', 'pre').slice(6, 8),
        is: [0, 36],
      },
      {
        trap: "Numbers in the machine's byte order compare as numbers, ranges too.",
        case: 'language/87-any-of-and-whole-values',
        shows: (a) => hits(a, 'end', 'pre').slice(11, 17),
        is: [36, 0, 36, 36, 36, 36],
      },
      {
        trap: 'A `dnat ip6` is passed over for IPv4, and the packet goes on as it was.',
        case: 'nat-routing/81-nat-once-per-flow',
        shows: (a) => [hits(a, 'a', 'n pre')[3], left(a, 6), left(a, 23)],
        is: [2, ['eth1'], ['eth2']],
      },
      {
        trap: '`masquerade` by a device without an address takes one of another device.',
        case: 'nat-routing/81-nat-once-per-flow',
        shows: (a) => [left(a, 34), part(a, 34, 12, 16)],
        is: [['eth3'], 'c0a80101'],
      },
      {
        trap: '`dnat to :p` keeps the address.',
        case: 'nat-routing/81-nat-once-per-flow',
        shows: (a) => [part(a, 8, 16, 20), part(a, 8, 22, 24)],
        is: ['c6336407', '0063'],
      },
      {
        trap: 'Flushed nat rules bind new flows no more, and go on for those that they bound.',
        case: 'nat-routing/81-nat-once-per-flow',
        shows: (a) => [left(a, 45), left(a, 47), left(a, 48)],
        is: [['eth2'], ['eth1'], ['eth0']],
      },
    ],
  },
];
