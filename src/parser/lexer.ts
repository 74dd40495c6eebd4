/**
 * Text to tokens.
 *
 * Owns where a name, a number, an address or a time ends: of all that could stand at a place, the
 * longest wins, as in nft's scanner. Newlines are tokens, comments and blanks are not. Every word is
 * lexed as a name, then given the kind that its text has in the table of words.
 */
import {
  type CustomPatternMatcherFunc,
  createToken,
  type IToken,
  Lexer,
  type TokenType,
} from 'chevrotain';
import { addressLength, ip6Length } from './address.ts';
import { mayBeBulk } from './bulk.ts';
import * as T from './token.ts';

export type Token = T.Token;

const nameRe = /[a-zA-Z_.][a-zA-Z0-9/\-_.]*(?:\\?\*)?/y;
const timeRe = /(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?/y;
const numberRe = /0[xX][0-9a-fA-F]+|\d+/y;

function lengthAt(re: RegExp, text: string, at: number): number {
  re.lastIndex = at;
  return re.test(text) ? re.lastIndex - at : 0;
}

const isDigit = (c: number) => c >= 48 && c <= 57;

/** Names, addresses, times and `eth*`; null where a number or a sign is longer. */
const matchName: CustomPatternMatcherFunc = (text, at) => {
  const first = text.charCodeAt(at);
  if (first === 92) return text.charCodeAt(at + 1) === 42 ? ['\\*'] : null;
  if (first === 91) return matchBracketed(text, at);
  let length: number;
  let atLeast = 1;
  if (isDigit(first) || first === 58) {
    length = lengthAt(timeRe, text, at);
    atLeast = lengthAt(numberRe, text, at) + 1;
  } else {
    length = lengthAt(nameRe, text, at);
    if (length === 1 && first === 46) return null;
  }
  length = Math.max(length, addressLength(text, at));
  return length < atLeast ? null : [text.slice(at, at + length)];
};

/** `[2001:db8::1]` */
function matchBracketed(text: string, at: number): [string] | null {
  const end = at + 1 + ip6Length(text, at + 1);
  return end > at + 1 && text.charCodeAt(end) === 93 ? [text.slice(at, end + 1)] : null;
}

const RawName = createToken({
  name: 'raw name',
  pattern: matchName,
  start_chars_hint: [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.0123456789:\\['],
  line_breaks: false,
});

/** A comment ends with its line: at the end of a text without a last newline it is junk. */
const matchComment: CustomPatternMatcherFunc = (text, at) => {
  const whole = at === 0 || text.charCodeAt(at - 1) === 10;
  let hash = at;
  while (whole && isBlank(text.charCodeAt(hash))) hash++;
  if (text.charCodeAt(hash) !== 35) return null;
  const end = text.indexOf('\n', hash);
  // A line that is nothing but a comment takes its line end with it.
  return end < 0 ? null : [text.slice(at, whole ? end + 1 : end)];
};

const isBlank = (c: number) => c === 32 || c === 9;

const definition = [
  createToken({
    name: 'comment',
    pattern: matchComment,
    start_chars_hint: [' ', '\t', '#'],
    group: Lexer.SKIPPED,
    line_breaks: true,
  }),
  createToken({ name: 'blank', pattern: /[ \t]+/, group: Lexer.SKIPPED }),
  createToken({ name: 'continuation', pattern: '\\\n', group: Lexer.SKIPPED, line_breaks: true }),
  RawName,
  ...T.kinds.filter((k) => k.PATTERN !== Lexer.NA),
];

export interface Lexed {
  readonly tokens: Token[];
  /** Offsets of line ends that stand within a token. */
  readonly joined: readonly number[];
  /** A quoted text or a list does not end here. */
  readonly open: boolean;
}

/** `base` is added to the offsets of all tokens, so that they tell the text as well. */
export type Lex = (text: string, base: number) => Lexed;

/** `words`: the kinds of words; one that is not there is a name. */
export function createLexer(words: ReadonlyMap<string, TokenType>, validate: boolean): Lex {
  const lexer = new Lexer(definition, {
    positionTracking: 'onlyOffset',
    ensureOptimizations: true,
    skipValidations: !validate,
  });
  return (text, base) => {
    const lexed = lexer.tokenize(text);
    const joined: number[] = [];
    for (const token of lexed.tokens) {
      if (token.tokenType === RawName) classify(token, words);
      else if (token.tokenType === T.Quoted || token.tokenType === T.Crlf) join(token, joined);
    }
    const unclosed = lexed.errors.some(({ offset }) => text.charCodeAt(offset) === 34);
    const open = unclosed || endsInList(lexed.tokens);
    const tokens = withJunk(lexed.tokens, text, lexed.errors);
    if (base > 0) for (const token of tokens) token.startOffset += base;
    return { tokens, joined, open };
  };
}

/** Whether the last brace opens a list that might be read in one go. */
function endsInList(tokens: readonly IToken[]): boolean {
  for (let i = tokens.length - 1; i >= 0; i--) {
    const { tokenType } = tokens[i]!;
    if (tokenType === T.BraceClose) return false;
    if (tokenType === T.BraceOpen) return mayBeBulk(tokens, i);
  }
  return false;
}

function classify(token: IToken, words: ReadonlyMap<string, TokenType>): void {
  const { image } = token;
  const wild = image.charCodeAt(image.length - 1) === 42;
  const type = words.get(image) ?? (wild ? T.Wildcard : T.Name);
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}

function join(token: IToken, joined: number[]): void {
  for (let at = token.image.indexOf('\n'); at >= 0; at = token.image.indexOf('\n', at + 1)) {
    joined.push(token.startOffset + at);
  }
}

function withJunk(
  tokens: Token[],
  text: string,
  errors: readonly { readonly offset: number }[],
): Token[] {
  if (errors.length === 0) return tokens;
  const all: Token[] = [];
  let next = 0;
  for (const { offset } of errors) {
    while (next < tokens.length && tokens[next]!.startOffset < offset) all.push(tokens[next++]!);
    all.push(T.token(T.Junk, text.charAt(offset), offset));
  }
  while (next < tokens.length) all.push(tokens[next++]!);
  return all;
}
