/**
 * A rule that differs from one read before in constants alone, and what the two have in common.
 *
 * Owns how such a rule answers for what it says: its constants at once, its nodes when somebody asks
 * for them. Which rules are alike is found in rule-sketch.ts.
 */
import type { Element, Expr, NumberWord, Rule, Span, Statement, SymbolExpr, Word } from './ast.ts';
import { decimal, integer } from './number.ts';
import type { Sketch } from './rule-sketch.ts';
import type { Token } from './token.ts';
import * as T from './token.ts';

/** A right side of nothing but constants, by the places of its parts among the rule's. */
export type ConstantForm =
  | { readonly kind: 'symbol'; readonly at: number }
  | { readonly kind: 'prefix'; readonly base: number; readonly length: number }
  | { readonly kind: 'range'; readonly low: number; readonly high: number }
  | SetForm;

/** The braces have places among the constants, too. */
interface SetForm {
  readonly kind: 'set';
  readonly open: number;
  readonly close: number;
  readonly keys: readonly ConstantForm[];
}

/** A statement with constants that are free: what a match compares with, or where a verdict goes. */
export type Slot = { readonly statement: number } & (
  | { readonly right: ConstantForm }
  | { readonly chain: number }
);

/** What rules have in common that differ in free constants alone. */
export class RuleForm {
  readonly slots: readonly Slot[];
  /** The constant that is the rule's comment; `fixed` where it is the same in all of them. */
  readonly comment: number | 'fixed' | undefined;

  constructor(slots: readonly Slot[], comment: number | 'fixed' | undefined) {
    this.slots = slots;
    this.comment = comment;
  }
}

/** The text that rules stand in, and how they are read after all. */
export interface RuleText {
  readonly source: number;
  /** What is added to the offsets of its tokens. */
  readonly base: number;
  rule(place: Span): Rule;
}

/** A rule that was read by its form. */
export class FormedRule implements Rule {
  readonly form: RuleForm;
  readonly span: Span;
  /** Where it ends with its comment. */
  private readonly end: number;
  /** The constants, by place in the form's. */
  private readonly tokens: readonly Token[];
  private readonly text: RuleText;
  private read: Rule | undefined;

  constructor(form: RuleForm, { tokens, constants }: Sketch, text: RuleText) {
    this.form = form;
    this.tokens = constants.map((at) => tokens[at]!);
    this.text = text;
    const own = tokens.length - (form.comment === undefined ? 0 : COMMENT_TOKENS);
    this.span = spanOf(tokens[0]!, tokens[own - 1]!, text);
    this.end = endOf(tokens[tokens.length - 1]!, text);
  }

  /** Not a property of its own: a copy with other statements has no such form. */
  get formed(): this {
    return this;
  }

  get statements(): readonly Statement[] {
    return this.whole.statements;
  }

  private get whole(): Rule {
    this.read ??= this.text.rule({ ...this.span, end: this.end });
    return this.read;
  }

  get comment(): Word | undefined {
    const { comment } = this.form;
    if (comment === undefined) return undefined;
    if (comment === 'fixed') return this.whole.comment;
    return { text: unquoted(this.tokens[comment]!), quoted: true, span: this.spanOf(comment) };
  }

  /** The right side of a match. */
  right(form: ConstantForm): Expr {
    switch (form.kind) {
      case 'symbol':
        return this.symbol(form.at);
      case 'prefix': {
        const { base, length } = form;
        const span = this.spanOf(base, length);
        return { kind: 'prefix', base: this.symbol(base), length: this.number(length), span };
      }
      case 'range': {
        const { low, high } = form;
        const span = this.spanOf(low, high);
        return { kind: 'range', low: this.symbol(low), high: this.symbol(high), span };
      }
      case 'set': {
        const keys = form.keys.map((key) => this.right(key));
        const elements = keys.map((key): Element => ({ key, span: key.span }));
        return { kind: 'set', elements, span: this.spanOf(form.open, form.close) };
      }
    }
  }

  symbol(at: number): SymbolExpr {
    return symbolOf(this.tokens[at]!, this.spanOf(at));
  }

  private number(at: number): NumberWord {
    return { value: integer(this.tokens[at]!.image), span: this.spanOf(at) };
  }

  private spanOf(first: number, last = first): Span {
    return spanOf(this.tokens[first]!, this.tokens[last]!, this.text);
  }
}

/** `comment "…"` */
const COMMENT_TOKENS = 2;

function spanOf(first: Token, last: Token, text: RuleText): Span {
  const { source, base } = text;
  return { source, start: first.startOffset - base, end: endOf(last, text) };
}

const endOf = ({ startOffset, image }: Token, { base }: RuleText): number =>
  startOffset + image.length - base;

const unquoted = ({ image }: Token): string => image.slice(1, -1);
const BRACKET = 91;

/** A literal as the tree has it. */
export function symbolOf(token: Token, span: Span): SymbolExpr {
  const { image } = token;
  switch (token.tokenType) {
    case T.Num:
      return { kind: 'symbol', text: decimal(image), number: true, span };
    case T.Quoted:
      return { kind: 'symbol', text: unquoted(token), quoted: true, span };
    default: {
      const text = image.charCodeAt(0) === BRACKET ? unquoted(token) : image;
      return { kind: 'symbol', text, span };
    }
  }
}
