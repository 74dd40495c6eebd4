/** What get, reset, destroy and the echo answer, and numbers in listings: as nft 1.1.3 has them. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/eval/index.ts';
import { commandLine } from '../../../src/parser/index.ts';
import { nftParser } from '../../../src/replay/language.ts';
import { complaint, type Nft, nft } from './nft.ts';

function asked(run: Nft, text: string, options = {}): string {
  const { commands } = nftParser().parse(commandLine(`${text}\n`)).ruleset;
  return evaluate(commands, run.target, options).output;
}

function ruleset(...commands: string[]): Nft {
  const run = nft();
  for (const command of commands) expect(run(command).err).toBe('');
  return run;
}

test('get element shows a set without its comment, its types by their names', () => {
  const run = ruleset(
    'add table t',
    'add map t m { typeof ip saddr . tcp dport : meta mark; comment "x"; }',
    'add element t m { 1.1.1.1 . 5 : 6 }',
  );
  expect(run('get element t m { 1.1.1.1 . 5 }').out).toBe(
    'table ip t {\n\tmap m {\n\t\ttype ipv4_addr . inet_service : mark\n' +
      '\t\telements = { 1.1.1.1 . 5 : 0x00000006 }\n\t}\n}\n',
  );
});

describe('get element', () => {
  const run = ruleset(
    'add table t',
    'add set t s { type ipv4_addr; elements = { 1.1.1.1, 2.2.2.2 }; }',
    'add set t i { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 12.1.1.1 }; }',
    'add set t c { type ipv4_addr . inet_service; flags interval; elements = { 1.1.1.0/24 . 1-100 }; }',
  );

  test.each([
    ['s { 2.2.2.2, 1.1.1.1 }', '1.1.1.1, 2.2.2.2'],
    ['i { 12.1.1.1, 10.3.3.3 }', '12.1.1.1, 10.0.0.0/8'],
    ['i { 10.1.1.1, 10.2.2.2 }', '10.0.0.0/8, 10.0.0.0/8'],
    ['c { 1.1.1.5 . 10 }', '1.1.1.0/24 . 1-100'],
  ])('%s', (wanted, elements) => {
    expect(run(`get element t ${wanted}`).out).toContain(`elements = { ${elements} }`);
  });

  test('a key whose parts lie in no element', () => {
    expect(complaint(run('get element t c { 1.1.1.5 . 101 }'))).toBe(
      'Could not process rule: No such file or directory',
    );
  });
});

test.each([
  ['6.12', ['rules', 'set t s', 'element t s { 1.1.1.1 }', 'counters'], []],
  ['6.1', ['counters'], ['rules', 'rule t c handle 2', 'set t s', 'element t s { 1.1.1.1 }']],
])('what Linux %s can reset', (kernel, can, cannot) => {
  const run = nft(kernel);
  run('add table t; add chain t c; add rule t c counter');
  run('add set t s { type ipv4_addr; counter; elements = { 1.1.1.1 }; }');
  for (const what of can) expect(run(`reset ${what}`).err).toBe('');
  for (const what of cannot) {
    expect(run(`reset ${what}`).err).toContain('Could not process rule: Invalid argument');
  }
});

describe('reset rule', () => {
  const made = () =>
    ruleset(
      'add table t',
      'add counter t k',
      'add chain t c',
      'add chain t d',
      'add rule t c counter packets 3 bytes 4 accept',
      'add rule t c drop',
    );

  test('of one handle lists its table, and of the chains that rule alone', () => {
    expect(made()('reset rule t c handle 4').out).toBe(
      'table ip t {\n\tcounter k {\n\t\tpackets 0 bytes 0\n\t}\n\n' +
        '\tchain c {\n\t\tcounter packets 3 bytes 4 accept\n\t}\n}\n',
    );
    expect(made()('reset rule t nope handle 4').out).toContain('counter k');
  });

  test('of one handle is not to be had as JSON', () => {
    const { commands } = nftParser().parse(commandLine('reset rule t c handle 4\n')).ruleset;
    const { diagnostics } = evaluate(commands, made().target, { json: true });
    expect(diagnostics[0]?.message).toBe('Could not process rule: Operation not supported');
  });
});

test.each(['chain', 'set', 'map', 'counter', 'flowtable'])(
  'destroy %s takes what is not there, but not in a table that is not',
  (noun) => {
    const run = ruleset('add table t');
    expect(run(`destroy ${noun} t nope`).err).toBe('');
    expect(complaint(run(`destroy ${noun} nope nope`))).toContain('No such file or directory');
  },
);

describe('echo', () => {
  test.each([
    ['add counter t c', { stateless: true }, 'add counter ip t c { } \n'],
    [
      'add synproxy t s { mss 1460; wscale 7; }',
      {},
      'add synproxy ip t s { mss 1460 wscale 7; } \n',
    ],
    [
      'add element t m { 1.1.1.1 : accept, * : drop }',
      {},
      'add element ip t m { 1.1.1.1 : accept }\n',
    ],
    ['add element t m { 2.2.2.2 : accept }', {}, ''],
  ])('%s', (command, print, text) => {
    const run = ruleset(
      'add table t',
      'add map t m { type ipv4_addr : verdict; elements = { 2.2.2.2 : accept }; }',
    );
    expect(asked(run, command, { echo: true, print })).toBe(text);
  });

  test('one device stands in braces', () => {
    const run = ruleset('add table netdev n');
    const chain = 'add chain netdev n c { type filter hook ingress device lo priority 0; }';
    expect(asked(run, chain, { echo: true })).toBe(
      'add chain netdev n c { type filter hook ingress devices = { lo } priority filter; policy accept; }\n',
    );
  });
});

describe('numbers', () => {
  const run = ruleset(
    'add table inet t',
    'add chain inet t c',
    'add rule inet t c ip ecn ce',
    'add rule inet t c meta hour "10:00"',
    'add rule inet t c ether type ip',
    'add rule inet t c tcp dport 22-80',
  );
  const numeric = { numericSymbols: true, numericTime: true };

  test('of ecn are hexadecimal, times stay times', () => {
    const text = asked(run, 'list ruleset', { print: numeric });
    expect(text).toContain('ip ecn 0x3\n');
    expect(text).toContain('meta hour "10:00"\n');
  });

  test('of names in JSON are the bytes of the packet as the machine reads them', () => {
    const text = asked(run, 'list ruleset', { print: numeric, json: true });
    expect(text).toContain('{"payload": {"protocol": "ether", "field": "type"}}, "right": 8}');
  });

  test('at the ends of ranges are no names of services', () => {
    const text = asked(run, 'list ruleset', { print: { service: true }, json: true });
    expect(text).toContain('{"range": [22, 80]}');
  });
});
