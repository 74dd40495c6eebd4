/**
 * The parser's place in the tokens: what stands next, what is refused, where nodes lie.
 *
 * Owns recovery. What cannot be read throws a Refusal (a value, no Error); the innermost block
 * catches it, skips to the end of the statement and goes on, as the `error` rules of nft's grammar
 * do. The tenth error ends the parse.
 */
import {
  defaultParserErrorProvider,
  EmbeddedActionsParser,
  type IRecognitionException,
  type IToken,
  isRecognitionException,
  type TokenType,
} from 'chevrotain';
import type { NumberWord, Span, Word } from './ast.ts';
import { Definitions } from './definition.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Token } from './lexer.ts';
import { integer } from './number.ts';
import type { RuleForms, Sketch } from './rule-sketch.ts';
import * as T from './token.ts';
import { tokenName } from './token-order.ts';

/** Thrown where a statement cannot be read; caught by the block that it stands in. */
export class Refusal {
  readonly diagnostic: Diagnostic;
  /** The whole block that it stands in is given up. */
  readonly ofBlock: boolean;
  constructor(diagnostic: Diagnostic, ofBlock = false) {
    this.diagnostic = diagnostic;
    this.ofBlock = ofBlock;
  }
}

/** Thrown where reading ends for good: too many errors, or the text ends while skipping. */
export class Abort {}

/** Chevrotain's token vector, which is filled as the parse goes on. */
interface TokenVector {
  tokVector: Token[];
  tokVectorLength: number;
  currIdx: number;
}

/** Gives tokens some at a time, and nothing after the last. */
export interface TokenSource {
  read(): Token[] | undefined;
}

export interface CursorOptions {
  readonly kinds: readonly TokenType[];
  readonly validate: boolean;
}

const MAX_ERRORS = 10;
const MAX_DEPTH = 400;
/** Tokens that are always in sight. */
const LOOKAHEAD = 8;

/** An included text ends without a sign of it. */
const withoutEnd = (tokens: Token[] | undefined): Token[] | undefined =>
  tokens?.filter((token) => token.tokenType !== T.EndOfFile);

export abstract class Cursor extends EmbeddedActionsParser {
  protected diagnostics: Diagnostic[] = [];
  /** How often the parse went on after an error. */
  protected faults = 0;
  protected definitions = new Definitions();
  /** Leading words whose phrases are open; the innermost one's words are no names. */
  protected scopes: string[] = [];
  /** Where more tokens come from: the text being read, what includes it, … */
  private readers: TokenSource[] = [];
  /** What is added to the offsets of each source's tokens. */
  protected bases: number[] = [];
  private depth = 0;
  private readonly vector = this as unknown as TokenVector;

  constructor(options: CursorOptions) {
    super([...options.kinds], {
      maxLookahead: 1,
      skipValidations: !options.validate,
      errorMessageProvider: {
        ...defaultParserErrorProvider,
        buildMismatchTokenMessage: ({ expected, actual }) =>
          this.messageOf(actual, [expected.name]),
        buildNoViableAltMessage: ({ expectedPathsPerAlt, actual }) =>
          this.messageOf(actual[0]!, firstNames(expectedPathsPerAlt)),
      },
    });
  }

  /** Puts the cursor before the first token of a text. */
  protected start(tokens: TokenSource, definitions: Definitions): void {
    this.input = [];
    this.readers = [tokens];
    this.refill();
    this.diagnostics = [];
    this.faults = 0;
    this.definitions = definitions;
    this.scopes = [];
    this.depth = 0;
  }

  /** Puts the tokens of a text (but its end) at the cursor. */
  protected splice(lexer: TokenSource): void {
    const { tokVector, tokVectorLength, currIdx } = this.vector;
    const rest = [tokVector.slice(currIdx + 1, tokVectorLength)];
    this.readers.push({ read: () => rest.pop() }, { read: () => withoutEnd(lexer.read()) });
    this.vector.tokVectorLength = currIdx + 1;
    this.refill();
  }

  /** Chevrotain's own step, which keeps tokens in sight for looking ahead. */
  protected consumeToken(): void {
    this.step(1);
  }

  /** Goes on by so many tokens that are in sight. */
  protected step(tokens: number): void {
    const { vector } = this;
    vector.currIdx += tokens;
    const near = vector.currIdx + LOOKAHEAD >= vector.tokVectorLength;
    if (near && this.readers.length > 0) this.refill();
  }

  /** What the rule that stands next consists of, as far as it is in sight. */
  protected sketched(forms: RuleForms): Sketch | undefined {
    if (this.scopes.length > 0) return undefined;
    return forms.sketch(this.vector.tokVector, this.vector.currIdx + 1);
  }

  /** Forgets the tokens taken but the last and adds the next ones. */
  private refill(): void {
    const { tokVector, tokVectorLength, currIdx } = this.vector;
    const tokens = tokVector.slice(Math.max(currIdx, 0), tokVectorLength);
    while (this.readers.length > 0 && tokens.length <= LOOKAHEAD + 1) {
      const more = this.readers.at(-1)!.read();
      if (more) for (const token of more) tokens.push(token);
      else this.readers.pop();
    }
    this.vector.currIdx = Math.min(currIdx, 0);
    this.vector.tokVector = tokens;
    this.vector.tokVectorLength = tokens.length;
  }

  /** Cuts the next token in three: what is before `at`, the sign there, what is after. */
  protected cut(token: Token, at: number, sign: TokenType, after: TokenType): void {
    const part = (type: TokenType, from: number, to: number): Token => ({
      ...token,
      image: token.image.slice(from, to),
      startOffset: token.startOffset + from,
      tokenType: type,
      tokenTypeIdx: type.tokenTypeIdx!,
    });
    const end = token.image.length;
    const parts = [part(token.tokenType, 0, at), part(sign, at, at + 1), part(after, at + 1, end)];
    this.vector.tokVector.splice(this.vector.currIdx + 1, 1, ...parts);
    this.vector.tokVectorLength += 2;
  }

  /** Puts its tokens in the place of a list that was read in one go: skipping it ends at a line's end. */
  private unfold(): void {
    const token = this.peek();
    if (!token.payload) return;
    const tokens = this.unfolded(token);
    const { vector } = this;
    const rest = vector.tokVector.slice(vector.currIdx + 2, vector.tokVectorLength);
    vector.tokVector = [...vector.tokVector.slice(0, vector.currIdx + 1), ...tokens, ...rest];
    vector.tokVectorLength = vector.tokVector.length;
  }

  /** The tokens that a list read in one go consists of. */
  protected abstract unfolded(list: Token): Token[];

  protected peek(ahead = 1): Token {
    return this.LA(ahead) as Token;
  }

  protected next(): Token {
    const token = this.LA(1) as Token;
    this.SKIP_TOKEN();
    return token;
  }

  protected at(type: TokenType): boolean {
    return this.LA(1).tokenType === type;
  }

  /** Takes the next token if it is of this kind. */
  protected take(type: TokenType): Token | undefined {
    return this.LA(1).tokenType === type ? this.next() : undefined;
  }

  /** Takes a token of one of these kinds. */
  protected expect(...types: TokenType[]): Token {
    return this.expectOf(types, types);
  }

  /** Takes a token of one of these kinds; a message lists others with them. */
  protected expectOf(types: readonly TokenType[], listed: readonly TokenType[]): Token {
    if (types.includes(this.LA(1).tokenType)) return this.next();
    return this.unexpected(listed.map((type) => type.name));
  }

  /** Takes one of some words. */
  protected anyOf(words: readonly string[]): Word {
    if (!this.readsAny(words)) this.unexpected(words);
    return this.word(this.next());
  }

  /** True of a word or sign written `text`, not in quotes. */
  protected reads(text: string, ahead = 1): boolean {
    const token = this.LA(ahead);
    return token.image === text && token.tokenType !== T.Quoted;
  }

  /** True of one of some words or signs, not in quotes. */
  protected readsAny(texts: readonly string[], ahead = 1): boolean {
    const token = this.LA(ahead);
    return texts.includes(token.image) && token.tokenType !== T.Quoted;
  }

  /** A syntax error at a token, the next if none is given; `expected` is listed in the message if it is short. */
  protected unexpected(expected: readonly string[] = [], token: IToken = this.peek()): never {
    const message = this.messageOf(token, expected);
    const hint = this.hintOf(token);
    const said = { message, spans: [this.spanOf(token)], ...(hint !== undefined && { hint }) };
    throw new Refusal({ severity: 'error', ...said });
  }

  private messageOf(token: IToken, expected: readonly string[]): string {
    return `syntax error, unexpected ${this.nameOf(token)}${T.expectation(expected)}`;
  }

  protected refuse(message: string, ...spans: Span[]): never {
    throw new Refusal({ severity: 'error', message, spans });
  }

  /** What a word that cannot stand there was meant to be, for people. */
  protected abstract hintOf(token: IToken): string | undefined;
  /** Words of the innermost open phrase; see Phrases. */
  protected abstract scopeHas(word: string): boolean;
  /** Whether words of its own may follow. */
  protected abstract opens(token: Token): boolean;

  private nameOf(token: IToken): string {
    if (token.tokenType === T.Lead || token.image === 'last') return token.image;
    if (token.tokenType === T.Name && this.scopeHas(token.image)) return tokenName(token.image);
    return token.tokenType.name;
  }

  /** What is read in the start condition that a word opens; it stays open where that is refused. */
  protected within<R>(word: IToken, read: () => R): R {
    this.scopes.push(word.image);
    const result = read();
    this.scopes.pop();
    return result;
  }

  /** Runs `line` as one statement of a block; after a refusal skips to the statement's end. */
  protected recovering(line: () => void): void {
    const { depth } = this;
    try {
      line();
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.ofBlock) throw new Refusal(thrown.diagnostic);
      this.depth = depth;
      this.diagnostics.push(this.diagnosticOf(thrown));
      while (!this.at(T.Newline) && !this.at(T.Semicolon)) {
        if (this.at(T.EndOfFile)) throw new Abort();
        this.unfold();
        const skipped = this.next();
        // A word that opens a start condition of nft's scanner leaves it open where it is skipped.
        if (this.opens(skipped)) this.scopes.push(skipped.image);
      }
      this.next();
      if (++this.faults >= MAX_ERRORS) throw new Abort();
    }
  }

  /** What our own rules threw, or Chevrotain's; anything else is a fault of the program. */
  private diagnosticOf(thrown: unknown): Diagnostic {
    if (thrown instanceof Refusal) return thrown.diagnostic;
    if (!(thrown instanceof Error) || !isRecognitionException(thrown)) throw thrown;
    const { message, token } = thrown as IRecognitionException;
    return { severity: 'error', message, spans: [this.spanOf(token)] };
  }

  /** Guards against nesting that no stack holds. */
  protected nested<R>(read: () => R, weight = 1): R {
    this.deepen(weight);
    const result = read();
    this.deepen(-weight);
    return result;
  }

  protected deepen(weight = 1): void {
    this.depth += weight;
    if (this.depth > MAX_DEPTH) this.refuse('memory exhausted', this.spanOf(this.peek()));
  }

  protected spanOf(token: IToken): Span {
    const start = token.startOffset;
    const length = token.tokenType === T.Junk ? 1 : Math.max(token.image.length, 1);
    return this.located(start, start + length);
  }

  /** Offsets of tokens tell their text as well. */
  private located(start: number, end: number): Span {
    let source = this.bases.length - 1;
    while (this.bases[source]! > start) source--;
    const base = this.bases[source]!;
    return { source, start: start - base, end: end - base };
  }

  /** From a token's start to the end of the last token taken. */
  protected spanFrom(first: IToken): Span {
    return this.located(first.startOffset, this.end());
  }

  /** From a span's start to the end of the last token taken. */
  protected extend(span: Span): Span {
    const end = this.end() - this.bases[span.source]!;
    return { source: span.source, start: span.start, end };
  }

  /** Where the last token taken ends. */
  private end(): number {
    const last = this.LA(0);
    return last.startOffset + last.image.length;
  }

  protected word(token: IToken): Word {
    const span = this.spanOf(token);
    if (token.tokenType !== T.Quoted) return { text: token.image, span };
    return { text: token.image.slice(1, -1), quoted: true, span };
  }

  protected number(token: IToken = this.expect(T.Num)): NumberWord {
    return { value: integer(token.image), span: this.spanOf(token) };
  }

  /** Whether the next name is a word of the open phrase. */
  protected isScoped(): boolean {
    const { image } = this.LA(1);
    return image !== 'last' && this.scopeHas(image);
  }

  /** A name that nft takes for a table, chain, set or variable. */
  protected identifier(...others: TokenType[]): Word {
    const token = this.peek();
    const { tokenType } = token;
    if (tokenType === T.Name && !this.isScoped()) {
      return this.word(this.next());
    }
    if (others.includes(tokenType)) return this.word(this.next());
    return this.unexpected(['string', 'last', ...others.map((type) => type.name)]);
  }
}

/** What the alternatives of a choice begin with; nothing where one begins with all sorts of words. */
function firstNames(paths: readonly TokenType[][][]): string[] {
  const first = paths.flatMap((alternative) => alternative.map((path) => path[0]?.name));
  return first.every((name) => name !== undefined && name !== T.Lead.name)
    ? (first as string[])
    : [];
}
