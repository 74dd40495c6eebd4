/** `did you mean …?`, as nft 1.1.3 says it of names that are not there. */
import { describe, expect, test } from 'vitest';
import { nft } from './nft.ts';

const NONE = 'Could not process rule: No such file or directory';
const mean = (text: string) => `No such file or directory; did you mean ${text}?`;

const messages = (err: string) => [...err.matchAll(/Error: (.*)/g)].map(([, text]) => text);

/** What was there, a batch, and what it comes to. */
type Case = readonly [before: string, batch: string, ...messages: string[]];

const OF_TABLES: readonly Case[] = [
  ['', 'delete table filter; table filter { }', mean("table 'filter' in family ip")],
  ['', 'delete table ip6 filter; add table filter', mean("table 'filter' in family ip")],
  ['', 'flush table filtre; add table filter', mean("table 'filter' in family ip")],
  ['', 'add table filter; delete table filter; delete table filter', NONE],
  ['add table tt', 'add table uu; flush table uv', mean("table 'uu' in family ip")],
  [
    'add table tt',
    'add table uu { flags dormant; }; flush table tv',
    mean("table 'tt' in family ip"),
  ],
  ['add table tt', 'flush table tv', NONE],
  ['add table tt', 'delete table handle 77; add table uu', NONE],
  ['add table t', 'delete table ip6 t', NONE],
  ['add table t', 'add chain ip6 t c', 'No such file or directory'],
];

const OF_THE_KERNEL: readonly Case[] = [
  ['add table t', 'add set t sa { type mark; }; delete set t sb', NONE],
  ['add table t', 'add counter t sa; delete counter t sb', NONE],
  ['add table t', 'add chain t sa; delete chain t sb', NONE],
  [
    'add table t; add set t sa { type mark; }',
    'delete set t sa; delete set t sa',
    mean("set 'sa' in table ip 't'"),
  ],
  [
    'add table t; add set t sa { type mark; }',
    'delete set t sb; add set t sb { type mark; }',
    mean("set 'sa' in table ip 't'"),
  ],
  [
    'add table t; add chain t sa',
    'delete chain t sa; flush chain t sb',
    mean("chain 'sa' in table ip 't'"),
  ],
  [
    'add table t; add table u; add chain t sa',
    'delete table t; delete chain u sa',
    mean("chain 'sa' in table ip 't'"),
  ],
  ['add table t; add table u; add chain t sa', 'add rule u sa accept', NONE],
  ['add table t; add table u; add chain t s', 'delete chain u s', NONE],
  ['add table t; add chain t sa', 'add rule t sb accept', mean("chain 'sa' in table ip 't'")],
  ['add table t; add chain t sa', 'add rule ip6 t sb accept', mean("table 't' in family ip")],
  ['add table t; add chain t sa', 'delete rule t sa handle 4', NONE],
  [
    'add table t; add limit t ll { rate 1/second; }',
    'delete quota t lm',
    mean("obj 'll' in table ip 't'"),
  ],
  ['add table t; add set t sa { type mark; }', 'delete set t elephants', NONE],
];

const OF_NFT: readonly Case[] = [
  [
    'add table t',
    'add set t sa { type mark; }; add element t sb { 1 }',
    mean("set 'sa' in table ip 't'"),
  ],
  ['add table t', 'add chain t ca; rename chain t cb cc', mean("chain 'ca' in table ip 't'")],
  [
    'add table t',
    'add set t s { type string; }; add element t s2 { "a" }',
    'unqualified type string specified in set definition. Try "typeof expression" instead of "type datatype".',
    mean("set 's' in table ip 't'"),
  ],
];

describe('hints', () => {
  test.each(OF_TABLES)('of tables name those of the whole batch: %s | %s', says);
  test.each(OF_THE_KERNEL)('of the rest name what the kernel has kept: %s | %s', says);
  test.each(OF_NFT)('of nft itself name what the batch made so far: %s | %s', says);

  test('of tables are of the kernel once nft has asked it', () => {
    const run = nft();
    run('add table other');
    const batch =
      'add table filter; delete table filtre; delete chain filtre c; delete table filtre';
    expect(messages(run(batch).err)).toEqual([mean("table 'filter' in family ip"), NONE, NONE]);
  });
});

function says(before: string, batch: string, ...expected: string[]): void {
  const run = nft();
  if (before) expect(run(before).ok).toBe(true);
  expect(messages(run(batch).err)).toEqual(expected);
}
