/**
 * The syntax tree of each construct.
 */
import { describe, expect, test } from 'vitest';
import { command, fewWords, read, statements } from './read.ts';

const symbol = (text: string) => ({ kind: 'symbol', text });
const number = (text: string) => ({ kind: 'symbol', text, number: true });
const tcp = (field: string) => ({
  kind: 'selector',
  word: 'tcp',
  args: { field: { text: field } },
});
const ip = (field: string) => ({ kind: 'selector', word: 'ip', args: { field: { text: field } } });
const mark = { kind: 'selector', word: 'meta', args: { key: { text: 'mark' } } };

describe('expressions', () => {
  test.each([
    ['tcp dport 22', { left: tcp('dport'), right: number('22') }],
    ['tcp dport 0x16', { left: tcp('dport'), right: number('22') }],
    ['tcp dport 026', { left: tcp('dport'), right: number('22') }],
    ['tcp dport != ssh', { left: tcp('dport'), op: '!=', right: symbol('ssh') }],
    ['tcp dport ge 1', { left: tcp('dport'), op: '>=', right: number('1') }],
    ['mark 1', { left: mark, right: number('1') }],
    [
      'tcp dport 1-2',
      { left: tcp('dport'), right: { kind: 'range', low: number('1'), high: number('2') } },
    ],
    [
      'ip saddr 10.0.0.0/8',
      {
        left: ip('saddr'),
        right: { kind: 'prefix', base: symbol('10.0.0.0'), length: { value: 8 } },
      },
    ],
    [
      'tcp flags syn,ack',
      { left: tcp('flags'), right: { kind: 'list', parts: [symbol('syn'), symbol('ack')] } },
    ],
    ['ip saddr @bad', { left: ip('saddr'), right: { kind: 'setref', name: 'bad' } }],
    [
      'mark and 0xf or 1 == 2',
      {
        left: {
          kind: 'binop',
          op: '|',
          left: { kind: 'binop', op: '&', left: mark, right: number('15') },
          right: number('1'),
        },
        op: '==',
        right: number('2'),
      },
    ],
    [
      'ip saddr . tcp dport 1.2.3.4 . 22',
      {
        left: { kind: 'concat', parts: [ip('saddr'), tcp('dport')] },
        right: { kind: 'concat', parts: [symbol('1.2.3.4'), number('22')] },
      },
    ],
    [
      'iifname eth*',
      {
        left: { kind: 'selector', word: 'meta', args: { key: { text: 'iifname' } } },
        right: symbol('eth*'),
      },
    ],
    [
      '@th,16,16 53',
      {
        left: {
          kind: 'selector',
          word: '@',
          args: { base: { text: 'th' }, offset: { value: 16 }, length: { value: 16 } },
        },
        right: number('53'),
      },
    ],
  ])('%s', (text, match) => {
    expect(statements(text)).toEqual([{ kind: 'match', ...match }]);
  });

  test('value / mask compares what the mask leaves', () => {
    const value = symbol('syn');
    const mask = { kind: 'binop', op: '|', left: symbol('syn'), right: symbol('ack') };
    expect(statements('tcp flags syn / syn,ack')).toEqual([
      {
        kind: 'match',
        left: { kind: 'binop', op: '&', left: tcp('flags'), right: mask },
        right: value,
      },
    ]);
  });

  test('sets: options, data, a trailing comma, line ends', () => {
    const text = 'add element t s {\n 1 timeout 1h comment "x" : 2 ,\n * counter : accept, }\n';
    expect(command(text).elements).toEqual({
      kind: 'set',
      elements: [
        {
          key: number('1'),
          timeout: { value: 3_600_000 },
          comment: { text: 'x', quoted: true },
          data: number('2'),
        },
        {
          key: { kind: 'wildcard' },
          statements: [{ kind: 'phrase', word: 'counter', args: {} }],
          data: { kind: 'verdict', verdict: 'accept' },
        },
      ],
    });
  });

  test('maps', () => {
    const map = { kind: 'set', elements: [{ key: number('1'), data: number('2') }] };
    expect(statements('mark set tcp dport map { 1 : 2 }')).toEqual([
      { kind: 'assign', target: mark, value: { kind: 'map', key: tcp('dport'), map } },
    ]);
    expect(statements('tcp dport vmap @m')).toEqual([
      { kind: 'vmap', key: tcp('dport'), map: { kind: 'setref', name: 'm' } },
    ]);
  });
});

describe('phrases', () => {
  const phrase = (word: string, args: object) => [{ kind: 'phrase', word, args }];

  test.each([
    ['counter', 'counter', {}],
    ['counter packets 1 bytes 2', 'counter', { packets: { value: 1 }, bytes: { value: 2 } }],
    ['log group 1 prefix "a"', 'log', { group: { value: 1 }, prefix: { text: 'a', quoted: true } }],
    ['limit rate 5/second', 'limit', { rate: { value: 5 }, per: { text: 'second' } }],
    [
      'limit rate 5 mbytes/minute',
      'limit',
      { rate: { value: 5 }, unit: { text: 'mbytes' }, per: { text: 'minute' } },
    ],
    ['last used 1m5s', 'last', { ago: { value: 65_000 } }],
    ['ct helper set "ftp"', 'ct helper set', { object: { ...symbol('ftp'), quoted: true } }],
    ['tag x { b 1; a 2; }', 'tag', { name: { text: 'x' }, a: { value: 2 }, b: { value: 1 } }],
    [
      'dnat to 1.2.3.4:80 random,persistent',
      'dnat',
      {
        lead: { which: 'to', args: {} },
        addr: symbol('1.2.3.4'),
        port: number('80'),
        flags: [{ text: 'random' }, { text: 'persistent' }],
      },
    ],
    [
      'dnat ip to 1.2.3.4',
      'dnat',
      { lead: { which: 'family', args: { family: { text: 'ip' } } }, addr: symbol('1.2.3.4') },
    ],
    ['dnat ip saddr', 'dnat', { addr: ip('saddr') }],
    [
      'add @s { ip saddr timeout 5s }',
      'add',
      {
        set: { kind: 'setref', name: 's' },
        elements: {
          kind: 'set',
          elements: [{ key: ip('saddr'), timeout: { value: 5000 } }],
        },
      },
    ],
  ])('%s', (text, word, args) => {
    expect(statements(text)).toEqual(phrase(word, args));
  });

  test('leading words of several words give way to a selector of the first', () => {
    const ct = { kind: 'selector', word: 'ct', args: { key: { text: 'mark' } } };
    expect(statements('ct mark set 1')).toEqual([
      { kind: 'assign', target: ct, value: number('1') },
    ]);
  });
});

describe('blocks', () => {
  test('a table and all that stands in it', () => {
    const text = `table inet t {
  comment "a table"
  flags dormant
  chain c {
    type filter hook ingress devices = { eth0, "eth1" } priority filter - 5; policy drop;
    jump { accept }
    tcp dport 22 accept comment "ssh"
  }
  set s { type ipv4_addr . mark; flags interval, timeout; timeout 1d; size 5; auto-merge
    elements = { 1 } }
  map m { typeof ip saddr : mark; counter
  }
  counter n { packets 1 bytes 2 }
  ct helper h { type "ftp" protocol tcp; l3proto ip; }
  flowtable f { hook ingress priority 0; devices = { eth0 }; flags offload; counter; }
}
`;
    expect(command(text.replace('{ accept }', '{ accept; }'))).toMatchSnapshot();
  });

  test('a chain in one line', () => {
    const text = 'add chain ip t c { type filter hook input priority -10 ; policy accept ; }\n';
    expect(command(text)).toMatchObject({
      object: 'chain',
      handle: { family: { name: 'ip' }, table: { text: 't' }, chain: { text: 'c' } },
      block: { hook: { priority: { base: { text: '-10' } } }, policy: { text: 'accept' } },
    });
  });
});

describe('commands', () => {
  test.each([
    [
      'flush ruleset ip6',
      { verb: 'flush', object: 'ruleset', handle: { family: { name: 'ip6' } } },
    ],
    ['delete table handle 5', { object: 'table', handle: { handle: { value: 5 } } }],
    ['delete rule t c handle 5', { object: 'rule', handle: { handle: { value: 5 } } }],
    ['insert rule t c index 2 accept', { verb: 'insert', handle: { index: { value: 2 } } }],
    ['t c accept', { verb: 'add', object: 'rule', handle: { chain: { text: 'c' } } }],
    ['rename chain t c d', { verb: 'rename', newName: { text: 'd' } }],
    ['list sets table inet t', { object: 'sets', handle: { table: { text: 't' } } }],
    ['list ct helpers table t', { object: 'ct helpers', handle: { table: { text: 't' } } }],
    ['list ct helper t h', { object: 'ct helper', handle: { name: { text: 'h' } } }],
    ['reset rules', { verb: 'reset', object: 'rules' }],
    ['get element t s { 1 }', { verb: 'get', object: 'element' }],
    ['describe tcp dport', { verb: 'describe', expr: { word: 'tcp' } }],
    ['monitor new rules', { monitor: { event: { text: 'new' }, object: { text: 'rules' } } }],
    ['add counter t n', { object: 'counter', handle: { name: { text: 'n' } } }],
    ['add counter t n packets 1 bytes 2', { block: { args: { packets: { value: 1 } } } }],
    ['list hooks inet', { object: 'hooks', handle: { family: { name: 'inet' } } }],
  ])('%s', (text, like) => {
    expect(command(`${text}\n`)).toMatchObject(like);
  });

  test('several on a line, with or without a last line end', () => {
    const { ruleset, diagnostics } = read(fewWords, 'add table a; add table b');
    expect(diagnostics).toEqual([]);
    expect(ruleset.commands).toHaveLength(2);
  });
});
