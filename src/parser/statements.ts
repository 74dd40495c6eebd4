/**
 * Rules and their statements.
 *
 * A statement is a verdict, a phrase of the vocabulary, or starts with an expression: a match, an
 * assignment or a verdict map. Which it is shows at the first word, or after the expression.
 */
import type { IToken, ParserMethod } from 'chevrotain';
import type {
  ChainBlock,
  Expr,
  MatchStatement,
  RelOp,
  Rule,
  SelectorExpr,
  Statement,
} from './ast.ts';
import type { CursorOptions } from './cursor.ts';
import { Expressions, verdicts } from './expressions.ts';
import type { Token } from './lexer.ts';
import { closest } from './misspell.ts';
import type { Phrase } from './phrase.ts';
import { fixedWords } from './phrase-shape.ts';
import { FormedRule, type RuleText } from './rule-form.ts';
import { RuleForms } from './rule-sketch.ts';
import * as T from './token.ts';
import type { StatementSyntax, Vocabulary } from './vocabulary.ts';

/** A statement's row with its leading words. */
interface Led {
  readonly words: readonly string[];
  readonly row: StatementSyntax;
}

const relations = new Set([
  T.Equal,
  T.NotEqual,
  T.Less,
  T.Greater,
  T.LessEqual,
  T.GreaterEqual,
  T.Not,
]);

/** What `/ mask` may follow: flags, no set and no range. */
const mayBeMasked = ({ kind }: Expr): boolean =>
  kind === 'symbol' || kind === 'variable' || kind === 'binop' || kind === 'list';

/** A chain within a chain takes more of the stack than an expression within one. */
const CHAIN_WEIGHT = 4;

export abstract class Statements extends Expressions {
  /** By first word; of those that share it, the ones of more words first. */
  private readonly led: ReadonlyMap<string, readonly Led[]>;

  constructor(
    options: CursorOptions,
    vocabulary: Vocabulary,
    phrasesOf: (word: string) => readonly Phrase[],
  ) {
    super(options, vocabulary.keys, phrasesOf);
    const led = new Map<string, Led[]>();
    for (const row of vocabulary.statements) {
      const words = row.name.split(' ');
      const same = led.get(words[0]!) ?? [];
      same.push({ words, row });
      same.sort((a, b) => b.words.length - a.words.length);
      led.set(words[0]!, same);
    }
    this.led = led;
  }

  private readonly forms = new RuleForms();
  /** The first name of the rule that begins a statement. */
  private plain: Token | undefined = undefined;

  /** Where these tokens stand; undefined where they are of several texts. */
  protected abstract ruleText(tokens: readonly Token[]): RuleText | undefined;
  /** `{ rules }` after `jump` and `goto`. */
  protected abstract subchainBlock(): ChainBlock;

  protected readonly rule: ParserMethod<[], Rule> = this.RULE('ruleStatements', () =>
    this.ACTION(() => this.formedRule()),
  );

  /** The same, node by node. */
  protected readonly wholeRule: ParserMethod<[], Rule> = this.RULE('wholeRule', () => {
    const first = this.peek();
    return this.ACTION(() => {
      this.plain = undefined;
      const statements = [this.statement()];
      while (this.beginsStatement()) statements.push(this.statement());
      this.plain = undefined;
      const span = this.spanFrom(first);
      const comment = this.at(T.Comment) ? this.SUBRULE(this.comment) : undefined;
      return comment ? { statements, comment, span } : { statements, span };
    });
  });

  /** Goes by the form of an earlier rule where there is one. */
  private formedRule(): Rule {
    const sketch = this.sketched(this.forms);
    const text = sketch && this.ruleText(sketch.tokens);
    if (!text) return this.SUBRULE(this.wholeRule);
    const form = this.forms.find(sketch);
    if (form) {
      this.step(sketch.tokens.length);
      return new FormedRule(form, sketch, text);
    }
    const rule = this.SUBRULE(this.wholeRule);
    if (this.LA(0) !== sketch.tokens.at(-1)) return rule;
    const made = this.forms.learn(sketch, rule, text.base);
    return made ? { ...rule, form: made } : rule;
  }

  protected beginsStatement(): boolean {
    const token = this.peek();
    if (token.tokenType === T.Quoted) return true;
    return (
      this.beginsVerdict() ||
      token.tokenType === T.BraceOpen ||
      (this.beginsExpression(token) && !this.isOnlyLiteral(token)) ||
      this.led.has(token.image)
    );
  }

  /** A name that a statement of the rule began with may have been meant for a word. */
  protected override hintOf(token: IToken): string | undefined {
    const ofPhrase = super.hintOf(token);
    const { plain } = this;
    this.plain = undefined;
    if (ofPhrase !== undefined || !plain) return ofPhrase;
    const { image } = plain;
    const near = closest(image, [...this.keys.keys(), ...this.led.keys(), ...verdicts.values()]);
    if (near === undefined) return undefined;
    return `no match or statement begins with '${image}'; did you mean '${near}'?`;
  }

  /** Some reserved words are literals, where one may stand on the right. */
  private isOnlyLiteral(token: Token): boolean {
    const { image, tokenType } = token;
    if (tokenType === T.Exists || tokenType === T.Missing) return true;
    return T.keywords.has(image) && !this.beginsSelector(token);
  }

  protected override anyStatement(): Statement {
    return this.statement();
  }

  private statement(): Statement {
    if (this.beginsVerdict()) return this.verdictStatement();
    const led = this.ledHere();
    if (led) return this.ledStatement(led);
    const first = this.peek();
    if (first.tokenType === T.Name && !this.beginsSelector(first)) this.plain ??= first;
    return this.expressionStatement();
  }

  protected override statefulStatements(): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      const led = this.ledHere();
      if (!led?.row.stateful) break;
      const { stateful, phrase } = led.row;
      statements.push(this.ledStatement(led, stateful === true ? phrase : stateful));
    }
    if (statements.length === 0) this.begunOnly();
    return statements;
  }

  /** Refuses what begins as one that sets may have, and goes on as none. */
  private begunOnly(): void {
    const begun = this.led.get(this.peek().image)?.find(({ row }) => row.stateful);
    if (!begun || this.at(T.Quoted)) return;
    this.scopes.push(begun.words[0]!);
    this.next();
    this.unexpected([begun.words[1]!]);
  }

  /** The row whose leading words stand next. */
  private ledHere(): Led | undefined {
    const token = this.peek();
    if (token.tokenType === T.Quoted) return undefined;
    return this.led.get(token.image)?.find(this.stands);
  }

  /** Whether all its leading words stand next. */
  private readonly stands = ({ words }: Led): boolean =>
    words.length === 1 || words.every((word, i) => this.reads(word, i + 1));

  private ledStatement({ words, row }: Led, phrase = row.phrase): Statement {
    const first = this.peek();
    for (const _ of words) this.next();
    const args = this.phrase(words[0]!, phrase);
    return { kind: 'phrase', word: row.name, args, span: this.spanFrom(first) };
  }

  private verdictStatement(): Statement {
    const first = this.peek();
    const follows = this.peek(2);
    const jumps = first.tokenType === T.Jump || first.tokenType === T.Goto;
    if (jumps && follows.tokenType === T.BraceOpen) return this.implicitChain(first);
    if (jumps && !T.namesChain.has(follows.tokenType)) {
      this.next();
      return this.unexpected([T.BraceOpen.name]);
    }
    const expr = this.verdict();
    return { kind: 'verdict', expr, span: expr.span };
  }

  /** `jump { … }`: a chain without a name. */
  private implicitChain(first: Token): Statement {
    const verdict = first.tokenType === T.Goto ? 'goto' : 'jump';
    this.next();
    if (!this.definitions.open()) this.tooDeep(first);
    try {
      const block = this.nested(() => this.subchainBlock(), CHAIN_WEIGHT);
      const span = this.spanFrom(first);
      return { kind: 'verdict', expr: { kind: 'verdict', verdict, span }, block, span };
    } finally {
      this.definitions.close();
    }
  }

  /** The block is read to its end all the same; nft marks where the word before it ends. */
  private tooDeep(before: Token): void {
    const { source, end } = this.spanOf(before);
    const spans = [{ source, start: end - 1, end }];
    this.diagnostics.push({ severity: 'error', message: 'too many levels of nesting', spans });
  }

  /** Refuses what words of a statement begin that has more of them, if nothing else begins so. */
  private begunOfMore(first: Token): void {
    const begun = this.led
      .get(first.image)
      ?.find(({ words }) => words.length > 2 && this.reads(words[1]!, 2));
    const key = begun && this.keys.get(first.image);
    if (!key || fixedWords(key.phrase).includes(begun.words[1]!)) return;
    this.scopes.push(first.image);
    this.step(2);
    this.unexpected([begun.words[2]!]);
  }

  private expressionStatement(): Statement {
    this.begunOfMore(this.peek());
    if (this.isOnlyLiteral(this.peek())) this.unexpected();
    const left = this.at(T.BraceOpen) ? this.SUBRULE(this.set) : this.concat();
    switch (this.LA(1).tokenType) {
      case T.Vmap: {
        this.next();
        const map = this.mapSource(true);
        return { kind: 'vmap', key: left, map, span: this.extend(left.span) };
      }
      case T.SetWord:
        if (left.kind !== 'selector' || !this.isSettable(left)) return this.unexpected();
        return this.assignment(left);
      case T.MapWord:
        return this.match(this.mapped(left, true));
      default:
        return this.match(left);
    }
  }

  private isSettable({ word }: SelectorExpr): boolean {
    return this.keys.get(word)?.settable === true;
  }

  private assignment(target: SelectorExpr): Statement {
    this.next();
    const value = this.stated();
    return { kind: 'assign', target, value, span: this.extend(target.span) };
  }

  /** `left [op] right`, `left [op] value / flag, flag` */
  private match(left: Expr): MatchStatement {
    const sign = relations.has(this.LA(1).tokenType) ? this.next() : undefined;
    const op = sign && (sign.tokenType.name as RelOp);
    const right = this.right(true);
    if (mayBeMasked(right) && this.take(T.Slash)) {
      const mask = this.maskFlags();
      const span = this.extend(left.span);
      const masked: Expr = { kind: 'binop', op: '&', left, right: mask, span };
      return { kind: 'match', left: masked, ...(op && { op }), right, span };
    }
    const span = this.extend(left.span);
    return op ? { kind: 'match', left, op, right, span } : { kind: 'match', left, right, span };
  }
}
