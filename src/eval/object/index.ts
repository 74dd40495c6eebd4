/**
 * The named objects of nft: one line per file.
 */
import { choice, kw, many, num, opt, quoted, str, time, word } from '../../parser/phrase.ts';
import type { ObjectRow } from './row.ts';

type Named = Pick<ObjectRow, 'name' | 'plural' | 'lines' | 'bare'>;

const l4proto = [kw('protocol'), choice('protocol', 'tcp', 'udp')];
const l3proto = [kw('l3proto'), choice('l3proto', 'ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev')];

export const objectRows: readonly Named[] = [
  {
    name: 'counter',
    plural: 'counters',
    bare: true,
    lines: [[kw('packets'), num('packets'), kw('bytes'), num('bytes')]],
  },
  {
    name: 'quota',
    plural: 'quotas',
    bare: true,
    lines: [
      [
        opt(choice('mode', 'over', 'until')),
        num('bytes'),
        word('unit'),
        opt(kw('used'), num('used'), word('usedUnit')),
      ],
    ],
  },
  {
    name: 'limit',
    plural: 'limits',
    bare: true,
    lines: [
      [
        kw('rate'),
        opt(choice('mode', 'over', 'until')),
        num('rate'),
        opt(word('unit')),
        kw('/'),
        choice('per', 'second', 'minute', 'hour', 'day', 'week'),
        opt(kw('burst'), num('burst'), word('burstUnit')),
      ],
    ],
  },
  {
    name: 'ct helper',
    plural: 'ct helpers',
    bare: false,
    lines: [[kw('type'), quoted('type'), ...l4proto], l3proto],
  },
  {
    name: 'ct timeout',
    plural: 'ct timeouts',
    bare: false,
    lines: [
      l4proto,
      l3proto,
      [
        kw('policy'),
        kw('='),
        kw('{'),
        many('policy', [word('state'), kw(':'), time('timeout')], ','),
        kw('}'),
      ],
    ],
  },
  {
    name: 'ct expectation',
    plural: 'ct expectations',
    bare: false,
    lines: [
      l4proto,
      [kw('dport'), num('dport')],
      [kw('timeout'), time('timeout')],
      [kw('size'), num('size')],
      l3proto,
    ],
  },
  { name: 'secmark', plural: 'secmarks', bare: true, lines: [[str('context')]] },
  {
    name: 'synproxy',
    plural: 'synproxys',
    bare: true,
    lines: [
      [
        kw('mss'),
        num('mss'),
        kw('wscale'),
        num('wscale'),
        opt(choice('timestamp', 'timestamp')),
        opt(choice('sackPerm', 'sack-perm')),
      ],
    ],
  },
];
