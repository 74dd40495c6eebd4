/**
 * Sets and maps: made, changed, deleted. Mirrors nf_tables_newset and nf_tables_delset.
 */
import type { KernelProfile } from '../../../datapath/profile.ts';
import type { Family } from '../../../parser/ast.ts';
import type { Expr, Statement } from '../../checked.ts';
import { SetStore } from '../../engine/set/index.ts';
import type { Op } from '../../ir.ts';
import type { ValueType } from '../../type/index.ts';
import { keyParts } from '../element/key.ts';
import { type Refusal, refuse } from '../errno.ts';
import type { NftSet, SetFlags, Table } from '../store.ts';
import { insertInto, removeFrom, type Transaction } from '../transaction.ts';
import { releaseElement } from './element.ts';
import { firstUnable } from './expression.ts';
import { inJiffies, isEndless } from './jiffies.ts';
import { isRefusal, tableOf } from './lookup.ts';
import { isCollected } from './reference.ts';
import { type SetType, setTypeOf } from './set-type.ts';

export interface NewSet {
  readonly family: Family;
  readonly table: string;
  /** For anonymous sets a pattern: `__set%d` becomes `__set0`, `__set1`, … */
  readonly name: string;
  readonly flags: SetFlags;
  readonly key: ValueType;
  readonly keyBits: number;
  readonly data?: ValueType;
  readonly dataBits?: number;
  readonly dataInterval: boolean;
  readonly object?: string;
  readonly keyExpr?: Expr;
  readonly dataExpr?: Expr;
  readonly timeout?: number;
  readonly gcInterval?: number;
  readonly size?: number;
  readonly policy: 'performance' | 'memory';
  readonly autoMerge: boolean;
  readonly comment?: string;
  readonly statements: readonly Statement[];
  readonly exprs: readonly Op[];
  readonly exclusive: boolean;
}

/** NFT_DATA_VALUE_MAXLEN, NFT_SET_EXPR_MAX */
const MAX_KEY_BYTES = 64;
const MAX_EXPRS = 2;

export function newSet(tx: Transaction, spec: NewSet): NftSet | Refusal {
  const shape = {
    fields: fieldBytes(spec),
    interval: spec.flags.interval,
    ...(tx.machine.profile.concatComparesWord && { compared: 4 }),
    forgets: tx.machine.profile.concatForgetsByte,
  };
  const type = setTypeOf(spec, tx.machine.profile);
  const refused = refuseSet(spec, type, tx.machine.profile);
  if (refused && spec.flags.anonymous) return refused;
  const table = tableOf(tx, spec.family, spec.table);
  if (isRefusal(table)) return refused ?? table;
  const old = spec.flags.anonymous ? undefined : table.sets.get(spec.name);
  if (old && !old.refused) return refused ?? updateSet(tx, old, spec);
  const refusal = refused ?? refuseType(spec);
  const timeout = spec.timeout && inJiffies(spec.timeout);
  const { exclusive: _, family: __, table: ___, ...rest } = spec;
  const set = {
    ...rest,
    ...(timeout !== undefined && { timeout }),
    table,
    name: spec.flags.anonymous ? freeName(tx, table, spec.name) : spec.name,
    handle: refusal ? 0 : table.nextHandle++,
    ...(refusal && { refused: true }),
    use: 0,
    kept: type,
  } as { -readonly [K in keyof NftSet]: NftSet[K] };
  set.elements = new SetStore(shape, set, () => tx.machine.uptime());
  insertInto(tx, table.sets, set.name, set as NftSet);
  if (refusal) return refusal;
  tx.fresh.add(set);
  tx.changed({ what: 'set', change: 'new', set, exclusive: spec.exclusive });
  return set;
}

/** Mirrors nf_tables_set_alloc_name: the lowest number not in use. */
function freeName(tx: Transaction, table: Table, pattern: string): string {
  if (!pattern.endsWith('%d')) return pattern;
  const name = pattern.slice(0, -'%d'.length);
  const taken = tx.takenBelow(table.sets);
  let i = taken.get(name) ?? 0;
  while (table.sets.has(`${name}${i}`)) i++;
  taken.set(name, i);
  return `${name}${i}`;
}

function fieldBytes(spec: NewSet): readonly number[] {
  return keyParts(spec).map(({ bits }) => Math.ceil(bits / 8));
}

function refuseSet(spec: NewSet, type: SetType, kernel: KernelProfile): Refusal | undefined {
  const bytes = Math.ceil(spec.keyBits / 8);
  if (bytes === 0 || bytes > MAX_KEY_BYTES) return refuse('EINVAL');
  const { flags } = spec;
  if (flags.constant && flags.timeout) return refuse('EOPNOTSUPP');
  if (flags.dynamic && spec.object !== undefined) return refuse('EOPNOTSUPP');
  if (spec.timeout !== undefined && !flags.timeout) return refuse('EINVAL');
  if (isEndless(spec.timeout)) return refuse('ERANGE');
  if (spec.gcInterval !== undefined && !flags.timeout) return refuse('EINVAL');
  if (spec.exprs.length > MAX_EXPRS) return refuse('E2BIG');
  const collects = type !== 'hash' && type !== 'bitmap' && !flags.timeout;
  if (!collects && spec.exprs.some(isCollected)) return refuse('EOPNOTSUPP');
  const unable = firstUnable(spec.exprs, spec.family, kernel);
  return unable && refuse(unable.errno);
}

/** No type of set does this (nft_select_set_ops). */
const refuseType = ({ flags }: NewSet): Refusal | undefined =>
  flags.dynamic && flags.interval ? refuse('EOPNOTSUPP') : undefined;

/** Mirrors nft_set_is_same: an existing set must be the same, but its timeout and size may change. */
function updateSet(tx: Transaction, old: NftSet, spec: NewSet): NftSet | Refusal {
  if (spec.exclusive) return refuse('EEXIST', 'name');
  if (!tx.machine.profile.setMustBeSame) return old;
  const flags = (Object.keys(spec.flags) as (keyof SetFlags)[]).every(
    (f) => spec.flags[f] === old.flags[f],
  );
  const same =
    flags &&
    spec.key.name === old.key.name &&
    spec.data?.name === old.data?.name &&
    spec.object === old.object &&
    spec.exprs.length === old.exprs.length;
  if (!same) return refuse('EEXIST', 'name');
  // Elements of the same batch still find what was there before; times that are not said end.
  tx.atCommit(() => {
    const { timeout, gcInterval, size } = spec;
    Object.assign(old, { timeout: timeout && inJiffies(timeout), gcInterval });
    if (size && tx.machine.profile.setSizeChanges) old.size = size;
  });
  tx.changed({ what: 'set', change: 'update', set: old });
  return old;
}

export function deleteSet(
  tx: Transaction,
  set: NftSet,
  mark: { readonly replaced?: true } = {},
): Refusal | undefined {
  if (set.refused) return refuse('ENOENT', 'name');
  if (set.use > 0) return refuse('EBUSY', 'name');
  if (set.data !== undefined || set.object !== undefined) {
    for (const e of set.elements) releaseElement(tx, set, e);
  }
  removeFrom(tx, set.table.sets, set.name);
  tx.takenBelow(set.table.sets).clear();
  tx.changed({ what: 'set', change: 'del', set, ...mark });
  return undefined;
}
