/**
 * Any text gives a tree or messages, whose places lie in the text: never an exception.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SetExpr } from '../../src/parser/ast.ts';
import { nft, read, whole } from './read.ts';

const SAMPLE = `define lan = { 10.0.0.0/8, 192.168.0.0/16 }
table inet filter {
  set blocked { type ipv4_addr; flags interval, timeout; elements = { 1.2.3.4 timeout 1h } }
  flowtable f { hook ingress priority 0; devices = { eth0, eth1 }; }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state vmap { established : accept, invalid : drop }
    ip saddr $lan tcp dport { 22, 80-90 } counter accept comment "lan"
    meta mark set ct mark and 0xff or 1
    limit rate 5/second burst 3 packets log prefix "x: " jump other
  }
}
`;
const words = SAMPLE.split(/(\s+)/);

const edit = fc.oneof(
  fc.record({ at: fc.nat(words.length - 1), remove: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    at: fc.nat(words.length - 1),
    add: fc.constantFrom(...words, '{', '}', '"', '#', '\\'),
  }),
  fc.record({ at: fc.nat(words.length - 1), add: fc.string({ unit: 'binary' }) }),
);

function edited(edits: readonly { at: number; remove?: number; add?: string }[]): string {
  const copy = [...words];
  for (const { at, remove = 0, add } of edits)
    copy.splice(at, remove, ...(add === undefined ? [] : [add]));
  return copy.join('');
}

describe('texts', () => {
  test('edited', () => {
    const property = fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
      const text = edited(edits);
      for (const { spans } of read(nft, text).diagnostics) {
        for (const { start, end } of spans) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(text.length + 1);
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  test.each([
    ['(', 'add rule t c tcp dport '],
    ['{', 'add rule t c tcp dport '],
    ['jump { ', 'add rule t c '],
    ['vxlan ', 'add rule t c '],
    ['ip saddr map ', 'add rule t c meta mark set '],
    ['table t {', ''],
    ['"', ''],
    ['a:', ''],
    ['#', ''],
    ['\u0001', ''],
    ['1 | ', 'add rule t c tcp dport '],
  ])('many %s', (again, before) => {
    expect(read(nft, before + again.repeat(5000)).diagnostics.length).toBeGreaterThan(0);
  });

  test.each([300, 5000])('%i chains in each other, all closed', (n) => {
    const text = `add rule t c ${'jump { '.repeat(n)}accept\n${' }\n'.repeat(n)}`;
    expect(read(nft, text).diagnostics.map((d) => d.message)).toContain('memory exhausted');
  });

  test.each(['\ufeffadd table t\n', '\0', 'add table \ud800\n'])('%j', (text) => {
    expect(read(nft, text).diagnostics).toHaveLength(1);
  });
});

describe('long texts', () => {
  const addresses = Array.from({ length: 20_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  const list = (items: readonly string[], extra = '') =>
    `add element t s { ${items.join(',\n ')}${extra} }\n`;

  test.each([
    ['keys', ['1-5', '2001:db8::/32', '::1', '7', '1.1.1.1-1.1.1.9', '10.0.0.0/8']],
    ['concatenations', ['1.1.1.1 . 80', '10.0.0.0/8\t.\t1-5 . ::1', '::/0 . 1.2.3.4-1.2.3.9']],
    ['maps', ['1.1.1.1 : 5', '10.0.0.0/8 . 80 : 1.1.1.1 . 80-90', '7 : 2001:db8::1']],
    ['verdict maps', ['1.1.1.1 : accept', '7-9 . 5 : drop', '1 : continue', '2 : return']],
  ])('a list read in one go is the list read by the grammar: %s', (_, plain) => {
    const elementsOf = (text: string) =>
      (read(nft, text).ruleset.commands[0]!.elements as SetExpr).elements.map(whole);
    const byGrammar = elementsOf(list(plain, ', 8 comment "x"'));
    expect(elementsOf(list(plain))).toEqual(byGrammar.slice(0, -1));
    expect(elementsOf(list(plain, ',\n'))).toEqual(byGrammar.slice(0, -1));
    const commented = elementsOf(list(plain, ' # x\n # y\n#z\n'));
    expect(commented).toEqual(byGrammar.slice(0, -1));
    expect(byGrammar).toHaveLength(plain.length + 1);
  });

  test.each([
    '1.1.1.1.80',
    '1.1.1.1 .80',
    '1.1.1.1 . 80 : 5 : 6',
    '1.1.1.1 : acceptance',
    '1.1.1.1 : accept . 5',
    '1.1.1.1\n. 80',
    '1.1.1.1 : 5 . accept',
    'accept',
  ])('what is not plain is read by the grammar: %j', (element) => {
    const alone = read(nft, list([element]));
    const other = read(nft, list([element, 'x']));
    expect(alone.diagnostics[0]?.message).toBe(other.diagnostics[0]?.message);
  });

  test.each(['', ', 1.1.1.1 comment "x"'])('elements over many pieces %j', (extra) => {
    const { ruleset, diagnostics } = read(nft, list(addresses, extra));
    expect(diagnostics).toEqual([]);
    const set = ruleset.commands[0]!.elements as unknown as { elements: unknown[] };
    expect(set.elements.length).toBe(20_000 + (extra === '' ? 0 : 1));
  });

  test('places are right beyond the first piece', () => {
    const text = `${'add table t\n'.repeat(20_000)}add foo\n`;
    const [first] = read(nft, text).diagnostics;
    expect(text.slice(first!.spans[0]!.start)).toBe('\n');
    expect(first!.spans[0]!.start).toBe(text.length - 1);
  });
});
