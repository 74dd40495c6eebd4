/**
 * The parser as a whole: lines of commands, definitions, includes; made once for a vocabulary.
 */
import type { TokenType } from 'chevrotain';
import type { Command, Expr, Rule, Source, Span, Word } from './ast.ts';
import { Commands } from './commands.ts';
import { Abort } from './cursor.ts';
import { Definitions } from './definition.ts';
import type { Diagnostic } from './diagnostic.ts';
import { Lexer, type Token } from './lexer.ts';
import type { RuleText } from './rule-form.ts';
import { type Entry, NOT_REGULAR, type SourceReader } from './source.ts';
import * as T from './token.ts';
import type { Vocabulary } from './vocabulary.ts';
import { leadingWords, phrasesByWord } from './words.ts';

export interface ParseOptions {
  /** Absent: every `include` is a missing file. */
  readonly reader?: SourceReader;
  /** `-I`: where relative includes are looked for, in order. */
  readonly includePaths?: readonly string[];
  /** `-D name=value`: definitions that stand before the text. */
  readonly defines?: Readonly<Record<string, string>>;
}

/** What a text said: see Parsed in index.ts. */
export interface Reading {
  readonly commands: readonly Command[];
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
  readonly faults: number;
}

/** strerror(EISDIR) */
const IS_FOLDER = 'Is a directory';
const notRegular = (name: string): string => `${NOT_REGULAR}: "${name}"\n`;
const MAX_INCLUDE_DEPTH = 16;

/** The directory of a file, where its includes are looked for too. */
function folderOf(entry: Entry): string[] {
  if (entry.kind === 'text') return [];
  const slash = entry.path.lastIndexOf('/');
  return [slash < 0 ? '.' : entry.path.slice(0, slash) || '/'];
}

export class NftParser extends Commands {
  private readonly leading: ReadonlyMap<string, TokenType>;
  private sources: Source[] = [];
  private options: ParseOptions = {};
  private includePaths: readonly string[] = [];
  private commands: Command[] = [];
  /** By source. */
  private texts: RuleText[] = [];

  constructor(vocabulary: Vocabulary, validate: boolean) {
    super({ kinds: T.kinds, validate }, vocabulary, phrasesByWord(vocabulary));
    this.leading = leadingWords(vocabulary);
    this.performSelfAnalysis();
  }

  /** Reads a text; `definitions` are those that stand before it, and are added to. */
  read(entry: Entry, options: ParseOptions, definitions: Definitions): Reading {
    this.sources = [];
    this.bases = [];
    this.texts = [];
    this.options = options;
    this.includePaths = [...(options.includePaths ?? []), ...folderOf(entry)];
    this.commands = [];
    const name = entry.kind === 'text' ? entry.name : entry.path;
    const got = entry.kind === 'text' ? entry : this.readFile(entry.path);
    if ('error' in got) {
      const source: Source = { id: 0, name: 'internal', text: '', internal: true };
      const other = got.error === IS_FOLDER || got.error === NOT_REGULAR;
      const message = other ? notRegular(name) : `Could not open file "${name}": ${got.error}\n`;
      const span = { source: 0, start: 0, end: 0 };
      return {
        commands: [],
        sources: [source],
        diagnostics: [{ severity: 'error', message, spans: [span] }],
        faults: 0,
      };
    }
    this.start(this.tokensOf(name, got.text), definitions);
    try {
      this.ruleset();
    } catch (thrown) {
      if (!(thrown instanceof Abort)) throw thrown;
    }
    definitions.outermost();
    const { commands, sources, diagnostics, faults } = this;
    return { commands, sources, diagnostics, faults };
  }

  protected override textOf(source: number): string {
    return this.sources[source]!.text;
  }

  protected override ruleText(tokens: readonly Token[]): RuleText | undefined {
    const { source } = this.spanOf(tokens[0]!);
    if (this.spanOf(tokens.at(-1)!).source !== source) return undefined;
    const { bases, sources } = this;
    const base = bases[source]!;
    this.texts[source] ??= { source, base, rule: (place) => this.again(place, sources, bases) };
    return this.texts[source];
  }

  /** Reads a rule that was read by its form, node by node; no other is being read. */
  private again({ source, start, end }: Span, sources: readonly Source[], bases: number[]): Rule {
    this.bases = bases;
    // Where the last token ends shows at what follows it.
    const rule = sources[source]!.text.slice(start, end + 1);
    this.start(new Lexer(this.leading, rule, bases[source]! + start), new Definitions());
    return this.wholeRule();
  }

  protected override unfolded({ image, startOffset }: Token): Token[] {
    // No list that stands alone is read in one go.
    const lexer = new Lexer(this.leading, image, startOffset);
    const tokens: Token[] = [];
    for (let more = lexer.read(); more; more = lexer.read()) tokens.push(...more);
    return tokens.filter(({ tokenType }) => tokenType !== T.EndOfFile);
  }

  private readFile(path: string) {
    return this.options.reader?.read(path) ?? { error: 'No such file or directory' };
  }

  private tokensOf(name: string, text: string, includedAt?: Span): Lexer {
    const id = this.sources.length;
    const before = this.sources[id - 1];
    const base = before ? this.bases[id - 1]! + before.text.length + 1 : 0;
    const lexer = new Lexer(this.leading, text, base);
    this.bases.push(base);
    const { joined } = lexer;
    this.sources.push({ id, name, text, joined, ...(includedAt && { includedAt }) });
    return lexer;
  }

  private readonly ruleset = this.RULE('wholeText', () => {
    this.ACTION(() => this.lines());
  });

  private lines(): void {
    while (!this.at(T.EndOfFile)) {
      this.recovering(() => {
        if (this.take(T.Newline) || this.take(T.Semicolon) || this.common()) return;
        const command = this.command();
        const end = this.take(T.Newline) ?? this.take(T.Semicolon);
        if (!end && !this.at(T.EndOfFile)) {
          this.unexpected([T.EndOfFile.name, T.Newline.name, T.Semicolon.name]);
        }
        // A command's place takes in the sign that ends it.
        this.commands.push({ ...command, span: this.extend(command.span) });
      });
    }
  }

  // ── Definitions and includes ───────────────────────────────────────────────────────────────

  protected override common(): boolean {
    const first = this.peek();
    switch (first.tokenType) {
      case T.Include:
        this.include();
        return true;
      case T.Define:
      case T.Redefine: {
        this.next();
        const name = this.identifier();
        this.expect(T.Assign);
        const value = this.initializer();
        this.separator();
        if (first.tokenType === T.Redefine) this.definitions.redefine(name.text, value);
        else if (!this.definitions.define(name.text, value)) {
          this.refuse(`redefinition of symbol '${name.text}'`, name.span);
        }
        return true;
      }
      case T.Undefine: {
        this.next();
        const name = this.identifier();
        this.separator();
        this.definitions.undefine(name.text);
        return true;
      }
      default:
        return false;
    }
  }

  /** What a definition may be: a right side, `{ }`, or a negative number. */
  private initializer(): Expr {
    if (this.at(T.Dash)) return this.SUBRULE(this.integer);
    const isEmpty = this.at(T.BraceOpen) && this.peek(2).tokenType === T.BraceClose;
    if (isEmpty && !this.peek().payload) {
      const open = this.next();
      this.next();
      return { kind: 'set', elements: [], span: this.spanFrom(open) };
    }
    return this.right();
  }

  private include(): void {
    const first = this.next();
    const path = this.word(this.expect(T.Quoted));
    this.separator();
    const span = this.spanFrom(first);
    if (this.includeDepth(span) >= MAX_INCLUDE_DEPTH) {
      this.refuse(`Include nested too deeply, max ${MAX_INCLUDE_DEPTH} levels`, span);
    }
    for (const found of this.includedFiles(path, span).reverse()) {
      this.splice(this.tokensOf(found.name, found.text, span));
    }
  }

  private includeDepth(span: Span): number {
    let depth = 0;
    let at: Span | undefined = span;
    while (at) {
      depth++;
      at = this.sources[at.source]!.includedAt;
    }
    return depth;
  }

  /**
   * The files that an include names, in order: looked for in the include directories if relative.
   * Folders are none, and no error either.
   */
  private includedFiles(path: Word, span: Span): { name: string; text: string }[] {
    const pattern = path.text;
    const relative = !pattern.startsWith('/') && !/^\.\.?\//.test(pattern);
    const candidates = relative ? this.includePaths.map((dir) => `${dir}/${pattern}`) : [pattern];
    const wild = /[*?[]/.test(pattern);
    for (const candidate of candidates) {
      const names = wild ? (this.options.reader?.glob(candidate) ?? []) : [candidate];
      const files = names.filter((name) => !name.endsWith('/'));
      const found: { name: string; text: string }[] = [];
      for (const name of files) {
        const got = this.readFile(name);
        if ('text' in got) found.push({ name, text: got.text });
        else if (got.error === IS_FOLDER) return [];
        else if (got.error === NOT_REGULAR) this.refuse(notRegular(name), span);
        else if (wild) this.refuse(`Failed to open: ${name}: ${got.error}`, span);
      }
      if (found.length > 0 || (wild && names.length > 0)) return found;
    }
    return wild ? [] : this.refuse(`File not found: ${pattern}`, span);
  }
}
