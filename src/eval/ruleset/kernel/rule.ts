/**
 * Rules: added, inserted, replaced, deleted. Mirrors nf_tables_newrule and nf_tables_delrule.
 */
import type { Family } from '../../../parser/ast.ts';
import type { Rule as CheckedRule } from '../../checked.ts';
import type { Op } from '../../ir.ts';
import { type Refusal, refuse } from '../errno.ts';
import type { Chain, NftSet, Rule, Table } from '../store.ts';
import type { Transaction } from '../transaction.ts';
import { deleteChain } from './chain.ts';
import { firstUnable } from './expression.ts';
import { isRefusal, tableOf } from './lookup.ts';
import { hold, limitDynamic, referencesOf, release } from './reference.ts';
import { deleteSet } from './set.ts';
import { needsValidation, validateNow } from './validate.ts';

export interface NewRule {
  readonly family: Family;
  readonly table: string;
  readonly chain: string;
  /** `add` puts it behind, `insert` before; `replace` in the place of the rule with this handle. */
  readonly how: 'add' | 'insert' | 'replace';
  /** The handle of the rule that it goes next to, or replaces. */
  readonly position?: number | undefined;
  readonly checked: CheckedRule;
  readonly ops: readonly Op[];
  /** Made for it just before. */
  readonly sets: readonly NftSet[];
  /** Which of its statements have state of their own. */
  readonly stateful: readonly number[];
}

/** NFT_RULE_MAXEXPRS */
const MAX_OPS = 128;

export function newRule(tx: Transaction, spec: NewRule): Rule | Refusal {
  const table = tableOf(tx, spec.family, spec.table);
  if (isRefusal(table)) return table;
  const chain = table.chains.get(spec.chain);
  if (!chain) return refuse('ENOENT', 'chain');
  const replaces = spec.how === 'replace';
  if (replaces && !ruleOf(chain, spec.position)) return noRule(tx, chain, spec.position!);
  const handle = replaces ? spec.position! : table.nextHandle++;
  const next = ruleOf(chain, spec.position);
  if (spec.position !== undefined && !next) return refuse('ENOENT', 'position');
  if (spec.ops.length > MAX_OPS) return refuse('EINVAL');
  const unable = firstUnable(spec.ops, spec.family, tx.machine.profile);
  if (unable) return unable;
  const referred = referencesOf(table, spec.ops);
  if (isRefusal(referred)) return referred;
  const nested = nestedBody(chain, spec.ops);
  if (nested) return nested;
  const { checked, ops, sets, stateful } = spec;
  const rule = { chain, handle, checked, ops, sets, stateful, state: [], packets: 0, bytes: 0 };
  hold(tx, referred);
  limitDynamic(tx, table, ops);
  if (replaces) {
    put(tx, rule, takeOut(tx, next!, true));
    tx.changed({ what: 'rule', change: 'new', rule });
  } else {
    put(tx, rule, placeFor(chain, spec.how, next));
    const change = { what: 'rule', change: 'new', rule } as const;
    tx.changed(spec.how === 'insert' ? { ...change, inserted: true } : change);
  }
  return validateNow(tx, table, needsValidation(ops)) ?? rule;
}

/** No rule of a chain that is a rule's own has a chain of its own (nf_tables_bind_chain). */
function nestedBody({ anonymous, table }: Chain, ops: readonly Op[]): Refusal | undefined {
  if (!anonymous) return undefined;
  const index = ops.findIndex((op) => bodyOf(table, op));
  return index < 0 ? undefined : refuse('EOPNOTSUPP', 'statement', index);
}

export function ruleOf(chain: Chain, handle: number | undefined): Rule | undefined {
  return handle === undefined ? undefined : chain.rules.find((r) => r.handle === handle);
}

/** The batch has deleted the rule, or it was never there. */
export const noRule = (tx: Transaction, chain: Chain, handle: number): Refusal => {
  const isGone = tx.changes.some(
    (c) =>
      c.what === 'rule' && c.change === 'del' && c.rule.chain === chain && c.rule.handle === handle,
  );
  return refuse('ENOENT', ...(isGone ? [] : (['handle'] as const)));
};

function placeFor(chain: Chain, how: 'add' | 'insert' | 'replace', next: Rule | undefined): number {
  if (!next) return how === 'add' ? chain.rules.length : 0;
  return chain.rules.indexOf(next) + (how === 'add' ? 1 : 0);
}

function put(tx: Transaction, rule: Rule, at: number): void {
  const { rules } = rule.chain;
  if (at === rules.length) rules.push(rule);
  else rules.splice(at, 0, rule);
  tx.did(() => {
    rules.splice(at, 1);
  });
}

/** Takes a rule from its chain, and then what is its own alone; the place where it was. */
function takeOut(tx: Transaction, rule: Rule, replaced = false): number {
  const { rules, table } = rule.chain;
  const at = rules.indexOf(rule);
  rules.splice(at, 1);
  tx.did(() => {
    rules.splice(at, 0, rule);
  });
  const referred = referencesOf(table, rule.ops);
  if (!isRefusal(referred)) release(tx, referred);
  const mark = replaced ? ({ replaced } as const) : {};
  tx.changed({ what: 'rule', change: 'del', rule, ...mark });
  deleteBodies(tx, rule);
  for (const set of rule.sets) deleteSet(tx, set, mark);
  return at;
}

/** The chain of a `jump { … }`. */
function bodyOf(table: Table, op: Op): Chain | undefined {
  const name = op.op === 'verdict' ? op.chain : undefined;
  const chain = name === undefined ? undefined : table.chains.get(name);
  return chain?.anonymous ? chain : undefined;
}

/** The chains of its `jump { … }` go with it. */
function deleteBodies(tx: Transaction, { chain, ops }: Rule): void {
  for (const op of ops) {
    const body = bodyOf(chain.table, op);
    if (body) deleteChain(tx, body);
  }
}

export function deleteRule(tx: Transaction, rule: Rule): void {
  takeOut(tx, rule);
}
