/**
 * What expressions consist of: selectors, literals, variables and references, operators between them.
 *
 * Binary operators bind as in C. Sides, sets and what statements take are made of these in
 * expressions.ts.
 */
import type { IToken, ParserMethod } from 'chevrotain';
import type { BinopExpr, Expr, ListExpr, SetRefExpr, SymbolExpr, VariableExpr } from './ast.ts';
import type { CursorOptions } from './cursor.ts';
import type { Token } from './lexer.ts';
import { closest } from './misspell.ts';
import type { Phrase } from './phrase.ts';
import { Phrases } from './phrases.ts';
import { symbolOf } from './rule-form.ts';
import * as T from './token.ts';
import type { KeySyntax } from './vocabulary.ts';

/**
 * What an operand may be: a selector or a literal, a literal, or what statements take, where some
 * selectors may not stand.
 */
type Primary = 'left' | 'right' | 'stated';

const precedence = new Map([
  [T.Or, 1],
  [T.Xor, 2],
  [T.And, 3],
  [T.ShiftLeft, 4],
  [T.ShiftRight, 4],
]);

export abstract class Operands extends Phrases {
  /** Rows by leading word, and by the words that stand without it. */
  protected readonly keys: ReadonlyMap<string, KeySyntax>;
  private readonly unqualified: ReadonlyMap<string, KeySyntax>;

  constructor(
    options: CursorOptions,
    keys: readonly KeySyntax[],
    phrasesOf: (word: string) => readonly Phrase[],
  ) {
    super(options, phrasesOf);
    this.keys = new Map(keys.map((row) => [row.name, row]));
    this.unqualified = new Map(keys.flatMap((row) => (row.unqualified ?? []).map((w) => [w, row])));
  }

  /** A near word of the phrase that it stands in. */
  protected override hintOf({ image, tokenType }: IToken): string | undefined {
    const words = tokenType === T.Name ? this.reserved() : undefined;
    const near = words && closest(image, words);
    return near && `${this.scopes.at(-1)} has no '${image}'; did you mean '${near}'?`;
  }

  // ── Left sides ─────────────────────────────────────────────────────────────────────────────

  /** `a . b . c` of selectors and literals. */
  protected concat(): Expr {
    return this.joined(this.leftPart, this.binary('left'));
  }

  protected readonly leftPart = (): Expr => this.binary('left');
  protected readonly rightPart = (): Expr => this.multiton(this.binary('right'));

  protected joined(part: () => Expr, first = part()): Expr {
    if (!this.at(T.Dot)) return first;
    const parts = [first];
    for (let dot = this.take(T.Dot); dot; dot = this.take(T.Dot)) {
      const node = part();
      // nft counts the dot to the part that it adds to a concatenation.
      const { start } = parts.length > 1 ? this.spanOf(dot) : node.span;
      parts.push({ ...node, span: { ...node.span, start } });
    }
    return { kind: 'concat', parts, span: this.extend(first.span) };
  }

  /** Operators by precedence climbing. */
  protected binary(side: Primary, above = 0): Expr {
    const first = this.peek();
    let left = this.primary(side);
    for (;;) {
      const { tokenType } = this.LA(1);
      const binds = precedence.get(tokenType);
      if (binds === undefined || binds <= above) return left;
      this.next();
      const right = this.binary(side === 'left' ? 'right' : side, binds);
      const op = T.signText(tokenType) as BinopExpr['op'];
      // Parentheses belong to what they begin, not to what they hold.
      const from = first.tokenType === T.ParenOpen ? this.spanOf(first) : left.span;
      left = { kind: 'binop', op, left, right, span: this.extend(from) };
    }
  }

  protected beginsLiteral(token: Token): boolean {
    switch (token.tokenType) {
      case T.Name:
        return T.literals.has(token.image) || !this.scopeHas(token.image);
      case T.Num:
      case T.Quoted:
      case T.Wildcard:
      case T.Dollar:
      case T.ParenOpen:
      case T.Exists:
      case T.Missing:
        return true;
      default:
        return T.valueWords.has(token.image) && this.isWord(token);
    }
  }

  protected beginsExpression(token: Token): boolean {
    return this.beginsLiteral(token) || token.tokenType === T.At || this.beginsSelector(token);
  }

  protected beginsSelector(token: Token): boolean {
    if (token.tokenType === T.Quoted) return false;
    return this.keys.has(token.image) || this.unqualified.has(token.image);
  }

  protected primary(side: Primary): Expr {
    const token = this.peek();
    if (side !== 'right' && this.beginsSelector(token)) {
      const row = side === 'stated' ? this.keys.get(token.image) : undefined;
      if (row?.unstated) return this.unexpected();
      const value = row && T.keywords.has(token.image) && !this.begins(row.phrase, 2);
      if (!value) return this.selector(token);
      const literal = this.symbol(this.next());
      // It might have led a selector, for which nft has looked.
      this.within(token, () => this.claim());
      return literal;
    }
    switch (token.tokenType) {
      case T.Name:
        return this.beginsLiteral(token) ? this.symbol(this.next()) : this.unexpected();
      case T.Exists:
      case T.Missing:
        return side === 'left' ? this.unexpected() : this.symbol(this.next());
      case T.Num:
      case T.Quoted:
      case T.Wildcard:
        return this.symbol(this.next());
      case T.Dollar:
        return this.SUBRULE(this.variable);
      case T.ParenOpen:
        return this.nested(() => {
          this.next();
          const inner = this.binary(side);
          this.expect(T.ParenClose);
          return inner;
        });
      default:
        // Names of protocols are literals on right sides only.
        if (side !== 'right' && token.tokenType === T.Lead && !T.keywords.has(token.image))
          return this.unexpected();
        if (this.beginsLiteral(token)) return this.symbol(this.next());
        return this.unexpected();
    }
  }

  private selector(token: Token): Expr {
    const row = this.keys.get(token.image);
    if (row) {
      this.next();
      this.deepen();
      const args = this.phrase(row.name, row.phrase, row.open);
      this.deepen(-1);
      return { kind: 'selector', word: row.name, args, span: this.spanFrom(token) };
    }
    const meant = this.unqualified.get(token.image)!;
    const args = this.phrase(meant.name, meant.phrase);
    return { kind: 'selector', word: meant.name, args, span: this.spanFrom(token) };
  }

  protected symbol(token: IToken): SymbolExpr {
    return symbolOf(token, this.spanOf(token));
  }

  /** `$name`: its value is looked up where it stands. */
  protected readonly variable: ParserMethod<[], VariableExpr> = this.RULE(
    'variable',
    (): VariableExpr => {
      const dollar = this.CONSUME(T.Dollar);
      return this.ACTION((): VariableExpr => {
        const { text: name, span } = this.identifier();
        const value = this.definitions.lookup(name);
        if (value) return { kind: 'variable', name, value, span: this.spanFrom(dollar) };
        return this.refuse(this.definitions.unknown(name), span);
      });
    },
  );

  // ── Right sides ────────────────────────────────────────────────────────────────────────────

  /** What follows a slash where no prefix does: flags, two at least; any of them. */
  protected maskFlags(): Expr {
    const first = this.binary('right');
    if (!this.at(T.Comma)) this.unexpected([T.Comma.name]);
    return this.list(first).parts.reduce((left, right) => {
      const span = { ...left.span, end: right.span.end };
      return { kind: 'binop', op: '|', left, right, span };
    });
  }

  protected list(first: Expr): ListExpr {
    const parts = [first];
    while (this.take(T.Comma)) parts.push(this.binary('right'));
    return { kind: 'list', parts, span: this.extend(first.span) };
  }

  /** A prefix or a range that goes on from its first part; `masked`: a mask may follow instead. */
  protected multiton(first: Expr, masked = false, side: Primary = 'right'): Expr {
    if (this.at(T.Slash) && !(masked && this.beginsMask())) {
      this.next();
      const length = this.number();
      return { kind: 'prefix', base: first, length, span: this.extend(first.span) };
    }
    if (!this.take(T.Dash)) return first;
    const high = this.binary(side);
    return { kind: 'range', low: first, high, span: this.extend(first.span) };
  }

  /** `/ 24` is a prefix, `/ 1,2` and `/ syn,ack` are masks. */
  private beginsMask(): boolean {
    return this.peek(2).tokenType !== T.Num || this.peek(3).tokenType === T.Comma;
  }

  protected setReference(): SetRefExpr | VariableExpr {
    if (this.at(T.Dollar)) return this.SUBRULE(this.variable);
    const at = this.expect(T.At, T.Dollar);
    // What may follow the sign elsewhere is no name.
    this.scopes.push(at.image);
    const name = this.identifier().text;
    this.scopes.pop();
    return { kind: 'setref', name, span: this.spanFrom(at) };
  }

  protected tableReference(): SetRefExpr {
    const at = this.expect(T.At);
    this.scopes.push(at.image);
    if (this.at(T.Name) && this.isScoped())
      this.unexpected([T.Name.name, T.Quoted.name, T.Wildcard.name]);
    const { text } = this.word(this.expect(T.Name, T.Quoted, T.Wildcard));
    this.scopes.pop();
    return { kind: 'setref', name: text, span: this.spanFrom(at) };
  }

  protected numbers(): Expr {
    const low = this.numberOrVariable();
    if (!this.take(T.Dash)) return low;
    const high = this.numberOrVariable();
    return { kind: 'range', low, high, span: this.extend(low.span) };
  }

  private numberOrVariable(): Expr {
    if (this.at(T.Dollar)) return this.SUBRULE(this.variable);
    return this.symbol(this.expect(T.Num, T.Dollar));
  }
}
