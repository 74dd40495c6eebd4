/**
 * The statements of nft: one line per file.
 *
 * Names of several words (`ct count`, `meta secmark set`) lead to their row when all the words
 * follow one another; otherwise the first word is an expression's.
 */
import {
  alt,
  choice,
  expanded,
  expr,
  kw,
  many,
  num,
  opt,
  options,
  type Phrase,
  str,
  time,
  word,
} from '../../parser/phrase.ts';
import type { StatementRow } from '../row.ts';

type Named = Pick<StatementRow, 'name' | 'phrase' | 'writes' | 'terminal' | 'stateful'>;

const natFlags = opt(many('flags', [choice('flag', 'random', 'fully-random', 'persistent')], ','));

/** `to`, `ip to`, `ip6 prefix to`, `ip addr . port to`: the family is one only before these. */
const natLead = opt(
  alt('lead', {
    family: [
      choice('family', 'ip', 'ip6'),
      opt(
        alt('as', {
          concat: [kw('addr'), kw('.'), kw('port')],
          interval: [kw('interval')],
          prefix: [kw('prefix')],
        }),
      ),
      kw('to'),
    ],
    interval: [kw('interval'), kw('to')],
    prefix: [kw('prefix'), kw('to')],
    to: [kw('to')],
  }),
);
const natPhrase: Phrase = [
  natLead,
  opt(expr('addr', 'stmt')),
  opt(kw(':'), expr('port', 'stmt')),
  natFlags,
];
const setPhrase: Phrase = [expr('set', 'setref'), expr('elements', 'elements')];

export const statementRows: readonly Named[] = [
  {
    name: 'counter',
    phrase: [
      opt(
        alt('form', {
          named: [kw('name'), expr('object', 'stmt')],
          start: [options([kw('packets'), num('packets')], [kw('bytes'), num('bytes')])],
        }),
      ),
    ],
    stateful: true,
  },
  {
    name: 'quota',
    phrase: [
      alt('form', {
        named: [kw('name'), expr('object', 'stmt')],
        inline: [
          opt(choice('mode', 'over', 'until')),
          num('bytes'),
          word('unit'),
          opt(kw('used'), num('used'), word('usedUnit')),
        ],
      }),
    ],
    stateful: true,
  },
  {
    name: 'limit',
    phrase: [
      alt('form', {
        named: [kw('name'), expr('object', 'stmt')],
        inline: [
          kw('rate'),
          opt(choice('mode', 'over', 'until')),
          num('rate'),
          opt(word('unit')),
          kw('/'),
          choice('per', 'second', 'minute', 'hour', 'day', 'week'),
          opt(kw('burst'), num('burst'), word('burstUnit')),
        ],
      }),
    ],
    stateful: true,
  },
  {
    name: 'last',
    phrase: [opt(kw('used'), alt('used', { never: [kw('never')], ago: [time('ago')] }))],
    stateful: true,
  },
  { name: 'ct count', phrase: [opt(choice('mode', 'over')), num('count')], stateful: true },
  {
    name: 'log',
    phrase: [
      options(
        [kw('prefix'), expanded('prefix')],
        [kw('group'), num('group')],
        [kw('snaplen'), num('snaplen')],
        [kw('queue-threshold'), num('threshold')],
        [kw('level'), word('level')],
        [
          many('flags', [
            kw('flags'),
            alt('layer', {
              tcp: [kw('tcp'), many('flags', [choice('flag', 'sequence', 'options')], ',')],
              ip: [kw('ip'), kw('options')],
              skuid: [kw('skuid')],
              ether: [kw('ether')],
              all: [kw('all')],
            }),
          ]),
        ],
      ),
    ],
  },
  {
    name: 'reject',
    phrase: [
      opt(
        kw('with'),
        alt('with', {
          icmp: [kw('icmp'), opt(kw('type')), expr('code', 'literal')],
          icmpv6: [kw('icmpv6'), opt(kw('type')), expr('code', 'literal')],
          icmpx: [kw('icmpx'), opt(kw('type')), expr('code', 'literal')],
          tcp: [kw('tcp'), kw('reset')],
        }),
      ),
    ],
    terminal: true,
  },
  { name: 'snat', phrase: natPhrase, writes: 'nat', terminal: true },
  { name: 'dnat', phrase: natPhrase, writes: 'nat', terminal: true },
  {
    name: 'masquerade',
    phrase: [opt(kw('to'), kw(':'), expr('port', 'stmt')), natFlags],
    writes: 'nat',
    terminal: true,
  },
  {
    name: 'redirect',
    phrase: [opt(kw('to'), opt(kw(':')), expr('port', 'stmt')), natFlags],
    writes: 'nat',
    terminal: true,
  },
  {
    name: 'tproxy',
    phrase: [
      opt(choice('family', 'ip', 'ip6')),
      kw('to'),
      opt(expr('addr', 'stmt')),
      opt(kw(':'), expr('port', 'stmt')),
    ],
    writes: 'meta',
  },
  {
    name: 'dup',
    phrase: [kw('to'), expr('to', 'stmt'), opt(kw('device'), expr('device', 'stmt'))],
  },
  {
    name: 'fwd',
    phrase: [
      opt(choice('family', 'ip', 'ip6')),
      kw('to'),
      expr('to', 'stmt'),
      opt(kw('device'), expr('device', 'stmt')),
    ],
    terminal: true,
  },
  {
    name: 'queue',
    phrase: [
      options(
        [kw('flags'), many('flags', [choice('flag', 'bypass', 'fanout')], ',')],
        [many('flags', [choice('flag', 'bypass', 'fanout')], ',')],
        [kw('num'), expr('num', 'literal')],
        [kw('to'), expr('to', 'stmt')],
      ),
    ],
    terminal: true,
  },
  {
    name: 'synproxy',
    phrase: [
      opt(
        alt('form', {
          named: [kw('name'), expr('object', 'stmt')],
          inline: [
            options(
              [kw('mss'), num('mss')],
              [kw('wscale'), num('wscale')],
              [choice('timestamp', 'timestamp')],
              [choice('sackPerm', 'sack-perm')],
            ),
          ],
        }),
      ),
    ],
    terminal: true,
  },
  { name: 'notrack', phrase: [] },
  { name: 'add', phrase: setPhrase },
  { name: 'update', phrase: setPhrase },
  { name: 'delete', phrase: setPhrase },
  {
    name: 'set',
    phrase: [
      choice('action', 'add', 'update', 'delete'),
      expr('elements', 'element'),
      expr('set', 'setref'),
    ],
  },
  {
    name: 'meter',
    phrase: [str('name'), opt(kw('size'), num('size')), expr('elements', 'elements')],
  },
  { name: 'flow', phrase: [choice('verb', 'add', 'offload'), expr('flowtable', 'setref')] },
  { name: 'ct helper set', phrase: [expr('object', 'stmt')] },
  { name: 'ct timeout set', phrase: [expr('object', 'stmt')] },
  { name: 'ct expectation set', phrase: [expr('object', 'stmt')] },
  { name: 'meta secmark set', phrase: [expr('object', 'stmt')] },
  {
    name: 'reset',
    phrase: [kw('tcp'), kw('option'), alt('option', { kind: [num('kind')], name: [word('name')] })],
    writes: 'payload',
  },
  { name: 'xt', phrase: [word('type'), str('target')] },
];
