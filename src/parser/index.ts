/**
 * Text to syntax tree: the parser's door.
 *
 * A parser is made once for a vocabulary and used for any number of texts. It never throws for what
 * a text says: everything wrong with it is a Diagnostic, in nft's words and at nft's place.
 */
import type { Ruleset, Source } from './ast.ts';
import { Definitions } from './definition.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type ParsedJson, readJson } from './json/index.ts';
import { NftParser, type ParseOptions } from './parser.ts';
import { commandLine, type Entry } from './source.ts';
import type { Vocabulary } from './vocabulary.ts';

export {
  type Diagnostic,
  formatDiagnostic,
  formatDiagnostics,
  quotedLine,
} from './diagnostic.ts';
export type { ParsedJson } from './json/index.ts';
export type { ParseOptions } from './parser.ts';
export {
  commandLine,
  type Entry,
  NOT_REGULAR,
  type ReadResult,
  type SourceReader,
  stdin,
} from './source.ts';
export type { KeySyntax, ObjectSyntax, StatementSyntax, Vocabulary } from './vocabulary.ts';

export interface Parsed {
  /** Also after errors: the commands that could be read, as nft goes on to check them. */
  readonly ruleset: Ruleset;
  /** Sources by id; spans refer to these. */
  readonly sources: readonly Source[];
  /** In the order found; an error among them means that nothing may be committed. */
  readonly diagnostics: readonly Diagnostic[];
  /** After how many of them reading went on, each of which counts to the most that nft looks at. */
  readonly faults?: number;
  /** Whether they forbid to go on; absent: an error among them does. */
  readonly broken?: boolean;
}

export interface Parser {
  parse(entry: Entry, options?: ParseOptions): Parsed;
  /** Reads libnftables JSON; undefined where the text is none. */
  json(name: string, text: string): ParsedJson | undefined;
  /** A reader of lines (`nft -i`): definitions live on from line to line. */
  interactive(options?: ParseOptions): { line(text: string): Parsed };
}

/** Grammar and lexer are made at the first use. */
export function createParser(vocabulary: Vocabulary, validate = false): Parser {
  let made: NftParser | undefined;
  const read = (entry: Entry, options: ParseOptions, definitions: Definitions): Parsed => {
    made ??= new NftParser(vocabulary, validate);
    const { commands, ...rest } = made.read(entry, options, definitions);
    return { ruleset: { commands }, ...rest };
  };
  /** The definitions of `-D`, as a command line that is read before the text; what is wrong with it. */
  const define = ({ defines = {} }: ParseOptions, into: Definitions): Parsed | undefined => {
    const all = Object.entries(defines).map(([name, value]) => `define ${name}=${value}; `);
    const parsed = all.length > 0 ? read(commandLine(all.join('')), {}, into) : undefined;
    return parsed && parsed.diagnostics.length > 0 ? parsed : undefined;
  };
  return {
    parse(entry, options = {}) {
      const definitions = new Definitions();
      return define(options, definitions) ?? read(entry, options, definitions);
    },
    json: (name, text) => readJson(name, text, vocabulary),
    interactive(options = {}) {
      const definitions = new Definitions();
      define(options, definitions);
      return { line: (text) => read(commandLine(text), options, definitions) };
    },
  };
}
