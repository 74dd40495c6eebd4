/**
 * Which rules are alike: those whose tokens are the same but for constants.
 *
 * Owns the fast path of large rulesets: a rule whose tokens are those of an earlier one, but for
 * numbers, addresses, texts and names of chains where any such may stand, is not read again, and who
 * checks rules can go by what the earlier one came to. What a text means and what is said of it does
 * not depend on this: a constant counts as free only where the grammar takes it as it is, and every
 * other one has to be the same.
 */
import type { TokenType } from 'chevrotain';
import { ip4Length } from './address.ts';
import type { Expr, Rule, SetExpr, Span, Statement } from './ast.ts';
import { type ConstantForm, RuleForm, type Slot } from './rule-form.ts';
import type { Token } from './token.ts';
import * as T from './token.ts';

/** The tokens of a rule, and which of them are constants. */
export interface Sketch {
  /** The rules that have all but their constants in common with it. */
  readonly kind: Kind;
  readonly tokens: readonly Token[];
  /** By place in the tokens. */
  readonly constants: readonly number[];
}

/** What ends a rule. */
const ends: ReadonlySet<TokenType> = new Set([
  ...[T.Newline, T.Semicolon, T.BraceClose, T.EndOfFile],
]);

/** Rules with these stand for more than themselves, or cannot be read. */
const unfit: ReadonlySet<TokenType> = new Set([T.Dollar, T.Junk, T.Crlf]);

/** By how much a token goes into braces. */
const depthOf = (type: TokenType): number =>
  type === T.BraceOpen ? 1 : type === T.BraceClose ? -1 : 0;

const [ZERO, NINE] = [48, 57];
const LONGEST_NUMBER = 15;
/** A comment's 128 characters, in quotes. */
const LONGEST_TEXT = 130;

/** What stands for a constant among words: with a blank, as no token is written. */
function constantSign({ tokenType, image }: Token): string | undefined {
  if (tokenType === T.Quoted) return image.length <= LONGEST_TEXT ? ' "' : undefined;
  const first = image.charCodeAt(0);
  if (tokenType === T.Num) {
    const plain = image.length === 1 || (first !== ZERO && image.length <= LONGEST_NUMBER);
    return plain ? ' 0' : undefined;
  }
  if (tokenType !== T.Name) return undefined;
  if (image.includes(':')) return ' :';
  const digit = first >= ZERO && first <= NINE;
  return digit && ip4Length(image, 0) === image.length ? ' .' : undefined;
}

/** Rules whose tokens are the same but for constants. */
interface Kind {
  /** One was read. */
  met: boolean;
  /** The constants that are not free, by place in the tokens: rules in which they are the same have a form. */
  fixed?: readonly number[];
  readonly forms: Map<string, RuleForm>;
}

/** What may follow the words so far. */
interface Step {
  readonly next: Map<string, Step>;
  kind?: Kind;
}

const step = (): Step => ({ next: new Map() });

/** Longer rules are mostly a list of their own. */
const MAX_TOKENS = 256;
/** So many steps, and forms of one kind, are kept; then it begins anew. */
const MAX_STEPS = 65536;
const MAX_FORMS = 1024;

/** The forms of all rules read so far. */
export class RuleForms {
  private first = step();
  private steps = 0;

  /** The rule that begins with a token; undefined where it is none whose form is worth keeping. */
  sketch(tokens: readonly Token[], first: number): Sketch | undefined {
    if (this.steps > MAX_STEPS) this.forget();
    const constants: number[] = [];
    let here = this.first;
    let jumps = false;
    let depth = 0;
    const end = Math.min(tokens.length, first + MAX_TOKENS);
    for (let at = first; at < end; at++) {
      const token = tokens[at]!;
      const { tokenType } = token;
      const brace = depthOf(tokenType);
      if (depth === 0 && ends.has(tokenType)) {
        if (at === first) return undefined;
        here.kind ??= { met: false, forms: new Map() };
        return { kind: here.kind, tokens: tokens.slice(first, at), constants };
      }
      if (unfit.has(tokenType) || (brace === 0 && ends.has(tokenType))) return undefined;
      if (jumps && brace > 0) return undefined;
      depth += brace;
      const sign = jumps && tokenType === T.Name ? ' >' : constantSign(token);
      jumps = tokenType === T.Jump || tokenType === T.Goto;
      if (sign !== undefined || brace !== 0) constants.push(at - first);
      here = this.follow(here, sign ?? token.image);
    }
    return undefined;
  }

  private follow(from: Step, word: string): Step {
    const known = from.next.get(word);
    if (known) return known;
    const made = step();
    from.next.set(word, made);
    this.steps++;
    return made;
  }

  private forget(): void {
    this.first = step();
    this.steps = 0;
  }

  find({ kind, tokens }: Sketch): RuleForm | undefined {
    return kind.fixed && kind.forms.get(variant(kind.fixed, tokens));
  }

  /**
   * A rule was read; `base`: what is added to the offsets of its tokens. A second one of its kind
   * makes a form, which is its own, too.
   */
  learn({ kind, tokens, constants }: Sketch, rule: Rule, base: number): RuleForm | undefined {
    if (!kind.met) {
      kind.met = true;
      return undefined;
    }
    if (kind.forms.size >= MAX_FORMS) kind.forms.clear();
    const parts = constants.map((at) => tokens[at]!);
    const places: Places = ({ span }) => {
      const found = parts.findIndex((part) => isAt(part, span, base));
      return found < 0 ? undefined : found;
    };
    const slots = rule.statements.flatMap((s, i) => slotOf(s, i, places) ?? []);
    const comment = rule.comment?.quoted ? places(rule.comment) : undefined;
    const free = new Set([...slots.flatMap(freeIn), ...(comment === undefined ? [] : [comment])]);
    const own = (at: number) => slots.some((slot) => opens(slot, at));
    if (parts.some(({ tokenType }, i) => tokenType === T.BraceOpen && !own(i))) {
      return undefined;
    }
    const fixed = constants.filter((_, i) => !free.has(i));
    kind.fixed ??= fixed;
    if (String(kind.fixed) !== String(fixed)) return undefined;
    const form = new RuleForm(slots, rule.comment && (comment ?? 'fixed'));
    kind.forms.set(variant(fixed, tokens), form);
    return form;
  }
}

/** Which constant stands where a node does. */
type Places = (node: { readonly span: Span }) => number | undefined;

const isAt = ({ startOffset, image }: Token, { start, end }: Span, base: number): boolean =>
  startOffset - base === start && image.length === end - start;

const variant = (fixed: readonly number[], tokens: readonly Token[]): string =>
  fixed.map((at) => tokens[at]!.image).join('\n');

/** The constants of a statement that any others may take the place of. */
function slotOf(s: Statement, statement: number, places: Places): Slot | undefined {
  if (s.kind === 'verdict') {
    const chain = s.expr.chain && places(s.expr.chain);
    return chain === undefined ? undefined : { statement, chain };
  }
  if (s.kind !== 'match' || s.left.kind !== 'selector') return undefined;
  const right = constantForm(s.right, places);
  return right && { statement, right };
}

function constantForm(e: Expr, places: Places): ConstantForm | undefined {
  switch (e.kind) {
    case 'symbol': {
      const symbol = places(e);
      return symbol === undefined ? undefined : { kind: 'symbol', at: symbol };
    }
    case 'prefix': {
      const [base, length] = [places(e.base), places(e.length)];
      if (e.base.kind !== 'symbol' || base === undefined || length === undefined) return undefined;
      return { kind: 'prefix', base, length };
    }
    case 'range': {
      const [low, high] = [places(e.low), places(e.high)];
      if (e.low.kind !== 'symbol' || e.high.kind !== 'symbol') return undefined;
      return low === undefined || high === undefined ? undefined : { kind: 'range', low, high };
    }
    case 'set':
      return setForm(e, places);
    default:
      return undefined;
  }
}

/** A list of nothing but keys. */
function setForm({ elements, span }: SetExpr, places: Places): ConstantForm | undefined {
  const keys: ConstantForm[] = [];
  for (const { key, span: _, ...more } of elements) {
    const form = key.kind === 'set' ? undefined : constantForm(key, places);
    if (!form || Object.keys(more).length > 0) return undefined;
    keys.push(form);
  }
  const open = places({ span: { ...span, end: span.start + 1 } });
  const close = places({ span: { ...span, start: span.end - 1 } });
  return open === undefined || close === undefined ? undefined : { kind: 'set', open, close, keys };
}

/** Of a prefix the length is not free: by it a rule's code differs. */
function freeOf(form: ConstantForm): readonly number[] {
  switch (form.kind) {
    case 'symbol':
      return [form.at];
    case 'prefix':
      return [form.base];
    case 'range':
      return [form.low, form.high];
    case 'set':
      return form.keys.flatMap(freeOf);
  }
}

/** Other sets are made for each rule anew, with places of their own. */
const opens = (slot: Slot, at: number): boolean =>
  'right' in slot && slot.right.kind === 'set' && slot.right.open === at;

const freeIn = (slot: Slot): readonly number[] =>
  'chain' in slot ? [slot.chain] : freeOf(slot.right);
