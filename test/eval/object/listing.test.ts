/** Named objects as they are written and listed. */
import { describe, expect, it } from 'vitest';
import { table } from '../lower/language.ts';

type Case = readonly [kind: string, block: string, lines: readonly string[]];

const cases: readonly Case[] = [
  ['counter', '', ['packets 0 bytes 0']],
  ['counter', '{ packets 5 bytes 6; }', ['packets 5 bytes 6']],
  ['quota', '{ over 25 mbytes used 3 kbytes; }', ['over 25 mbytes used 3 kbytes']],
  ['limit', '{ rate 400/hour; }', ['rate 400/hour']],
  ['limit', '{ rate 400/hour burst 7 packets; }', ['rate 400/hour burst 7 packets']],
  ['ct helper', '{ type "ftp" protocol tcp; }', ['type "ftp" protocol tcp', 'l3proto ip']],
  [
    'ct helper',
    '{ type "ftp" protocol tcp; l3proto bridge; }',
    ['type "ftp" protocol tcp', 'l3proto inet'],
  ],
  [
    'ct helper',
    '{ type "irc" protocol tcp; l3proto inet; }',
    ['type "irc" protocol tcp', 'l3proto ip'],
  ],
  [
    'ct timeout',
    '{ protocol tcp; policy = { close : 1m4s, established : 100, close_wait : 60 }; }',
    ['protocol tcp', 'l3proto ip', 'policy = { established : 1m40s, close : 1m4s }'],
  ],
  [
    'ct expectation',
    '{ protocol tcp; dport 9876; timeout 2m; size 12; }',
    ['protocol tcp', 'dport 9876', 'timeout 2m', 'size 12', 'l3proto ip'],
  ],
  [
    'synproxy',
    '{ mss 1460; wscale 7; timestamp sack-perm; }',
    ['mss 1460', 'wscale 7', 'timestamp sack-perm'],
  ],
];

describe('objects', () => {
  it.each(cases)('%s %s', (kind, block, lines) => {
    const scope = table('ip');
    scope.run(`add ${kind} ip t x ${block}`);
    const body = lines.map((line) => `\t\t${line}\n`).join('');
    expect(scope.output(`list ${kind} ip t x`)).toBe(
      `table ip t {\n\t${kind} x {\n${body}\t}\n}\n`,
    );
  });

  it('states of the protocol only', () => {
    const scope = table('ip');
    const block = '{ protocol udp; policy = { established : 5 }; }';
    expect(() => scope.run(`add ct timeout ip t x ${block}`)).toThrow(
      'invalid state for this protocol',
    );
  });

  it('sets of all tables of the family, whichever is named', () => {
    const scope = table('ip');
    scope.run('add table ip u');
    scope.run('add set ip u s { type mark; }');
    expect(scope.output('list sets table ip t')).toBe(
      'table ip t {\n}\ntable ip u {\n\tset s {\n\t\ttype mark\n\t}\n}\n',
    );
    expect(scope.output('list counters table ip t')).toBe('');
  });
});
