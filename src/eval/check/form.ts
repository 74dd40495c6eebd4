/**
 * Rules of one form, checked once: those that follow differ in constants alone.
 *
 * Owns which constants matter to nothing but the match that they stand in. These are checked by the
 * code that checks all others; everything else of a rule is what the first one came to. Where a
 * constant tells of a protocol, where names of the table are asked for, or where a constant comes to
 * something of another kind, rules are checked as a whole.
 */
import type { Expr as AstExpr, Rule as AstRule, SymbolExpr } from '../../parser/ast.ts';
import type { Diagnostic } from '../../parser/diagnostic.ts';
import type { FormedRule, RuleForm, Slot } from '../../parser/rule-form.ts';
import type { Expr, Rule, Statement, Value } from '../checked.ts';
import type { SharedOps } from '../lower.ts';
import type { NameScope } from '../type/index.ts';
import { Checker } from './checker.ts';
import type { ChainInfo, SetInfo, TableScope } from './context.ts';
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
  /** The sets that it names, as they were. */
  readonly sets: ReadonlyMap<string, SetInfo | undefined>;
  /** Checks constants, which ask for nothing that was said before. */
  readonly checker: Checker;
}

/** A rule with a form, node by node. */
type Written = Required<Pick<AstRule, 'form' | 'statements'>>;

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
    if (!known || !areAsBefore(known.sets, scope)) return undefined;
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
    written: Written,
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
    const { sets, others } = watch.asked();
    const places = others ? undefined : placesOf(written, checked.rule, first.telling);
    const checker = new Checker(scope, this.names, chain);
    const shared: SharedOps = new Map(statements.map((s) => [s, undefined]));
    for (const { at } of places ?? []) shared.delete(statements[at]!);
    known.set(key, places ? { statements, places, shared, sets, checker } : null);
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

interface Asked {
  readonly sets: ReadonlyMap<string, SetInfo | undefined>;
  /** Of anything else. */
  readonly others: boolean;
}

/** The same table, and what it was asked for. */
function watched(table: TableScope): { readonly scope: TableScope; asked(): Asked } {
  const sets = new Map<string, SetInfo | undefined>();
  let others = false;
  const set = (name: string): SetInfo | undefined => {
    const info = table.set(name);
    sets.set(name, info);
    return info;
  };
  const get = (of: TableScope, key: keyof TableScope) => {
    if (key === 'set') return set;
    others ||= typeof of[key] === 'function';
    return of[key];
  };
  const scope = new Proxy(table, { get: (of, key) => get(of, key as keyof TableScope) });
  return { scope, asked: () => ({ sets, others }) };
}

function areAsBefore(sets: CheckedForm['sets'], scope: TableScope): boolean {
  for (const [name, info] of sets) if (!isSame(info, scope.set(name))) return false;
  return true;
}

function isSame(a: SetInfo | undefined, b: SetInfo | undefined): boolean {
  if (!a || !b) return a === b;
  const differs = (key: keyof SetInfo) =>
    key === 'flags' ? String(a.flags) !== String(b.flags) : a[key] !== b[key];
  const keys = Object.keys(a) as (keyof SetInfo)[];
  return keys.length === Object.keys(b).length && !keys.some(differs);
}

/** Where the constants of a form are in the checked rule; undefined where one of them matters elsewhere. */
function placesOf(
  { form, statements: written }: Written,
  { statements }: Rule,
  telling: ReadonlySet<Statement>,
): readonly Place[] | undefined {
  const places = form.slots.map((slot): Place => {
    const { span } = written[slot.statement]!;
    return { slot, at: statements.findIndex((s) => s.span === span && takes(s, slot, telling)) };
  });
  const own = new Set(places.map(({ at }) => at));
  const shares = statements.every((s, at) => own.has(at) || !makesSet(s));
  return shares && !own.has(-1) ? places : undefined;
}

/** Messages of the kernel about it point into the statement. */
const makesSet = (s: Statement): boolean => s.kind === 'match' && s.right.kind === 'set';

function takes(s: Statement, slot: Slot, telling: ReadonlySet<Statement>): boolean {
  if ('chain' in slot) return s.kind === 'verdict';
  return s.kind === 'match' && s.left.kind === 'load' && isPlain(s.right) && !telling.has(s);
}

/** A value, a prefix or a range, or a set of these. */
function isPlain(e: Expr): boolean {
  switch (e.kind) {
    case 'prefix':
      return isValue(e.base);
    case 'range':
      return isValue(e.low) && isValue(e.high);
    case 'set':
      return !e.data && e.elements.every(({ key }) => key.kind !== 'set' && isPlain(key));
    default:
      return isValue(e);
  }
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

function isAlike(a: Expr, b: Expr): boolean {
  if (a.kind === 'set') {
    if (b.kind !== 'set' || a.interval !== b.interval) return false;
    if (a.elements.length !== b.elements.length) return false;
  }
  const { kind, type, bits, order } = b;
  return a.kind === kind && a.type === type && a.bits === bits && a.order === order && isPlain(a);
}
