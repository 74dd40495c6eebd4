/**
 * Expressions out of JSON: the skeleton of the language, and the forms of the vocabulary's words.
 *
 * Mirrors json_parse_expr of nft with its contexts: they add up from the outside in, and a word must be
 * allowed in all of them.
 */
import type {
  BinopExpr,
  Element,
  Expr,
  SelectorExpr,
  SetExpr,
  SetRefExpr,
  VerdictExpr,
} from '../ast.ts';
import type { Context, ExpressionForm, KeyForm } from './form.ts';
import { JsonNodes, member } from './reader.ts';
import { isArray, isInteger, isObject, type JsonValue, quote, typeName } from './text.ts';

/** The contexts that messages name, in their order. */
const NAMED: readonly (readonly [Context, string])[] = [
  ['rhs', 'RHS'],
  ['stmt', 'STMT'],
  ['primary', 'PRIMARY'],
  ['dtype', 'DTYPE'],
  ['setRhs', 'SET_RHS'],
];

const HEX = /^0x[0-9a-f]+$/i;
const OPERATORS: readonly BinopExpr['op'][] = ['|', '^', '&', '>>', '<<'];
const VERDICTS = ['accept', 'drop', 'continue', 'jump', 'goto', 'return'] as const;
const OPERABLE: readonly Context[] = ['rhs', 'stmt', 'primary', 'setRhs', 'ses', 'map', 'concat'];

/** The form of a key row as one of expressions. */
export const selectorForm = (word: string, form: KeyForm): ExpressionForm => ({
  word: form.word ?? word,
  contexts: form.contexts,
  read(value, from) {
    const args = form.read(value, from);
    return args && from.selector(word, args);
  },
});

export class JsonExpressions extends JsonNodes {
  private readonly forms: ReadonlyMap<string, ExpressionForm>;
  private context: readonly Context[] = [];

  constructor(name: string, text: string, forms: readonly ExpressionForm[]) {
    super(name, text);
    this.forms = new Map([...SKELETON, ...forms].map((form) => [form.word, form]));
  }

  selector(word: string, args: SelectorExpr['args']): SelectorExpr {
    return { kind: 'selector', word, args, span: this.span };
  }

  // ── By context ─────────────────────────────────────────────────────────────────────────────

  in(context: Context, value: JsonValue): Expr | undefined {
    const outer = this.context;
    if (!outer.includes(context)) this.context = [...outer, context];
    const found = this.expression(value);
    this.context = outer;
    return found;
  }

  /** The right side of a match, an element. */
  right = (value: JsonValue): Expr | undefined => this.in('rhs', value);
  /** What a statement takes. */
  stated = (value: JsonValue): Expr | undefined => this.in('stmt', value);
  primary = (value: JsonValue): Expr | undefined => this.in('primary', value);

  /** Nothing is said of where the expression stands. */
  expression(value: JsonValue): Expr | undefined {
    if (isArray(value)) return this.list(value);
    if (typeof value === 'boolean' && !this.within('rhs') && !this.within('primary')) {
      return this.fail('Boolean values not allowed in this context.');
    }
    if (!isObject(value)) {
      if (value === null || typeof value === 'object') return this.malformed(value);
      return this.immediate(value);
    }
    const only = this.only(value);
    if (!only) return undefined;
    const [word, of] = only;
    const form = this.forms.get(word);
    if (!form) return this.fail(`Unknown expression type '${word}'.`);
    if (this.context.every((context) => form.contexts.includes(context))) {
      return form.read(of, this);
    }
    const names = NAMED.flatMap(([context, name]) => (this.within(context) ? [name] : []));
    return this.fail(`Expression type ${word} not allowed in context (${names.join(', ')}).`);
  }

  private malformed(value: JsonValue): undefined {
    return this.fail(`Malformed object (too many properties): '${quote(value)}'.`);
  }

  private within(context: Context): boolean {
    return this.context.includes(context);
  }

  private list(values: readonly JsonValue[]): Expr | undefined {
    if (!this.within('rhs') && !this.within('stmt')) {
      return this.fail('List expression only allowed on RHS or in statement expression.');
    }
    if (this.within('primary')) {
      return this.fail('List expression not allowed as primary expression.');
    }
    const parts: Expr[] = [];
    for (const [i, value] of values.entries()) {
      const part = this.expression(value);
      if (!part) return this.fail(`Parsing list expression item at index ${i} failed.`);
      parts.push(part);
    }
    return { kind: 'list', parts, span: this.span };
  }

  /** A text, a number, true or false. */
  immediate(value: JsonValue): Expr | undefined {
    const { span } = this;
    if (typeof value === 'string') {
      if (value.startsWith('@')) return { kind: 'setref', name: value.slice(1), span };
      if (value === '*') return { kind: 'wildcard', span };
      return this.symbol(HEX.test(value) ? BigInt(value).toString() : value);
    }
    if (isInteger(value)) return { ...this.symbol(String(value)), number: value >= 0 };
    if (typeof value === 'boolean') return this.symbol(value ? 'exists' : 'missing');
    return this.fail(`Unexpected JSON type ${typeName(value)} for immediate value.`);
  }

  // ── Sets and maps ──────────────────────────────────────────────────────────────────────────

  /** Elements in an array, or one; a text may name a set. */
  set(value: JsonValue): SetExpr | SetRefExpr | undefined {
    const { span } = this;
    if (!isArray(value)) {
      const key = this.immediate(value);
      if (!key || key.kind === 'setref') return key;
      return { kind: 'set', elements: [{ key, span }], span };
    }
    const elements: Element[] = [];
    for (const [i, item] of value.entries()) {
      const element = this.member(item);
      if (!element) return this.fail(`Invalid set elem at index ${i}.`);
      elements.push(element);
    }
    return elements.length > 0 ? { kind: 'set', elements, span } : undefined;
  }

  /** `key`, or `[key, data]` of a map. */
  private member(value: JsonValue): Element | undefined {
    if (!isArray(value) || value.length !== 2) return this.elementOf(this.right(value));
    const element = this.elementOf(this.right(value[0]!));
    const data = element && this.in('setRhs', value[1]!);
    return element && data && { ...element, data };
  }

  /** What a key with options is as an expression: a set of that one element. */
  private elementOf(e: Expr | undefined): Element | undefined {
    const element = e && this.elements.get(e);
    return element ?? (e && { key: e, span: this.span });
  }

  private readonly elements = new WeakMap<Expr, Element>();

  /** `{"elem": {"val": key, "timeout": …}}` */
  keyWithOptions(value: JsonValue): Expr | undefined {
    const of = this.unpack(value, { val: 'any' });
    const key = of && this.expression(of.val);
    if (!key) return undefined;
    const timeout = member(value, 'timeout', 'integer');
    const expires = member(value, 'expires', 'integer');
    const comment = member(value, 'comment', 'string');
    const element: Element = {
      key,
      ...(timeout !== undefined && { timeout: this.number(Number(timeout) * 1000) }),
      ...(expires !== undefined && { expires: this.number(Number(expires) * 1000) }),
      ...(comment !== undefined && { comment: this.word(comment) }),
      span: this.span,
    };
    const marked = { ...key };
    this.elements.set(marked, element);
    return marked;
  }

  /** The element of a statement that changes a set. */
  statedElement(value: JsonValue): Element | undefined {
    return this.elementOf(this.in('ses', value));
  }

  /** The key and data of `map` and `vmap`. */
  lookup(value: JsonValue) {
    const of = this.unpack(value, { key: 'any', data: 'any' });
    if (!of) return undefined;
    const key = this.in('map', of.key);
    if (!key) return this.fail('Illegal map expression key.');
    const map = this.right(of.data);
    if (!map) return this.fail('Illegal map expression data.');
    return { key, map: map as SetExpr | SetRefExpr };
  }

  verdict(word: VerdictExpr['verdict'], value: JsonValue): VerdictExpr | undefined {
    const { span } = this;
    if (word !== 'jump' && word !== 'goto') return { kind: 'verdict', verdict: word, span };
    const of = this.unpack(value, { target: 'string' });
    if (!of?.target) return undefined;
    return { kind: 'verdict', verdict: word, chain: this.symbol(of.target), span };
  }

  // ── Compounds ──────────────────────────────────────────────────────────────────────────────

  operation(op: BinopExpr['op'], value: JsonValue): Expr | undefined {
    const { span } = this;
    const many = isArray(value) && value.length > 2 ? value : this.pair(value);
    if (!many) return undefined;
    const [first, ...others] = many;
    let left = this.primary(first!);
    if (!left) return this.fail('Failed to parse LHS of binop expression.');
    for (const other of others) {
      const right = many.length > 2 ? this.primary(other) : this.right(other);
      if (!right) return this.fail('Failed to parse RHS of binop expression.');
      left = { kind: 'binop', op, left, right, span };
    }
    return left;
  }

  concatenation(value: JsonValue): Expr | undefined {
    if (!isArray(value)) return this.fail(`Unexpected concat object type ${typeName(value)}.`);
    const parts: Expr[] = [];
    for (const [i, item] of value.entries()) {
      const part = this.in('concat', item);
      if (!part) return this.fail(`Parsing expr at index ${i} failed.`);
      parts.push(part);
    }
    return parts.length === 0 ? undefined : this.joined(parts);
  }

  /** Types or expressions side by side: two at least. */
  private joined(parts: readonly Expr[]): Expr | undefined {
    if (parts.length > 1) return { kind: 'concat', parts, span: this.span };
    return this.fail(`Concatenation with ${parts.length} elements is illegal`);
  }

  prefix(value: JsonValue): Expr | undefined {
    const of = this.unpack(value, { addr: 'any', len: 'integer' });
    if (!of) return undefined;
    const base = this.primary(of.addr);
    if (!base) return this.fail('Invalid address in prefix expr.');
    return { kind: 'prefix', base, length: this.number(of.len), span: this.span };
  }

  range(value: JsonValue): Expr | undefined {
    const ends = this.pair(value);
    if (!ends) return undefined;
    const low = this.primary(ends[0]);
    if (!low) return this.fail('Invalid low value in range expression.');
    const high = this.primary(ends[1]);
    if (!high) return this.fail('Invalid high value in range expression.');
    return { kind: 'range', low, high, span: this.span };
  }
}

/** What is no word of the vocabulary. */
const SKELETON: readonly ExpressionForm[] = [
  {
    word: 'concat',
    contexts: ['rhs', 'stmt', 'dtype', 'setRhs', 'ses', 'map'],
    read: (value, from) => from.concatenation(value),
  },
  { word: 'set', contexts: ['rhs', 'stmt'], read: (value, from) => from.set(value) },
  {
    word: 'map',
    contexts: ['stmt', 'primary', 'setRhs'],
    read(value, from) {
      const of = from.lookup(value);
      return of && { kind: 'map', ...of, span: from.span };
    },
  },
  {
    word: 'prefix',
    contexts: ['rhs', 'setRhs', 'stmt', 'concat'],
    read: (value, from) => from.prefix(value),
  },
  {
    word: 'range',
    contexts: ['rhs', 'setRhs', 'stmt', 'concat'],
    read: (value, from) => from.range(value),
  },
  ...OPERATORS.map(
    (op): ExpressionForm => ({
      word: op,
      contexts: OPERABLE,
      read: (value, from) => from.operation(op, value),
    }),
  ),
  ...VERDICTS.map(
    (word): ExpressionForm => ({
      word,
      contexts: ['rhs', 'setRhs'],
      read: (value, from) => from.verdict(word, value),
    }),
  ),
  {
    word: 'elem',
    contexts: ['rhs', 'stmt', 'primary', 'ses'],
    read: (value, from) => from.keyWithOptions(value),
  },
];
