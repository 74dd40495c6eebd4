/**
 * What the tests of the parser share: parsers with validated grammars, nodes without places.
 */
import { keySyntax } from '../../src/eval/expr/index.ts';
import { objectRows } from '../../src/eval/object/index.ts';
import { statementRows } from '../../src/eval/stmt/index.ts';
import { valueTypes } from '../../src/eval/type/index.ts';
import type { Element } from '../../src/parser/ast.ts';
import {
  createParser,
  formatDiagnostics,
  type Parsed,
  type ParseOptions,
  type Parser,
  type SourceReader,
} from '../../src/parser/index.ts';
import { lastPlaceOf, placeOf } from '../../src/parser/line.ts';
import { PlainSet } from '../../src/parser/plain-list.ts';
import { small } from './rows.ts';

/** A parser of a few words, and one of nft's. */
export const fewWords: Parser = createParser(small, true);
export const nft: Parser = createParser(
  {
    keys: keySyntax,
    statements: statementRows,
    objects: objectRows,
    types: valueTypes.map(({ name }) => name),
  },
  true,
);

export const read = (parser: Parser, text: string, options?: ParseOptions): Parsed =>
  parser.parse({ kind: 'text', name: 'test.nft', text }, options);

/** `line:first-last: message` of each. */
export function said({ diagnostics, sources }: Parsed): string[] {
  return diagnostics.map(({ message, spans }) => {
    const span = spans[0]!;
    const first = placeOf(sources[span.source]!, span.start);
    const last = lastPlaceOf(sources[span.source]!, span);
    return `${first.line}:${first.column}-${last.column}: ${message}`;
  });
}

export const printed = ({ diagnostics, sources }: Parsed): string =>
  formatDiagnostics(diagnostics, sources);

/** An element with its nodes in it: those of long lists are made when they are asked for. */
export const whole = ({ key, data, span, ...options }: Element): Element => ({
  key,
  ...(data && { data }),
  ...('list' in options ? {} : options),
  span,
});

/** A node without the places in it. */
export function bare(node: unknown): unknown {
  const shown = (key: string, value: unknown): unknown => {
    if (value instanceof PlainSet) return { kind: value.kind, elements: value.elements };
    if (key === 'elements' && Array.isArray(value)) return value.map(whole);
    return key === 'span' ? undefined : value;
  };
  return JSON.parse(JSON.stringify(node, shown));
}

/** The only command of a text that has nothing wrong with it. */
export function command(text: string, parser = fewWords): Record<string, unknown> {
  const parsed = read(parser, text);
  if (parsed.diagnostics.length > 0) throw new Error(printed(parsed));
  return bare(parsed.ruleset.commands[0]) as Record<string, unknown>;
}

/** The statements of a rule. */
export function statements(rule: string, parser = fewWords): unknown[] {
  return (command(`add rule t c ${rule}\n`, parser).rule as { statements: unknown[] }).statements;
}

/** Files by path; patterns with one star. */
export function files(texts: Readonly<Record<string, string>>): SourceReader {
  return {
    read: (path) =>
      path in texts ? { text: texts[path]! } : { error: 'No such file or directory' },
    glob(pattern) {
      const [before, after] = pattern.split('*') as [string, string];
      const fits = (path: string) => path.startsWith(before) && path.endsWith(after);
      return Object.keys(texts).filter(fits).sort();
    },
  };
}
