/**
 * Text to tokens, some hundreds at a time.
 *
 * Owns where a name, a number, an address or a time ends: of all that could stand at a place, the
 * longest wins, as in nft's scanner. Newlines are tokens, comments and blanks are not. A word has the
 * kind that its text has in the table of words, else it is a name. Only what the parser comes to is
 * read, so that a text that is refused at once costs nothing more, and tokens need not outlive their
 * batch. The tokens are Chevrotain's, read by hand: a large ruleset is mostly this loop.
 */
import type { TokenType } from 'chevrotain';
import { addressLength, ip6Length } from './address.ts';
import { mayBeBulk, readBulk } from './bulk.ts';
import * as T from './token.ts';

export type Token = T.Token;

/** Tokens of a batch; it ends at the next line end, but does not grow to the larger number. */
const BATCH = 256;
const LARGEST = 4096;

/** What a character can be, by its code. */
const BEGINS_NAME = 1;
const IN_NAME = 2;
const DIGIT = 4;
const BLANK = 8;
const classes = new Uint8Array(128);
const mark = (characters: string, what: number): void => {
  for (const c of characters) classes[c.charCodeAt(0)]! |= what;
};
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.', BEGINS_NAME | IN_NAME);
mark('0123456789', DIGIT | IN_NAME);
mark('/-', IN_NAME);
mark(' \t', BLANK);

/** 0 beyond the end of the text. */
const classAt = (text: string, at: number): number => classes[text.charCodeAt(at)] ?? 0;

/** Numbers of so many characters fit into 64 bits. */
const SURE_DIGITS = 18;
const MAX_NUMBER = 2n ** 64n - 1n;

const timeRe = /(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?/y;
/** Names that begin with a digit: the ethertypes of VLAN tags. */
const tagRe = /8021(?:ad|q)/y;
const notOctalRe = /^0\d*[89]/;
const hexRe = /0[xX][0-9a-fA-F]+/y;
/** What no word, number, text or sign begins with. */
const junkRe = /[\x00-\x08\x0b\x0c\x0e-\x1f%'?`~\x7f-\uffff]+/y;

function lengthAt(re: RegExp, text: string, at: number): number {
  re.lastIndex = at;
  return re.test(text) ? re.lastIndex - at : 0;
}

const [LINE_END, RETURN, QUOTE, HASH, ASTERISK, DOT, ZERO, COLON, BRACKET, BACKSLASH, BRACE] = [
  ...'\n\r"#*.0:[\\{',
].map((c) => c.charCodeAt(0));

/** Signs by the code of their first character, those of two characters first. */
const signs: (readonly (readonly [text: string, type: TokenType])[] | undefined)[] = [];
for (const [text, type] of T.signs) {
  const same = [...(signs[text.charCodeAt(0)] ?? []), [text, type] as const];
  signs[text.charCodeAt(0)] = same.sort(([a], [b]) => b.length - a.length);
}

export class Lexer {
  /** Offsets of line ends within tokens, as far as the text was read. */
  readonly joined: number[] = [];
  private readonly words: ReadonlyMap<string, TokenType>;
  private readonly text: string;
  private readonly base: number;
  private readonly lastLineEnd: number;
  private at = 0;
  private ended = false;
  private tokens: Token[] = [];

  /** `base` is added to the offsets of all tokens, so that they tell the text as well. */
  constructor(words: ReadonlyMap<string, TokenType>, text: string, base: number) {
    this.words = words;
    this.text = text;
    this.base = base;
    this.lastLineEnd = text.lastIndexOf('\n');
  }

  /** The next tokens; the last of the text is an EndOfFile; undefined after it. */
  read(): Token[] | undefined {
    if (this.ended) return undefined;
    const { text } = this;
    const tokens: Token[] = [];
    this.tokens = tokens;
    for (;;) {
      this.skip();
      if (this.at >= text.length) {
        this.ended = true;
        this.add(T.EndOfFile, 0);
        return tokens;
      }
      this.next();
      const { length } = tokens;
      if (length >= LARGEST) return tokens;
      if (length >= BATCH && tokens[length - 1]!.tokenType === T.Newline) return tokens;
    }
  }

  /** Takes so many characters as a token. */
  private add(type: TokenType, length: number): void {
    const { at, text } = this;
    this.tokens.push(T.token(type, text.slice(at, at + length), this.base + at));
    this.at = at + length;
  }

  /** Past blanks, joined lines and comments. */
  private skip(): void {
    const { text } = this;
    for (;;) {
      const start = this.at;
      while ((classAt(text, this.at) & BLANK) !== 0) this.at++;
      const c = text.charCodeAt(this.at);
      if (c === BACKSLASH && text.charCodeAt(this.at + 1) === LINE_END) this.at += 2;
      else if (c !== HASH || !this.comment(start)) return;
    }
  }

  /**
   * A comment ends with its line, and a line that is nothing else (blanks began at `start`) takes its
   * line end with it. At the end of a text without a last newline it is junk.
   */
  private comment(start: number): boolean {
    if (this.at > this.lastLineEnd) return false;
    const end = this.text.indexOf('\n', this.at);
    const whole = start === 0 || this.text.charCodeAt(start - 1) === LINE_END;
    this.at = whole ? end + 1 : end;
    return true;
  }

  private next(): void {
    const { text, at } = this;
    const c = text.charCodeAt(at);
    const kind = classes[c] ?? 0;
    if (c === LINE_END) this.add(T.Newline, 1);
    else if ((kind & DIGIT) !== 0) this.number(c);
    else if ((kind & BEGINS_NAME) !== 0) this.name(c);
    else if (c === COLON || c === BRACKET) this.address(c);
    else if (c === QUOTE) this.quoted();
    else if (c === BRACE) this.brace();
    else if (c === RETURN && text.charCodeAt(at + 1) === LINE_END) this.joining(T.Crlf, 2);
    else if (c === BACKSLASH && text.charCodeAt(at + 1) === ASTERISK) this.word(2);
    else this.sign(c);
  }

  /** A name, or an address that begins with a letter; `eth*`. */
  private name(first: number): void {
    const { text, at } = this;
    let end = at + 1;
    while ((classAt(text, end) & IN_NAME) !== 0) end++;
    if (text.charCodeAt(end) === ASTERISK) end++;
    else if (text.charCodeAt(end) === BACKSLASH && text.charCodeAt(end + 1) === ASTERISK) end += 2;
    const length = Math.max(end - at, first === DOT ? 0 : addressLength(text, at));
    if (length === 1 && first === DOT) this.add(T.Dot, 1);
    else this.word(length);
  }

  /** A number, or a time, name or address that is longer than its first number. */
  private number(first: number): void {
    const { text, at } = this;
    let end = at + 1;
    let kind = classAt(text, end);
    while ((kind & DIGIT) !== 0) kind = classAt(text, ++end);
    const more = (kind & BEGINS_NAME) !== 0 || text.charCodeAt(end) === COLON;
    if (!more) {
      this.digits(end - at);
      return;
    }
    const number = Math.max(end - at, first === ZERO ? lengthAt(hexRe, text, at) : 0);
    const name = Math.max(lengthAt(timeRe, text, at), lengthAt(tagRe, text, at));
    const longer = Math.max(name, addressLength(text, at));
    if (longer > number) this.word(longer);
    else this.digits(number);
  }

  /** A number of so many characters; beyond 64 bits, or octal with an 8 in it, it is a mere string. */
  private digits(length: number): void {
    const { text, at } = this;
    const isOctal = length > 1 && text.charCodeAt(at) === ZERO;
    const isNumber =
      (!isOctal || !notOctalRe.test(text.slice(at, at + length))) &&
      (length <= SURE_DIGITS || BigInt(text.slice(at, at + length)) <= MAX_NUMBER);
    this.add(isNumber ? T.Num : T.Name, length);
  }

  /** `::1`, `[2001:db8::1]`; else a sign. */
  private address(first: number): void {
    const { text, at } = this;
    if (first === COLON) {
      const length = addressLength(text, at);
      if (length > 0) this.word(length);
      else this.add(T.Colon, 1);
      return;
    }
    const inside = ip6Length(text, at + 1);
    if (inside > 0 && text.charAt(at + 1 + inside) === ']') this.word(inside + 2);
    else this.add(T.BracketOpen, 1);
  }

  private word(length: number): void {
    const image = this.text.slice(this.at, this.at + length);
    const wild = image.charCodeAt(length - 1) === ASTERISK;
    const type = this.words.get(image) ?? (wild ? T.Wildcard : T.Name);
    this.tokens.push(T.token(type, image, this.base + this.at));
    this.at += length;
  }

  private quoted(): void {
    const end = this.text.indexOf('"', this.at + 1);
    if (end < 0) this.junk();
    else this.joining(T.Quoted, end + 1 - this.at);
  }

  /** A token with line ends in it, which end no statement. */
  private joining(type: TokenType, length: number): void {
    const { at, tokens } = this;
    this.add(type, length);
    const { image } = tokens[tokens.length - 1]!;
    for (let i = image.indexOf('\n'); i >= 0; i = image.indexOf('\n', i + 1)) {
      this.joined.push(at + i);
    }
  }

  /** `{`, or all of a long list of plain elements. */
  private brace(): void {
    const { text, at, tokens } = this;
    const read = mayBeBulk(tokens) ? readBulk(text, at) : undefined;
    this.add(T.BraceOpen, read ? read.end - at : 1);
    if (read) tokens[tokens.length - 1]!.payload = read.bulk;
  }

  private sign(first: number): void {
    const { text, at } = this;
    const found = signs[first]?.find(([sign]) => text.startsWith(sign, at));
    if (found) this.add(found[1], found[0].length);
    else this.junk();
  }

  /** What begins nothing; characters behind it that begin nothing either go with it. */
  private junk(): void {
    const length = lengthAt(junkRe, this.text, this.at);
    this.add(T.Junk, Math.max(length, 1));
  }
}
