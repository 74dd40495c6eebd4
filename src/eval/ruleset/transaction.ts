/**
 * A batch on its way into the ruleset: applied step by step, kept or taken back as a whole.
 *
 * Steps change the store at once and leave behind how to undo them; nothing reads packets meanwhile.
 * Handles that an undone batch took stay used, as in the kernel. Mirrors struct nft_trans and
 * nf_tables_commit / nf_tables_abort.
 */
import type { Change } from './commit.ts';
import type { Machine } from './machine.ts';
import type { NftSet, Ruleset, Table } from './store.ts';

export class Transaction {
  readonly ruleset: Ruleset;
  readonly machine: Machine;
  readonly changes: Change[] = [];
  /** Tables whose chains must be walked before the batch is kept (NFT_VALIDATE_NEED). */
  readonly unvalidated = new Set<Table>();
  /** Tables that such a walk refused. */
  readonly invalid = new Set<Table>();
  /** Sets made by this batch: nft may still change what it asks for. */
  readonly fresh = new Set<NftSet>();
  /** Tables that went dormant or woke: once a batch. */
  readonly toggled = new Set<Table>();
  /** The program that sends the batch, for tables with an owner. */
  readonly owner: number;
  /** The walk is done after every rule (NFT_VALIDATE_DO), to find the one at fault. */
  readonly validateEach: boolean;
  private readonly undo: (() => void)[] = [];
  private readonly last: (() => void)[] = [];
  /** Maps that got back what was taken out of them, at their ends. */
  private readonly disordered = new Set<Map<string, Handled>>();
  private readonly taken = new Map<ReadonlyMap<string, unknown>, Map<string, number>>();
  private readonly handles: ReadonlyMap<Table, number>;
  private readonly tableHandle: number;

  constructor(ruleset: Ruleset, machine: Machine, owner = 0, validateEach = false) {
    this.ruleset = ruleset;
    this.machine = machine;
    this.owner = owner;
    this.validateEach = validateEach;
    this.handles = new Map([...ruleset.tables.values()].map((t) => [t, t.nextHandle]));
    this.tableHandle = ruleset.nextHandle;
  }

  /** Whether something of a table was made by this batch: nft knows no handle of it. */
  isNew(table: Table, handle: number): boolean {
    return handle >= (this.handles.get(table) ?? 0);
  }

  /** Of names that end in a number, the one below which all are taken; to be cleared where some go. */
  takenBelow(map: ReadonlyMap<string, unknown>): Map<string, number> {
    const known = this.taken.get(map) ?? new Map<string, number>();
    this.taken.set(map, known);
    return known;
  }

  /** A step was taken; `undo` takes it back, `change` tells it to listeners. */
  did(undo: () => void, change?: Change): void {
    this.undo.push(undo);
    if (change) this.changes.push(change);
  }

  /** Tells listeners of what the steps before did. */
  changed(change: Change): void {
    this.changes.push(change);
  }

  /** Sets a property until the batch is kept or taken back. */
  set<T, K extends keyof T>(of: T, key: K, value: T[K]): void {
    const old = of[key];
    of[key] = value;
    this.undo.push(() => {
      of[key] = old;
    });
  }

  /** Does something when all steps are taken and the batch is kept. */
  atCommit(work: () => void): void {
    this.last.push(work);
  }

  keep(): void {
    for (const work of this.last.splice(0)) work();
  }

  /** Something goes back into a map in which order is that of the handles. */
  restore<V extends Handled>(map: Map<string, V>, key: string, value: V): void {
    map.set(key, value);
    this.disordered.add(map as Map<string, Handled>);
  }

  /** The kernel has never seen it: handles are as before, too. */
  forget(): void {
    this.abort();
    for (const [table, handle] of this.handles) table.nextHandle = handle;
    this.ruleset.nextHandle = this.tableHandle;
  }

  abort(): void {
    for (const undo of this.undo.reverse()) undo();
    this.undo.length = 0;
    this.last.length = 0;
    for (const map of this.disordered) sortByHandle(map);
    this.disordered.clear();
    this.taken.clear();
    this.changes.length = 0;
    this.unvalidated.clear();
    this.invalid.clear();
  }
}

interface Handled {
  readonly handle: number;
}

/** Adds to a map in which order is that of the handles. */
export function insertInto<V>(tx: Transaction, map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  tx.did(() => {
    map.delete(key);
  });
}

/** Takes out of such a map; undone, it stands at its place again. */
export function removeFrom<V extends Handled>(
  tx: Transaction,
  map: Map<string, V>,
  key: string,
): void {
  const value = map.get(key)!;
  map.delete(key);
  tx.did(() => tx.restore(map, key, value));
}

function sortByHandle(map: Map<string, Handled>): void {
  const entries = [...map].sort((a, b) => a[1].handle - b[1].handle);
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}
