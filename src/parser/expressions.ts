/**
 * The expressions of the language, at the levels that nft's grammar has.
 *
 * A left side (`concat`) reads selectors and literals; a right side (`right`) reads literals, ranges,
 * lists and sets; a value (`stated`) is what statements take.
 */
import type { ParserMethod } from 'chevrotain';
import type { Element, Expr, SetExpr, Statement, SymbolExpr, VerdictExpr, Word } from './ast.ts';
import type { Token } from './lexer.ts';
import { Operands } from './operands.ts';
import type { ExprLevel } from './phrase.ts';
import { PlainList, PlainSet } from './plain-list.ts';
import * as T from './token.ts';

/** Words that are verdicts. */
export const verdicts = new Map([
  [T.Accept, 'accept'],
  [T.Drop, 'drop'],
  [T.Continue, 'continue'],
  [T.Return, 'return'],
  [T.Jump, 'jump'],
  [T.Goto, 'goto'],
] as const);

const isName = (e: Expr): boolean => (e.kind === 'symbol' && !e.number) || e.kind === 'variable';

/** What an element has besides its key and what that maps to. */
type ElementOptions = Omit<Element, 'key' | 'data' | 'span'>;

export abstract class Expressions extends Operands {
  protected abstract textOf(source: number): string;
  protected abstract statefulStatements(): Statement[];
  protected abstract anyStatement(): Statement;

  protected override value(level: ExprLevel): Expr {
    switch (level) {
      case 'primary':
        return this.primary('left');
      case 'rhs':
        return this.right();
      case 'stmt':
        return this.stated();
      case 'literal':
        return this.multiton(this.binary('right'));
      case 'concat':
        return this.concat();
      case 'elements':
        return this.statedElements();
      case 'metered':
        return this.metered();
      case 'element': {
        const element = this.statedKey();
        return { kind: 'set', elements: [element], span: element.span };
      }
      case 'number':
        return this.numbers();
      case 'code':
        return this.symbol(this.expect(T.Num, T.Name));
      case 'setref':
        return this.setReference();
      case 'tableref':
        return this.tableReference();
    }
  }

  protected override beginsValue(token: Token, level: ExprLevel): boolean {
    switch (level) {
      case 'setref':
        return token.tokenType === T.At || token.tokenType === T.Dollar;
      case 'elements':
      case 'metered':
        return token.tokenType === T.BraceOpen;
      case 'rhs':
        return (
          this.beginsLiteral(token) || token.tokenType === T.BraceOpen || token.tokenType === T.At
        );
      case 'literal':
        return this.beginsLiteral(token);
      case 'number':
        return token.tokenType === T.Num || token.tokenType === T.Dollar;
      case 'code':
        return token.tokenType === T.Num || token.tokenType === T.Name;
      case 'tableref':
        return token.tokenType === T.At;
      default:
        return this.beginsExpression(token);
    }
  }

  // ── Right sides ────────────────────────────────────────────────────────────────────────────

  /** A literal side: `a`, `a-b`, `a/n`, `a . b`, `a, b`, `{ … }`, `@name`. ; `masked`: `/ mask` may follow. */
  protected right(masked = false): Expr {
    if (this.at(T.BraceOpen)) return this.SUBRULE(this.set);
    if (this.at(T.At)) return this.setReference();
    const first = this.binary('right');
    if (this.at(T.Comma)) return this.list(first);
    return this.joined(this.rightPart, this.multiton(first, masked));
  }

  // ── What statements take ───────────────────────────────────────────────────────────────────

  /** Selectors and literals, joined; `key map { … }`; a range or prefix; a list of names. */
  protected stated(): Expr {
    const begin = this.peek();
    const first = this.binary('stated');
    if (this.at(T.Slash) || this.at(T.Dash)) return this.multiton(first, false, 'stated');
    if (this.at(T.Comma) && isName(first) && this.LA(0) === begin) return this.names(first);
    const key = this.joined(() => this.binary('stated'), first);
    return this.at(T.MapWord) ? this.mapped(key) : key;
  }

  /** What `,` joins: names only, no numbers. */
  private names(first: Expr): Expr {
    const parts = [first];
    while (this.take(T.Comma)) {
      if (this.at(T.Num)) this.unexpected();
      parts.push(this.binary('stated'));
    }
    return { kind: 'list', parts, span: this.extend(first.span) };
  }

  /** `key map { … }`, `key map @name`; in a match, any right side. */
  protected mapped(key: Expr, matched = false): Expr {
    this.next();
    const map = matched ? this.right() : this.mapSource(false);
    return { kind: 'map', key, map, span: this.extend(key.span) };
  }

  protected mapSource(verdicts: boolean): Expr {
    if (this.at(T.BraceOpen)) return this.SUBRULE(this.set, { ARGS: [verdicts] });
    if (this.at(T.At) || this.at(T.Dollar)) return this.setReference();
    return this.unexpected([T.At.name, T.BraceOpen.name, T.Dollar.name]);
  }

  // ── Sets ───────────────────────────────────────────────────────────────────────────────────

  /** `{ a, b : c, … }`; newlines may stand around elements, a comma after the last. */
  protected readonly set: ParserMethod<[verdicts?: boolean], SetExpr> = this.RULE(
    'setExpression',
    (verdicts = false): SetExpr => {
      const open = this.CONSUME(T.BraceOpen);
      return this.ACTION(() => {
        const plain = this.plainList(open);
        if (plain) return new PlainSet(plain, this.spanFrom(open));
        const elements = this.nested(() => this.members(verdicts));
        return { kind: 'set', elements, span: this.spanFrom(open) };
      });
    },
  );

  /** A list that the lexer has read. */
  private plainList(open: Token): PlainList | undefined {
    const { source } = this.spanOf(open);
    return open.payload && new PlainList(open.payload, this.textOf(source), source);
  }

  /** Elements and the end of their list; one line end may stand before and after each. */
  private members(verdicts: boolean): Element[] {
    const elements: Element[] = [];
    this.take(T.Newline);
    do {
      if (elements.length > 0) {
        this.take(T.Newline);
        if (!this.beginsElement()) continue;
      }
      elements.push(this.element(verdicts));
      this.take(T.Newline);
    } while (this.take(T.Comma));
    this.closeList();
    return elements;
  }

  private beginsElement(): boolean {
    return this.beginsLiteral(this.peek()) || this.at(T.BraceOpen) || this.at(T.Asterisk);
  }

  /** The end of a list in braces, which might have gone on. */
  protected closeList(): void {
    this.expectOf([T.BraceClose], [T.Comma, T.BraceClose]);
  }

  private element(verdicts: boolean): Element {
    if (verdicts && this.at(T.BraceOpen)) this.unexpected();
    const key = this.elementKey();
    const options = key.kind === 'set' ? {} : this.elementOptions();
    if (verdicts && !this.at(T.Colon)) this.unexpected([T.Colon.name]);
    const data = this.take(T.Colon) ? this.elementData(verdicts) : undefined;
    return { key, ...options, ...(data && { data }), span: this.extend(key.span) };
  }

  private elementKey(): Expr {
    if (this.at(T.BraceOpen)) return this.SUBRULE(this.set);
    const star = this.take(T.Asterisk);
    if (star) return { kind: 'wildcard', span: this.spanOf(star) };
    return this.joined(this.rightPart);
  }

  private elementData(verdicts: boolean): Expr {
    if (verdicts && !this.beginsVerdict()) this.unexpected();
    if (this.beginsVerdict()) return this.verdict();
    return this.joined(this.rightPart);
  }

  /** `[statements] [options [statements]]` */
  private elementOptions(): ElementOptions {
    const before = this.statefulStatements();
    const options = this.elementWords(true);
    const named = options.timeout ?? options.expires ?? options.comment;
    const after = named === undefined ? [] : this.statefulStatements();
    const statements = [...before, ...after];
    return statements.length > 0 ? { ...options, statements } : options;
  }

  /** `timeout`, `expires` and `comment`, in any order; `ending`: that it has no timeout can be said. */
  private elementWords(ending: boolean): ElementOptions {
    const options: { -readonly [K in keyof Element]?: Element[K] } = {};
    for (;;) {
      if (this.take(T.Timeout))
        options.timeout = ending && this.reads('never') ? this.never() : this.time();
      else if (this.take(T.Expires)) options.expires = this.time();
      else if (this.at(T.Comment)) options.comment = this.SUBRULE(this.comment);
      else return options;
    }
  }

  private never(): 'never' {
    this.next();
    return 'never';
  }

  protected readonly comment: ParserMethod<[], Word> = this.RULE('commentText', () => {
    this.CONSUME(T.Comment);
    return this.ACTION(() => {
      const word = this.word(this.expect(T.Name, T.Quoted, T.Wildcard));
      if (word.text.length > 128) {
        this.refuse('comment too long, 128 characters maximum allowed', word.span);
      }
      return word;
    });
  });

  /** `{ key [options] [: data] }` of `add @set`: its parts are selectors. */
  private statedElements(): SetExpr {
    const open = this.expect(T.BraceOpen);
    const element = this.statedElement();
    if (!this.take(T.BraceClose)) this.unexpected(element.ofData ? [T.BraceClose.name] : []);
    return { kind: 'set', elements: [element], span: this.spanFrom(open) };
  }

  private metered(): SetExpr {
    const open = this.expect(T.BraceOpen);
    const key = this.joined(this.leftPart);
    const options = this.elementWords(false);
    const statements = [this.anyStatement()];
    const element = { key, ...options, statements, span: this.extend(key.span) };
    this.expect(T.BraceClose);
    return { kind: 'set', elements: [element], span: this.spanFrom(open) };
  }

  private statedElement(): Element {
    const element = this.statedKey();
    const data = this.take(T.Colon) ? this.joined(this.leftPart) : undefined;
    if (!data) return element;
    const ofData = this.elementWords(false);
    return { ...element, data, ofData, span: this.extend(element.span) };
  }

  private statedKey(): Element {
    const key = this.joined(this.leftPart);
    const options = this.elementWords(false);
    const statements = this.statefulStatements();
    const own = statements.length > 0 && { statements };
    return { key, ...options, ...own, span: this.extend(key.span) };
  }

  // ── Verdicts ───────────────────────────────────────────────────────────────────────────────

  protected beginsVerdict(): boolean {
    return verdicts.has(this.LA(1).tokenType as never);
  }

  protected verdict(): VerdictExpr {
    const token = this.next();
    const verdict = verdicts.get(token.tokenType as never)!;
    if (verdict !== 'jump' && verdict !== 'goto') {
      return { kind: 'verdict', verdict, span: this.spanOf(token) };
    }
    const chain = this.at(T.Dollar) ? this.SUBRULE(this.variable) : this.chainName();
    return { kind: 'verdict', verdict, chain, span: this.spanFrom(token) };
  }

  private chainName(): SymbolExpr {
    const { text, span } = this.identifier(T.Dollar);
    return { kind: 'symbol', text, span };
  }
}
