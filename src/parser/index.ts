/**
 * Text to syntax tree: the parser's door.
 *
 * A parser is made once for a vocabulary and used for any number of texts. It never throws for what
 * a text says: everything wrong with it is a Diagnostic, in nft's words and at nft's place.
 */
import type { Ruleset, Source } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Entry, SourceReader } from './source.ts';
import type { Vocabulary } from './vocabulary.ts';

export type { Diagnostic } from './diagnostic.ts';
export { commandLine, type Entry, type ReadResult, type SourceReader, stdin } from './source.ts';
export type { KeySyntax, ObjectSyntax, StatementSyntax, Vocabulary } from './vocabulary.ts';

export interface ParseOptions {
  /** Absent: every `include` is a missing file. */
  readonly reader?: SourceReader;
  /** `-I`: where relative includes are looked for, in order. */
  readonly includePaths?: readonly string[];
  /** `-D name=value`: definitions that stand before the text. */
  readonly defines?: Readonly<Record<string, string>>;
}

export interface Parsed {
  /** Also after errors: the commands that could be read, as nft goes on to check them. */
  readonly ruleset: Ruleset;
  /** Sources by id; spans refer to these. */
  readonly sources: readonly Source[];
  /** In the order found; an error among them means that nothing may be committed. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface Parser {
  parse(entry: Entry, options?: ParseOptions): Parsed;
  /** A reader of lines (`nft -i`): definitions live on from line to line. */
  interactive(options?: ParseOptions): { line(text: string): Parsed };
}

export declare function createParser(vocabulary: Vocabulary): Parser;
