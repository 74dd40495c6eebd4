/**
 * Statements and rules out of JSON. Mirrors json_parse_stmt of nft.
 */
import type { RelOp, Rule, Statement } from '../ast.ts';
import { JsonExpressions } from './expression.ts';
import type { JsonForms, PhraseForm, StatementForm } from './form.ts';
import { isArray, isObject, type JsonValue, typeName } from './text.ts';

const RELATIONS: readonly string[] = ['==', '!=', '<', '>', '<=', '>=', '!', 'in'];
const VERDICTS = ['accept', 'drop', 'continue', 'jump', 'goto', 'return'] as const;

/** The form of a statement row as one of statements. */
export const phraseForm = (word: string, form: PhraseForm): StatementForm => ({
  word: form.word ?? word,
  read(value, from) {
    const args = form.read(value, from);
    return args && { kind: 'phrase', word, args, span: from.span };
  },
});

export class JsonStatements extends JsonExpressions {
  private readonly statementForms: ReadonlyMap<string, StatementForm>;
  private readonly stateful: ReadonlySet<string>;

  constructor(name: string, text: string, words: JsonForms) {
    super(name, text, words.expressions);
    this.stateful = new Set(words.stateful);
    this.statementForms = new Map(
      [...SKELETON, ...words.statements].map((form) => [form.word, form]),
    );
  }

  statement(value: JsonValue): Statement | undefined {
    const only = this.only(value);
    if (!only) return undefined;
    const [word, of] = only;
    const form = this.statementForms.get(word);
    return form ? form.read(of, this) : this.fail(`Unknown statement object '${word}'.`);
  }

  /** The statements of a rule. */
  rule(value: JsonValue, comment: string | undefined): Rule | undefined {
    if (!isArray(value)) return this.fail('Value of property "expr" must be an array.');
    const statements: Statement[] = [];
    for (const [i, item] of value.entries()) {
      if (!isObject(item)) {
        const type = typeName(item);
        return this.fail(`Unexpected expr array element of type ${type}, expected object.`);
      }
      const statement = this.statement(item);
      if (!statement) return this.fail(`Parsing expr array at index ${i} failed.`);
      statements.push(statement);
    }
    return {
      statements,
      ...(comment !== undefined && { comment: this.quoted(comment) }),
      span: this.span,
    };
  }

  /** Statements of the elements of a set. */
  statefulStatements(value: JsonValue): readonly Statement[] | undefined {
    if (!isArray(value)) return this.fail('Unexpected object type in stmt');
    const statements: Statement[] = [];
    for (const [i, item] of value.entries()) {
      const statement = this.statement(item);
      if (!statement) return this.fail(`Parsing set statements array at index ${i} failed.`);
      if (statement.kind !== 'phrase' || !this.stateful.has(statement.word)) {
        return this.fail(`Unsupported set statements array at index ${i} failed.`);
      }
      statements.push(statement);
    }
    return statements;
  }

  /** Flags in an array, or one; messages call them by `kind`. Unknown ones are told and left out. */
  flags(value: JsonValue, kind: string, known: readonly string[]): readonly string[] | undefined {
    if (typeof value !== 'string' && !isArray(value)) {
      return this.fail(`Invalid ${kind} flags type ${typeName(value)}.`);
    }
    const single = typeof value === 'string';
    const found: string[] = [];
    for (const [i, flag] of (single ? [value] : value).entries()) {
      if (typeof flag !== 'string') {
        this.fail(`Invalid ${kind} flag type ${typeName(flag)}, expected string.`);
      } else if (!known.includes(flag)) this.fail(`Unknown ${kind} flag '${flag}'.`);
      else {
        found.push(flag);
        continue;
      }
      if (!single) this.fail(`Parsing ${kind} flag at index ${i} failed.`);
    }
    return found;
  }

  match(value: JsonValue): Statement | undefined {
    const of = this.unpack(value, { left: 'any', right: 'any', op: 'string' });
    if (!of) return undefined;
    if (!RELATIONS.includes(of.op)) return this.fail(`Invalid relational op '${of.op}'.`);
    const left = this.expression(of.left);
    if (!left) return this.fail('Invalid LHS of relational.');
    const right = this.right(of.right);
    if (!right) return this.fail('Invalid RHS of relational.');
    const op = of.op === 'in' ? {} : { op: of.op as RelOp };
    return { kind: 'match', left, ...op, right, span: this.span };
  }

  mangle(value: JsonValue): Statement | undefined {
    const of = this.unpack(value, { key: 'any', value: 'any' });
    if (!of) return undefined;
    const target = this.in('mangle', of.key);
    if (!target) return this.fail('Invalid mangle statement key');
    const assigned = this.stated(of.value);
    if (!assigned) return this.fail('Invalid mangle statement value');
    if (target.kind !== 'selector') {
      return this.fail('Invalid mangle statement key expression type.');
    }
    return { kind: 'assign', target, value: assigned, span: this.span };
  }
}

/** What is no word of the vocabulary. */
const SKELETON: readonly StatementForm[] = [
  { word: 'match', read: (value, from) => from.match(value) },
  { word: 'mangle', read: (value, from) => from.mangle(value) },
  {
    word: 'vmap',
    read(value, from) {
      const of = from.lookup(value);
      return of ? { kind: 'vmap', ...of, span: from.span } : from.fail('Illegal vmap statement.');
    },
  },
  ...VERDICTS.map(
    (word): StatementForm => ({
      word,
      read(value, from) {
        const expr = from.verdict(word, value);
        return expr && { kind: 'verdict', expr, span: from.span };
      },
    }),
  ),
];
