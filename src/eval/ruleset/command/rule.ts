/** `add rule`, `insert rule`, `replace rule`, `delete rule`: mirrors rule_evaluate of nft. */
import type { Rule as AstRule, ChainBlock, Command, Span, Statement } from '../../../parser/ast.ts';
import type { TableScope } from '../../check/context.ts';
import { checkRule } from '../../check/index.ts';
import type {
  Rule as CheckedRule,
  Statement as CheckedStatement,
  SetLiteral,
} from '../../checked.ts';
import type { AnonymousSet, LoweredRule, Op } from '../../ir.ts';
import { lower } from '../../lower.ts';
import { type Refusal, refuse, strerror } from '../errno.ts';
import { newChain } from '../kernel/chain.ts';
import { isRefusal, tableOf } from '../kernel/lookup.ts';
import { deleteRule, type NewRule, newRule, noRule, ruleOf } from '../kernel/rule.ts';
import type { NewSet } from '../kernel/set.ts';
import type { Chain, NftSet, Table } from '../store.ts';
import { makeAnonymous, relisted } from './anonymous.ts';
import {
  answered,
  attempted,
  type CommandContext,
  familyOf,
  isDestroyed,
  note,
  report,
  ruleScope,
  tableIn,
  tableName,
} from './context.ts';
import { noChain, noTable, tableMissing } from './hint.ts';
import { askForSet } from './set.ts';

export function addRule(cmd: Command, ctx: CommandContext): void {
  if (!cmd.rule) return;
  const how = cmd.verb === 'insert' || cmd.verb === 'replace' ? cmd.verb : 'add';
  enterRule(cmd.rule, cmd, ctx, { chain: cmd.handle.chain?.text ?? '', how });
}

/** The set that a statement brings along: that of a meter. */
function declareSet(s: CheckedStatement, cmd: Command, ctx: CommandContext): void {
  const declared = s.kind === 'effect' ? s.row.declares?.(s.args) : undefined;
  if (!declared || tableIn(ctx, cmd)?.sets.has(declared.name)) return;
  const { name, key, size, timeout } = declared;
  const anonymous = !ctx.tx.machine.profile.nftListsMeters;
  const spec: NewSet = {
    family: familyOf(cmd),
    table: tableName(cmd),
    name,
    flags: { constant: false, interval: false, timeout, dynamic: true, anonymous },
    key: key.type,
    keyBits: key.bits,
    dataInterval: false,
    ...(size !== undefined && { size }),
    policy: 'performance',
    autoMerge: false,
    statements: [],
    exprs: [],
    exclusive: false,
  };
  answered(ctx, cmd, askForSet(spec, ctx));
}

/** nft asks for `dynamic` by itself where a rule of the same batch adds to a set. */
function makeDynamic(ops: readonly Op[], cmd: Command, ctx: CommandContext): void {
  for (const op of ops) {
    if (op.op !== 'dynset') continue;
    const set = tableIn(ctx, cmd)?.sets.get(op.set);
    if (!set || set.data || set.flags.interval || !ctx.tx.fresh.has(set)) continue;
    ctx.tx.set(set.flags, 'dynamic', true);
    ctx.tx.set(set, 'kept', 'rhash');
  }
}

type Place = Pick<NewRule, 'chain' | 'how'> & {
  /** The chain is the body of `jump { … }`. */
  readonly anonymous?: true;
};

/** Checks, lowers and adds a rule, with the sets that its literals are. */
function enterRule(written: AstRule, cmd: Command, ctx: CommandContext, place: Place): void {
  const family = familyOf(cmd);
  const table = tableName(cmd);
  const known = ruleScope(ctx, cmd);
  const scope = tableIn(ctx, cmd) ? known : { ...known, noTable: tableMissing(ctx, cmd) };
  const { rule: node, bodies } = withNamedBodies(written, ctx);
  const check = (rule: AstRule) => checkRule(rule, scope, scope.chain(place.chain), ctx.forms);
  const { rule: checked, diagnostics, shared } = check(node);
  note(ctx, diagnostics);
  const position = checked && !place.anonymous ? positionOf(cmd, ctx) : undefined;
  if (!checked || position === null) return;
  const lowered = lower(checked, scope, shared);
  const sets = new Map<AnonymousSet, NftSet>();
  for (const statement of checked.statements) {
    declareSet(statement, cmd, ctx);
    for (const anonymous of lowered.sets) {
      if (anonymous.statement !== statement) continue;
      const set = makeAnonymous(anonymous, cmd, ctx);
      if (set) sets.set(anonymous, set);
    }
    makeBody(statement, bodies, cmd, ctx);
  }
  makeDynamic(lowered.ops, cmd, ctx);
  if (sets.size < lowered.sets.length && ctx.errors.length > 0) return;
  const { chain, how } = place;
  const { ops, stateful } = lowered;
  const { comment } = checked;
  const name = place.anonymous ? undefined : chain;
  ctx.requests.push({ what: 'rule', family, table, chain: name, ops, comment });
  const made = withSets(checked, ops, sets);
  const answer = newRule(ctx.tx, { family, table, chain, how, position, stateful, ...made });
  if (isRefusal(answer)) {
    const statement = spansOf(node, lowered, (rule) => check(rule).rule, scope)[answer.index ?? -1];
    answered(ctx, cmd, answer, {
      target: targetPlace(node, ops, answer) ?? statement,
      statement,
    });
  }
}

/** Where ops are written: a rule that was checked by its form has the places of an earlier one. */
function spansOf(
  { formed }: AstRule,
  { spans }: LoweredRule,
  check: (rule: AstRule) => CheckedRule | undefined,
  scope: TableScope,
): LoweredRule['spans'] {
  if (!formed) return spans;
  const { statements, span } = formed;
  const whole = check({ statements, span });
  return whole ? lower(whole, scope).spans : spans;
}

/** The rule as the kernel gets it: its literals are sets with names. */
function withSets(
  checked: CheckedRule,
  ops: readonly Op[],
  sets: ReadonlyMap<AnonymousSet, NftSet>,
): Pick<NewRule, 'checked' | 'ops' | 'sets'> {
  if (sets.size === 0) return { checked, ops, sets: [] };
  const names = new Map([...sets].map(([a, set]) => [a.name, set.name]));
  return {
    checked: withLiterals(checked, sets),
    ops: ops.map((op) => withSetName(op, names)),
    sets: [...sets.values()],
  };
}

function withLiterals(rule: CheckedRule, sets: ReadonlyMap<AnonymousSet, NftSet>): CheckedRule {
  const literals = new Map<SetLiteral, SetLiteral>();
  for (const [{ literal }, set] of sets) literals.set(literal, relisted(literal, set));
  return replaced(rule, literals) as CheckedRule;
}

/** A checked tree with some literals replaced; parts that have none are kept, not copied. */
function replaced(node: unknown, literals: ReadonlyMap<SetLiteral, SetLiteral>): unknown {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node;
  const literal = literals.get(node as SetLiteral);
  if (literal) return literal;
  let copy: Record<string, unknown> | unknown[] | undefined;
  for (const [key, value] of Object.entries(node)) {
    const other = SHARED.has(key) ? value : replaced(value, literals);
    if (other === value) continue;
    copy ??= Array.isArray(node) ? [...node] : { ...node };
    (copy as Record<string, unknown>)[key] = other;
  }
  return copy ?? node;
}

/** Parts of checked nodes that are vocabulary, not tree. */
const SHARED: ReadonlySet<string> = new Set(['row', 'type', 'span']);

function withSetName(op: Op, names: ReadonlyMap<string, string>): Op {
  if (!('set' in op)) return op;
  const name = names.get(op.set);
  return name === undefined ? op : { ...op, set: name };
}

/** Where a rule names what the kernel did not find: the name, or the statement where it has its own op. */
function targetPlace(rule: AstRule, ops: readonly Op[], refusal: Refusal): Span | undefined {
  const op = ops[refusal.index ?? 0];
  if (!op) return undefined;
  const name = 'chain' in op ? op.chain : 'set' in op ? op.set : 'name' in op ? op.name : undefined;
  if (name !== undefined && op.op !== 'dynset') return placeOfName(rule.statements, name);
  const wanted = name ?? (op.op === 'effect' ? op.row.flowtable?.(op.args) : undefined);
  return wanted === undefined
    ? undefined
    : rule.statements.find((s) => placeOfName(s, wanted))?.span;
}

/** The last node of a syntax tree that is this word. */
function placeOfName(node: unknown, name: string): Span | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  let found: Span | undefined;
  for (const value of Object.values(node)) found = placeOfName(value, name) ?? found;
  if (found) return found;
  const { text, name: ref, span } = node as { text?: unknown; name?: unknown; span?: Span };
  return text === name || ref === name ? span : undefined;
}

/** The handle that a rule goes next to or replaces; null where nft itself finds none such. */
function positionOf(cmd: Command, ctx: CommandContext): number | undefined | null {
  const { handle, position, index, chain } = cmd.handle;
  const named = handle ?? position;
  const rule = named && Number(named.value);
  if (!ctx.asked.rules) return rule;
  const table = tableIn(ctx, cmd);
  const found = table?.chains.get(chain?.text ?? '');
  if (!table) noTable(ctx, cmd);
  else if (!found) noChain(ctx, cmd);
  if (!table || !found) return null;
  const next = index && found.rules[Number(index.value)]?.handle;
  const isKnown = (wanted: number) =>
    !ctx.tx.isNew(table, wanted) && found.rules.some((r) => r.handle === wanted);
  if (index ? next !== undefined : rule === undefined || isKnown(rule)) return next ?? rule;
  const span = index
    ? { ...index.span, start: (chain?.span.end ?? index.span.start) + 1 }
    : named!.span;
  report(ctx, `Could not process rule: ${strerror('ENOENT')}`, span);
  return null;
}

type Bodies = ReadonlyMap<string, ChainBlock>;

const NO_BODIES: Bodies = new Map();

/** The rule with names for the chains of its `jump { … }`, and what is to be in those. */
function withNamedBodies(rule: AstRule, ctx: CommandContext): { rule: AstRule; bodies: Bodies } {
  if (rule.formed || !rule.statements.some((s) => s.kind === 'verdict' && s.block)) {
    return { rule, bodies: NO_BODIES };
  }
  const bodies = new Map<string, ChainBlock>();
  const statements = rule.statements.map((s): Statement => {
    if (s.kind !== 'verdict' || !s.block) return s;
    const text = `__chain${ctx.tx.ruleset.nextChain++}`;
    bodies.set(text, s.block);
    return { ...s, expr: { ...s.expr, chain: { kind: 'symbol', text, span: s.span } } };
  });
  return { rule: { ...rule, statements }, bodies };
}

/** Makes the chain of a `jump { … }`. */
function makeBody(s: CheckedStatement, bodies: Bodies, cmd: Command, ctx: CommandContext): void {
  const chain = s.kind === 'verdict' ? s.verdict.chain : undefined;
  const block = chain === undefined ? undefined : bodies.get(chain);
  if (chain === undefined || !block) return;
  const family = familyOf(cmd);
  const table = tableName(cmd);
  ctx.requests.push({ what: 'chain', family, table });
  const spec = { family, table, name: chain, offload: false, exclusive: true, anonymous: true };
  const handle = { ...cmd.handle, chain: { text: chain, span: cmd.span } };
  answered(ctx, { ...cmd, object: 'chain', handle }, newChain(ctx.tx, spec));
  for (const rule of block.rules) {
    const within = { ...cmd, handle, span: rule.span };
    enterRule(rule, within, ctx, { chain, how: 'add', anonymous: true });
  }
}

function chainOf(cmd: Command, ctx: CommandContext): Chain | Refusal {
  const table: Table | Refusal = tableOf(ctx.tx, familyOf(cmd), tableName(cmd));
  if (isRefusal(table)) return table;
  const chain = table.chains.get(cmd.handle.chain?.text ?? '');
  if (!chain) return refuse('ENOENT', 'chain');
  return chain.anonymous ? refuse('EOPNOTSUPP') : chain;
}

export function removeRule(cmd: Command, ctx: CommandContext): void {
  const chain = chainOf(cmd, ctx);
  if (isRefusal(chain)) {
    if (!isDestroyed(cmd, chain)) answered(ctx, cmd, chain);
    return;
  }
  const handle = Number(cmd.handle.handle?.value);
  const rule = ruleOf(chain, handle);
  if (rule) {
    deleteRule(ctx.tx, rule);
    return;
  }
  const answer = noRule(ctx.tx, chain, handle);
  if (cmd.verb !== 'destroy' || !answer.at) answered(ctx, cmd, answer);
}

/** The rules of a chain's block, each as the `add rule` that it stands for. */
export function addRules(rules: readonly AstRule[], cmd: Command, ctx: CommandContext): void {
  const { verb, handle } = cmd;
  for (const rule of rules) {
    const { span } = rule;
    attempted(ctx, () =>
      addRule({ kind: 'command', verb, object: 'rule', handle, rule, span }, ctx),
    );
  }
}
