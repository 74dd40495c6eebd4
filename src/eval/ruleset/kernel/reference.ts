/**
 * What a rule names of its table: held while the rule is there, so that it cannot be deleted.
 *
 * Mirrors the `use` counters of nf_tables: nft_verdict_init, nft_lookup_init, nft_dynset_init,
 * nft_objref_init, nft_flow_offload_init.
 */
import type { Expr, Statement, Verdict } from '../../checked.ts';
import type { Op } from '../../ir.ts';
import { type Refusal, refuse } from '../errno.ts';
import type { Chain, Flowtable, NftObject, NftSet, Table } from '../store.ts';
import type { Transaction } from '../transaction.ts';
import { objectKey } from './lookup.ts';

export type Referred = Chain | NftSet | NftObject | Flowtable;

/** What ops name, in order; a refusal carries the index of the op. */
export function referencesOf(table: Table, ops: readonly Op[]): Referred[] | Refusal {
  const found: Referred[] = [];
  for (let index = 0; index < ops.length; index++) {
    const refusal = collect(table, ops[index]!, found);
    if (refusal) return { at: 'target', ...refusal, index };
  }
  return found;
}

function collect(table: Table, op: Op, found: Referred[]): Refusal | undefined {
  switch (op.op) {
    case 'verdict':
      return op.chain === undefined ? undefined : collectChain(table, op.chain, found);
    case 'lookup':
      return collectNamed(table.sets.get(op.set), found);
    case 'dynset':
      return collectDynset(table, op, found);
    case 'objref':
      return 'name' in op
        ? collectNamed(table.objects.get(objectKey(op.object, op.name)), found)
        : collectNamed(table.sets.get(op.set), found);
    case 'effect': {
      const name = op.row.flowtable?.(op.args);
      return name === undefined ? undefined : collectNamed(table.flowtables.get(name), found);
    }
    default:
      return undefined;
  }
}

function collectNamed(value: Referred | undefined, found: Referred[]): Refusal | undefined {
  if (!value) return refuse('ENOENT');
  if ('refused' in value) return refuse('ENOENT', 'statement');
  found.push(value);
  return undefined;
}

/** Only chains that are not at a hook can be jumped to. */
function collectChain(table: Table, name: string, found: Referred[]): Refusal | undefined {
  const chain = table.chains.get(name);
  if (chain?.base) return refuse('EOPNOTSUPP');
  return collectNamed(chain, found);
}

/** Elements go with it: by this or by their timeouts (nft_set_elem_expr_alloc). */
export const isCollected = (op: Op): boolean => op.op === 'effect' && op.row.collected === true;

/** A chain that a verdict of an element names. */
export function chainReference(table: Table, name: string): Chain | Refusal {
  const found: Referred[] = [];
  return collectChain(table, name, found) ?? (found[0] as Chain);
}

/** Elements get statements of the kinds that the set has. */
const areAlike = (given: readonly Op[], wanted: readonly Op[]): boolean =>
  given.length === wanted.length && given.every((op, i) => sameRow(op, wanted[i]!));

const sameRow = (a: Op, b: Op): boolean =>
  a.op === 'effect' && b.op === 'effect' && a.row === b.row;

/** Mirrors nft_dynset_init: only the growing hash table can be changed by packets. */
function collectDynset(
  table: Table,
  op: Extract<Op, { op: 'dynset' }>,
  found: Referred[],
): Refusal | undefined {
  const set = table.sets.get(op.set);
  if (!set) return refuse('ENOENT');
  if (set.refused) return refuse('ENOENT', 'statement');
  if (set.kept !== 'rhash') return refuse('EOPNOTSUPP');
  if (set.flags.constant) return refuse('EBUSY');
  if (op.exprs.length > 0 && !set.flags.dynamic) return refuse('EINVAL');
  if (op.timeout !== undefined && !set.flags.timeout) return refuse('EOPNOTSUPP');
  if (set.flags.timeout && op.exprs.some(isCollected)) return refuse('EOPNOTSUPP');
  if (op.exprs.length > 0 && set.exprs.length > 0 && !areAlike(op.exprs, set.exprs)) {
    return refuse('EOPNOTSUPP');
  }
  found.push(set);
  return undefined;
}

export function hold(tx: Transaction, referred: readonly Referred[]): void {
  for (const r of referred) tx.set(r, 'use', r.use + 1);
}

/** What packets may fill has a limit (nft_dynset_init). */
const DYNAMIC_SIZE = 65535;

export function limitDynamic(tx: Transaction, table: Table, ops: readonly Op[]): void {
  for (const op of ops) {
    const set = op.op === 'dynset' ? table.sets.get(op.set) : undefined;
    if (set && !set.size) tx.set(set, 'size', DYNAMIC_SIZE);
  }
}

export function release(tx: Transaction, referred: readonly Referred[]): void {
  for (const r of referred) tx.set(r, 'use', r.use - 1);
}

/** A chain got another name: rules that jump to it list and link with the new one. */
export function renameReferences(table: Table, from: string, to: string): void {
  for (const set of table.sets.values()) {
    if (set.data === undefined) continue;
    for (const e of set.elements) if (e.verdict?.chain === from) e.verdict.chain = to;
  }
  for (const chain of table.chains.values()) {
    for (const rule of chain.rules) {
      const { statements: old } = rule.checked;
      const statements = old.map((s) => renamed(s, from, to));
      if (statements.every((s, i) => s === old[i])) continue;
      rule.ops = rule.ops.map((op) =>
        op.op === 'verdict' && op.chain === from ? { ...op, chain: to } : op,
      );
      rule.checked = { ...rule.checked, statements };
    }
  }
}

/** The same statement where it does not name the chain. */
function renamed(s: Statement, from: string, to: string): Statement {
  const names = (e: Expr | undefined): e is Verdict => e?.kind === 'verdict' && e.chain === from;
  if (s.kind === 'verdict' && names(s.verdict)) {
    return { ...s, verdict: { ...s.verdict, chain: to } };
  }
  if (s.kind !== 'vmap' || s.map.kind !== 'set') return s;
  if (!s.map.elements.some(({ data }) => names(data))) return s;
  const elements = s.map.elements.map((e) =>
    names(e.data) ? { ...e, data: { ...e.data, chain: to } } : e,
  );
  return { ...s, map: { ...s.map, elements } };
}
