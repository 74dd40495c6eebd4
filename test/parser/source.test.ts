/**
 * Definitions, includes and where messages say that something is.
 */
import { describe, expect, test } from 'vitest';
import { bare, fewWords, files, printed, read, said } from './read.ts';

describe('definitions', () => {
  test('are resolved where they stand', () => {
    const text =
      'define p = 22\nadd rule t c tcp dport $p\nredefine p = 23\nadd rule t c tcp dport $p\n';
    const { ruleset } = read(fewWords, text);
    const values = ruleset.commands.map((c) => bare(c.rule?.statements[0])) as {
      right: { value: { text: string } };
    }[];
    expect(values.map((v) => v.right.value.text)).toEqual(['22', '23']);
  });

  test('of a block end with it', () => {
    const text =
      'table t {\n define p = 22\n chain c {\n tcp dport $p\n }\n}\nadd rule t c tcp dport $p\n';
    expect(said(read(fewWords, text))).toEqual(["7:25-25: unknown identifier 'p'"]);
  });

  test('come from the command line as well', () => {
    const options = { defines: { p: '{ 22, 23 }', n: '-5' } };
    const { ruleset, diagnostics } = read(fewWords, 'add rule t c tcp dport $p\n', options);
    expect(diagnostics).toEqual([]);
    expect(bare(ruleset.commands[0]?.rule)).toMatchObject({
      statements: [{ right: { value: { kind: 'set', elements: [{}, {}] } } }],
    });
  });

  test('live on from line to line', () => {
    const session = fewWords.interactive();
    expect(session.line('define p = 22\n').diagnostics).toEqual([]);
    expect(session.line('add rule t c tcp dport $p\n').diagnostics).toEqual([]);
    expect(session.line('add rule t c tcp dport $q\n').diagnostics).toHaveLength(1);
  });
});

describe('includes', () => {
  const reader = files({
    './rules.nft': 'tcp dport 22 accept\n',
    '/etc/a.nft': 'define a = 1\n',
    '/etc/b.nft': 'define b = $a\n',
    'lib/defs.nft': 'define d = 1\n',
    './self.nft': 'include "./self.nft"\n',
    './bad.nft': 'add foo\n',
  });

  test('stand where they are, in a block as well', () => {
    const text = 'table t {\n chain c {\n include "./rules.nft"\n drop\n }\n}\n';
    const { ruleset, diagnostics } = read(fewWords, text, { reader });
    expect(diagnostics).toEqual([]);
    const table = ruleset.commands[0]!.block as unknown as {
      items: { block: { rules: unknown[] } }[];
    };
    expect(table.items[0]!.block.rules).toHaveLength(2);
  });

  test('of a pattern are read in order, none is no error', () => {
    const text = 'include "/etc/*.nft"\ninclude "/none/*.nft"\ndefine c = $b\n';
    expect(said(read(fewWords, text, { reader }))).toEqual([]);
  });

  test('are looked for in the include directories', () => {
    const text = 'include "defs.nft"\ndefine c = $d\n';
    expect(said(read(fewWords, text, { reader, includePaths: ['no', 'lib'] }))).toEqual([]);
  });

  test('that are missing take the next line with them, as with nft', () => {
    const text = 'include "none.nft"\nadd foo\nadd bar\n';
    expect(said(read(fewWords, text, { reader }))).toEqual([
      '1:1-19: File not found: none.nft',
      '3:8-8: syntax error, unexpected newline, expecting string or last',
    ]);
  });

  test('end somewhere', () => {
    const [first] = read(fewWords, 'include "./self.nft"\n', { reader }).diagnostics;
    expect(first?.message).toContain('Include nested too deeply, max 16 levels');
  });

  test('show in messages', () => {
    expect(printed(read(fewWords, 'include "./bad.nft"\n', { reader }))).toBe(
      [
        'In file included from test.nft:1:1-20:',
        './bad.nft:1:8-8: Error: syntax error, unexpected newline, expecting string or last',
        'add foo',
        '       ^',
        '',
      ].join('\n'),
    );
  });
});

describe('messages', () => {
  test('keep tabs, point with carets, count bytes', () => {
    expect(printed(read(fewWords, '\tadd\ttable\t"ü" 5\n'))).toBe(
      [
        'test.nft:1:12-15: Error: syntax error, unexpected quoted string, expecting string or last',
        '\tadd\ttable\t"ü" 5',
        '\t   \t     \t^^^^',
        '',
      ].join('\n'),
    );
  });

  test('of a command line name no place', () => {
    const parsed = fewWords.parse({ kind: 'text', name: '<cmdline>', text: 'add foo' });
    expect(printed(parsed)).toBe(
      'Error: syntax error, unexpected end of file, expecting string or last\nadd foo\n       ^\n',
    );
  });

  test('of CR LF do not count its line end', () => {
    expect(said(read(fewWords, 'add table t\r\nadd foo\nadd bar\n'))).toEqual([
      '1:12-13: syntax error, unexpected CRLF line terminators, expecting end of file or newline or semicolon',
      '2:8-8: syntax error, unexpected newline, expecting string or last',
    ]);
  });

  test('end with the tenth', () => {
    expect(read(fewWords, 'add foo\n'.repeat(20)).diagnostics).toHaveLength(10);
  });
});
