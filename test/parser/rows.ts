/**
 * A vocabulary of a few words, one for each kind of part that a phrase may have.
 */

import type { Vocabulary } from '../../src/parser/index.ts';
import {
  alt,
  block,
  choice,
  expr,
  kw,
  many,
  num,
  opt,
  options,
  quoted,
  str,
  time,
  word,
} from '../../src/parser/phrase.ts';

export const small: Vocabulary = {
  keys: [
    { name: 'tcp', phrase: [word('field', ['sport', 'dport', 'flags', 'seq', 'ack'])] },
    { name: 'ip', phrase: [word('field', ['saddr', 'daddr', 'protocol', 'dscp', 'ttl'])] },
    {
      name: 'meta',
      phrase: [word('key', ['mark', 'iifname'], { message: 'no key %s', whole: true })],
      unqualified: ['mark', 'iifname'],
      settable: true,
    },
    {
      name: 'ct',
      phrase: [opt(choice('dir', 'original', 'reply')), word('key', ['state', 'mark'])],
      settable: true,
    },
    {
      name: 'numgen',
      phrase: [
        choice('mode', 'inc', 'random'),
        kw('mod'),
        num('mod'),
        opt(kw('offset'), num('offset')),
      ],
    },
    { name: 'jhash', phrase: [expr('of', 'concat'), kw('mod'), num('mod')] },
    { name: '@', phrase: [word('base'), kw(','), num('offset'), kw(','), num('length')] },
  ],
  statements: [
    {
      name: 'counter',
      phrase: [opt(kw('packets'), num('packets'), kw('bytes'), num('bytes'))],
      stateful: true,
    },
    {
      name: 'log',
      phrase: [options([kw('prefix'), quoted('prefix')], [kw('group'), num('group')])],
    },
    {
      name: 'limit',
      phrase: [
        kw('rate'),
        num('rate'),
        opt(word('unit')),
        kw('/'),
        choice('per', 'second', 'minute'),
      ],
      stateful: true,
    },
    {
      name: 'dnat',
      phrase: [
        opt(alt('lead', { family: [choice('family', 'ip', 'ip6'), kw('to')], to: [kw('to')] })),
        opt(expr('addr', 'stmt')),
        opt(kw(':'), expr('port', 'stmt')),
        opt(many('flags', [choice('flag', 'random', 'persistent')], ',')),
      ],
    },
    { name: 'add', phrase: [expr('set', 'setref'), expr('elements', 'elements')] },
    { name: 'ct helper set', phrase: [expr('object', 'stmt')] },
    { name: 'last', phrase: [opt(kw('used'), time('ago'))], stateful: true },
    { name: 'tag', phrase: [str('name'), block([kw('a'), num('a')], [kw('b'), num('b')])] },
  ],
  objects: [
    {
      name: 'counter',
      plural: 'counters',
      bare: true,
      lines: [[opt(kw('packets'), num('packets'), kw('bytes'), num('bytes'))]],
    },
    {
      name: 'ct helper',
      plural: 'ct helpers',
      bare: false,
      lines: [
        [kw('type'), quoted('type'), kw('protocol'), choice('protocol', 'tcp', 'udp')],
        [kw('l3proto'), choice('l3proto', 'ip', 'ip6')],
      ],
    },
  ],
};
