/**
 * Rules of one form, checked once: those that follow differ in constants alone.
 *
 * Owns which constants matter to nothing but the match that they stand in. These are checked by the
 * code that checks all others; everything else of a rule is what the first one came to. Where a
 * constant tells of a protocol, where names of the table are asked for, or where a constant comes to
 * something of another kind, rules are checked as a whole.
 */
import type { Expr as AstExpr, SymbolExpr } from '../../parser/ast.ts';
import type { Diagnostic } from '../../parser/diagnostic.ts';
import type { FormedRule, RuleForm, Slot } from '../../parser/rule-form.ts';
import type { Expr, Rule, Statement, Value } from '../checked.ts';
import type { SharedOps } from '../lower.ts';
import type { NameScope } from '../type/index.ts';
import { Checker } from './checker.ts';
import type { ChainInfo, TableScope } from './context.ts';
import { constantSide } from './relational.ts';

export interface CheckedRule {
  /** Absent after errors. */
  readonly rule?: Rule;
  readonly diagnostics: readonly Diagnostic[];
  /** Its statements that other rules have too, and what they are lowered to. */
  readonly shared?: SharedOps;
}

/** A checked statement that takes the constants of each rule. */
interface Place {
  readonly slot: Slot;
  readonly at: number;
}

/** What a form comes to in one kind of chain. */
interface CheckedForm {
  readonly statements: readonly Statement[];
  readonly places: readonly Place[];
  readonly shared: SharedOps;
  /** Checks constants, which ask for nothing that was said before. */
  readonly checker: Checker;
}

const NOTHING: readonly never[] = [];

export class CheckedForms {
  readonly names: NameScope;
  /** By form, and by where its rules stand; null: they are to be checked as a whole. */
  private readonly known = new Map<RuleForm, Map<string, CheckedForm | null>>();

  constructor(names: NameScope) {
    this.names = names;
  }

  /** The rule, where one of its form was checked before; the spans of its statements are that one's. */
  check(
    rule: FormedRule,
    scope: TableScope,
    chain: ChainInfo | undefined,
  ): CheckedRule | undefined {
    const known = this.at(rule.form).get(keyOf(scope, chain));
    if (!known) return undefined;
    const statements = [...known.statements];
    for (const { slot, at } of known.places) {
      const filled = fill(statements[at]!, slot, rule, known.checker);
      if (!filled) return undefined;
      statements[at] = filled;
    }
    const { comment, span } = rule;
    const checked = comment ? { statements, comment: comment.text, span } : { statements, span };
    return { rule: checked, diagnostics: NOTHING, shared: known.shared };
  }

  /** Has a rule checked as a whole: the next one of its form can go by what it came to. */
  learn(
    written: FormedRule,
    scope: TableScope,
    chain: ChainInfo | undefined,
    check: (checker: Checker) => CheckedRule,
  ): CheckedRule {
    const known = this.at(written.form);
    const key = keyOf(scope, chain);
    if (known.has(key)) return check(new Checker(scope, this.names, chain));
    const watch = watched(scope);
    const first = new Checker(watch.scope, this.names, chain);
    const checked = check(first);
    if (checked.diagnostics.length > 0 || !checked.rule) return checked;
    const { statements } = checked.rule;
    const places = watch.asked ? undefined : placesOf(written, checked.rule, first.telling);
    const checker = new Checker(scope, this.names, chain);
    const shared: SharedOps = new Map(statements.map((s) => [s, undefined]));
    for (const { at } of places ?? []) shared.delete(statements[at]!);
    known.set(key, places ? { statements, places, shared, checker } : null);
    return checked;
  }

  private at(form: RuleForm): Map<string, CheckedForm | null> {
    const known = this.known.get(form) ?? new Map<string, CheckedForm | null>();
    this.known.set(form, known);
    return known;
  }
}

/** All that the check of a rule may know of where it stands, but for the names in its table. */
const keyOf = ({ family }: TableScope, { type, hook, priority }: Partial<ChainInfo> = {}): string =>
  `${family} ${type} ${hook} ${priority}`;

/** The same table, and whether it was asked for a name. */
function watched(table: TableScope): { readonly scope: TableScope; readonly asked: boolean } {
  let asked = false;
  const get = <K extends keyof TableScope>(of: TableScope, key: K): TableScope[K] => {
    asked ||= typeof of[key] === 'function';
    return of[key];
  };
  const scope = new Proxy(table, { get: (of, key) => get(of, key as keyof TableScope) });
  return {
    scope,
    get asked() {
      return asked;
    },
  };
}

/** Where the constants of a form are in the checked rule; undefined where one of them matters elsewhere. */
function placesOf(
  { form, statements: written }: FormedRule,
  { statements }: Rule,
  telling: ReadonlySet<Statement>,
): readonly Place[] | undefined {
  const places = form.slots.map((slot): Place => {
    const { span } = written[slot.statement]!;
    return { slot, at: statements.findIndex((s) => s.span === span && takes(s, slot, telling)) };
  });
  return places.every(({ at }) => at >= 0) ? places : undefined;
}

function takes(s: Statement, slot: Slot, telling: ReadonlySet<Statement>): boolean {
  if ('chain' in slot) return s.kind === 'verdict';
  return s.kind === 'match' && s.left.kind === 'load' && isPlain(s.right) && !telling.has(s);
}

/** A value, a prefix or a range. */
function isPlain(e: Expr): boolean {
  if (e.kind === 'prefix') return isValue(e.base);
  return e.kind === 'range' ? isValue(e.low) && isValue(e.high) : isValue(e);
}

const isValue = (e: Expr): e is Value => e.kind === 'value' && e.prefixBits === undefined;

/** The statement with the constants of a rule; undefined where it would be another one. */
function fill(s: Statement, slot: Slot, rule: FormedRule, checker: Checker): Statement | undefined {
  const filled =
    'chain' in slot
      ? jumping(s, rule.symbol(slot.chain), checker)
      : matching(s, rule.right(slot.right), checker);
  if (checker.diagnostics.length === 0) return filled;
  checker.diagnostics.length = 0;
  return undefined;
}

function jumping(s: Statement, chain: SymbolExpr, checker: Checker): Statement | undefined {
  if (s.kind !== 'verdict') return undefined;
  const { verdict } = s.verdict;
  const { span } = chain;
  const expr = { kind: 'verdict', verdict, chain, span } as const;
  return checker.statement({ kind: 'verdict', expr, span })?.[0];
}

function matching(s: Statement, right: AstExpr, checker: Checker): Statement | undefined {
  if (s.kind !== 'match') return undefined;
  const constant = constantSide(right, s.left, checker);
  return constant && isAlike(constant, s.right) ? { ...s, right: constant } : undefined;
}

const isAlike = (a: Expr, b: Expr): boolean =>
  a.kind === b.kind && a.type === b.type && a.bits === b.bits && a.order === b.order && isPlain(a);
