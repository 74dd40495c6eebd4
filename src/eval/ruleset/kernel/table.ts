/**
 * Tables: made, changed, emptied and deleted. Mirrors nf_tables_newtable and nf_tables_deltable.
 */
import type { Family } from '../../../parser/ast.ts';
import { type Refusal, refuse } from '../errno.ts';
import type { Ruleset, Table } from '../store.ts';
import { insertInto, removeFrom, type Transaction } from '../transaction.ts';
import { deleteChain } from './chain.ts';
import { deleteFlowtable } from './flowtable.ts';
import { isRefusal, tableKey, tableOf } from './lookup.ts';
import { deleteObject } from './object.ts';
import { deleteRule } from './rule.ts';
import { deleteSet } from './set.ts';

export interface NewTable {
  readonly family: Family;
  readonly name: string;
  readonly flags: readonly string[];
  readonly comment?: string;
  /** Refused where it is there already. */
  readonly exclusive: boolean;
}

export function newTable(tx: Transaction, spec: NewTable): Refusal | undefined {
  const key = tableKey(spec.family, spec.name);
  if (tx.ruleset.tables.has(key)) {
    const old = tableOf(tx, spec.family, spec.name);
    if (isRefusal(old)) return old;
    return spec.exclusive ? refuse('EEXIST', 'name') : updateTable(tx, old, spec.flags);
  }
  const owner = spec.flags.includes('owner');
  const table: Table = {
    family: spec.family,
    name: spec.name,
    handle: tx.ruleset.nextHandle++,
    dormant: spec.flags.includes('dormant'),
    owner,
    persist: spec.flags.includes('persist'),
    ...(owner && { ownedBy: tx.owner }),
    ...(spec.comment !== undefined && { comment: spec.comment }),
    nextHandle: 1,
    chains: new Map(),
    sets: new Map(),
    objects: new Map(),
    flowtables: new Map(),
  };
  insertInto(tx, tx.ruleset.tables, key, table);
  tx.changed({ what: 'table', change: 'new', table, exclusive: spec.exclusive });
  return undefined;
}

/** Mirrors nf_tables_updtable: nft sends the flags always, so none written wakes a dormant table. */
function updateTable(tx: Transaction, table: Table, flags: readonly string[]): Refusal | undefined {
  const dormant = flags.includes('dormant');
  const owner = flags.includes('owner');
  const persist = flags.includes('persist');
  if (dormant === table.dormant && owner === table.owner && persist === table.persist) return;
  // An orphan of a program that is gone may be taken over; an owner never gives up by flag.
  if (table.owner && !owner) return refuse('EOPNOTSUPP');
  if (owner && !table.owner && !table.persist) return refuse('EOPNOTSUPP');
  if (persist !== table.persist) return refuse('EOPNOTSUPP');
  if (tx.toggled.has(table) || tx.changes.some((c) => takesBaseChain(c, table))) {
    return refuse('EINVAL');
  }
  if (owner !== table.owner) {
    tx.set(table, 'owner', owner);
    tx.set(table, 'ownedBy', tx.owner);
  }
  if (dormant !== table.dormant) {
    tx.toggled.add(table);
    tx.set(table, 'dormant', dormant);
    tx.changed({ what: 'table', change: 'update', table });
  }
  return undefined;
}

function takesBaseChain(c: Transaction['changes'][number], table: Table): boolean {
  return c.what === 'chain' && c.change === 'del' && c.chain.table === table && !!c.chain.base;
}

/** Deletes a table with all that is in it, in the kernel's order (nft_flush_table). */
export function deleteTable(tx: Transaction, table: Table): Refusal | undefined {
  for (const chain of table.chains.values()) {
    if (chain.anonymous) continue;
    for (const rule of [...chain.rules]) deleteRule(tx, rule);
  }
  const steps: (() => Refusal | undefined)[] = [
    ...[...table.sets.values()].map((set) => () => deleteSet(tx, set)),
    ...[...table.flowtables.values()].map((f) => () => deleteFlowtable(tx, f)),
    ...[...table.objects.values()].map((o) => () => deleteObject(tx, o)),
    ...[...table.chains.values()].map((c) => () => deleteChain(tx, c)),
  ];
  for (const step of steps) {
    const refusal = step();
    if (refusal) return refusal;
  }
  removeFrom(tx, tx.ruleset.tables, tableKey(table.family, table.name));
  tx.changed({ what: 'table', change: 'del', table });
  return undefined;
}

/** `flush ruleset [family]`: tables of other owners stay. */
export function flushRuleset(tx: Transaction, family: Family | undefined): Refusal | undefined {
  for (const table of [...tx.ruleset.tables.values()]) {
    if (family !== undefined && table.family !== family) continue;
    if (table.owner && table.ownedBy !== tx.owner) continue;
    const refusal = deleteTable(tx, table);
    if (refusal) return refusal;
  }
  return undefined;
}

/** A program is gone: its tables go, or stay without an owner (nft_rcv_nl_event). */
export function releaseOwner(tx: Transaction): void {
  for (const table of [...tx.ruleset.tables.values()]) {
    if (!table.owner || table.ownedBy !== tx.owner) continue;
    if (table.persist) {
      tx.set(table, 'owner', false);
      tx.set(table, 'ownedBy', undefined);
    } else deleteTable(tx, table);
  }
}

export function emptyRuleset(): Ruleset {
  return {
    tables: new Map(),
    nextHandle: 1,
    nextChain: 1,
    nextOwner: 1,
    generation: 1,
    resets: 0,
    boundDevices: new Set(),
  };
}
