/** Traps about sets, limits, batches and other state. */
import { handles, hits, left, refused } from './answer.ts';
import type { Section } from './trap.ts';

export const state: readonly Section[] = [
  {
    title: 'Rules: state and changes',
    traps: [
      {
        trap: 'Accept in one chain does not stop the next one of the same hook; chains of one priority run the last registered first, families mixed.',
        case: 'language/32-hook-order',
        shows: (a) => [
          hits(a, 'end', 'zfirst f')[1],
          hits(a, 'end', 'mid f').slice(1, 4),
          hits(a, 'end', 'added f'),
        ],
        is: [0, [2, 0, 5], [3, 3]],
      },
      {
        trap: 'A limit by packets begins full with its burst, one by bytes with its rate and its burst.',
        case: 'language/69-limits-and-quotas',
        shows: (a) => [hits(a, 'end', 'fo')[2], hits(a, 'end', 'fo')[3]],
        is: [5, 5],
      },
      {
        trap: 'A packet that lands exactly on the bytes of a quota is still under it.',
        case: 'language/69-limits-and-quotas',
        on: ['6.12', '6.1'],
        shows: (a) => hits(a, 'a', 'fo')[12],
        is: 4,
      },
      {
        trap: 'Linux 5.10 counts the packet that uses a quota up as over it.',
        case: 'language/69-limits-and-quotas',
        on: ['5.10'],
        shows: (a) => hits(a, 'a', 'fo')[12],
        is: 5,
      },
      {
        trap: '`add @set` on a full set breaks the rule for what is new and passes for what is there.',
        case: 'language/70-dynamic-sets',
        shows: (a) => hits(a, 'a', 'fo').slice(0, 2),
        is: [4, 4],
      },
      {
        trap: '`delete @set` never breaks, and what it deleted takes its place until it is collected.',
        case: 'language/70-dynamic-sets',
        shows: (a) => [hits(a, 'c', 'fo')[5], hits(a, 'c', 'fo')[2]],
        is: [3, 6],
      },
      {
        trap: 'Connections in TIME_WAIT or CLOSE do not count for `ct count`.',
        case: 'language/71-ct-count',
        shows: (a) => [left(a, 11).length, left(a, 14).length],
        is: [1, 1],
      },
      {
        trap: 'Adding an element that is there is silently fine; with other data it is refused, and `create` always is.',
        case: 'language/78-elements-again',
        shows: (a) => [4, 5, 6, 7, 8, 9, 10, 11].map((i) => refused(a, i)),
        is: [false, true, false, false, true, true, false, true],
      },
      {
        trap: 'An element of a concatenation with ranges inside another one is refused, a wider one that holds neither end is not.',
        case: 'language/78-elements-again',
        shows: (a) => [26, 27, 28, 30].map((i) => refused(a, i)),
        is: [false, true, true, false],
      },
      {
        trap: 'Before 6.12 the same first word made a narrower concatenation pass for the same.',
        case: 'language/78-elements-again',
        on: ['6.1'],
        shows: (a) => refused(a, 31),
        is: false,
      },
      {
        trap: 'Fifteen jumps below a base chain run, one more is refused wherever it would be added, by a map as well.',
        case: 'language/77-jump-depth',
        shows: (a) => [0, 4, 5, 8, 9, 11].map((i) => refused(a, i)),
        is: [false, true, true, true, true, true],
      },
      {
        trap: 'A batch with one command that fails changes nothing.',
        case: 'language/72-handles-and-batches',
        shows: (a) => [9, 10, 11].map((i) => refused(a, i)),
        is: [true, true, false],
      },
      {
        trap: 'A chain that is jumped to is busy, unless the batch flushed the jump before.',
        case: 'language/72-handles-and-batches',
        shows: (a) => [12, 13].map((i) => refused(a, i)),
        is: [true, false],
      },
      {
        trap: 'Chains, sets and rules take handles from one counter of the table, which a refused batch uses up too.',
        case: 'language/72-handles-and-batches',
        on: ['6.12'],
        shows: (a) => [handles(a, 'a', 'fo'), handles(a, 'b', 'fo')],
        is: [[10, 12, 11, 4, 6, 7, 8], [18]],
      },
      {
        trap: '`add table` without flags wakes a dormant table, whose rules stayed.',
        case: 'language/72-handles-and-batches',
        shows: (a) => [hits(a, 'b', 'fo'), hits(a, 'c', 'fo')],
        is: [[0], [1, 1]],
      },
      {
        trap: 'Defragmentation begins with the first `ct` expression, in the middle of a run; chains before -400 still see fragments.',
        case: 'language/74-tracking-begins-and-ends',
        shows: (a) => [
          hits(a, 'loaded', 'mid')[1],
          hits(a, 'tracked', 'mid')[1],
          hits(a, 'tracked', 'early')[1] > hits(a, 'loaded', 'early')[1],
        ],
        is: [5, 5, true],
      },
      {
        trap: 'A catch-all element makes `!= @set` match always before 6.12, and counts for it.',
        case: 'language/67-sets-and-maps',
        on: ['6.1'],
        shows: (a) => hits(a, 'end', 'pre').slice(5, 7),
        is: [34, 34],
      },
    ],
  },
];
