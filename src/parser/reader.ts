/**
 * A text's tokens, piece by piece.
 *
 * Owns where a text may be cut: at the ends of lines, never inside a quoted text or a long list. Only
 * what the parser comes to is lexed, so that a text that is refused at once costs nothing more, and
 * tokens do not outlive their piece.
 */
import type { Lex, Token } from './lexer.ts';
import * as T from './token.ts';

/** Characters of a piece: what is usual, when a line is cut, and the most that one may grow to. */
const PIECE = 1 << 16;
const LINE = 1 << 20;
const LARGEST = 1 << 23;

export class TokenReader {
  /** Offsets of line ends within tokens, as far as the text was read. */
  readonly joined: number[] = [];
  private readonly lex: Lex;
  private readonly text: string;
  private readonly base: number;
  private at = 0;
  private ended = false;

  /** `base` is added to the offsets of all tokens. */
  constructor(lex: Lex, text: string, base: number) {
    this.lex = lex;
    this.text = text;
    this.base = base;
  }

  /** The next tokens; the last of the text is an EndOfFile; undefined after it. */
  read(): Token[] | undefined {
    if (this.ended) return undefined;
    for (let size = PIECE; ; size *= 2) {
      const end = this.pieceEnd(size);
      const last = end === this.text.length;
      const piece = this.at === 0 && last ? this.text : this.text.slice(this.at, end);
      const { tokens, joined, open } = this.lex(piece, this.base + this.at);
      if (open && !last && size < LARGEST) continue;
      for (const offset of joined) this.joined.push(this.at + offset);
      this.at = end;
      this.ended = last;
      if (last) tokens.push(T.token(T.EndOfFile, '', this.base + end));
      return tokens;
    }
  }

  /** The first line end after so many characters; in a line without end, a blank. */
  private pieceEnd(size: number): number {
    const { text, at } = this;
    if (text.length - at <= size + PIECE) return text.length;
    const most = Math.max(size, LINE);
    const end = text.slice(at + size, at + size + most).indexOf('\n');
    if (end >= 0) return at + size + end + 1;
    const blank = text.lastIndexOf(' ', at + most);
    return blank > at ? blank : Math.min(at + most, text.length);
  }
}
