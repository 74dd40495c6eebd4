/**
 * Finding things of the ruleset by the names and handles of a request.
 *
 * Each look-up gives the thing, or the kernel's refusal with the attribute at fault.
 */
import type { Family } from '../../../parser/ast.ts';
import { type Attribute, type Refusal, refuse } from '../errno.ts';
import type { Chain, Table } from '../store.ts';
import type { Transaction } from '../transaction.ts';

/** Who a request is about: a thing of a table, by name or by handle. */
export interface Target {
  readonly family: Family;
  readonly table: string;
  readonly name?: string;
  readonly handle?: number;
}

export const isRefusal = (x: object): x is Refusal => 'errno' in x;

export const tableKey = (family: Family, name: string): string => `${family} ${name}`;
export const objectKey = (kind: string, name: string): string => `${kind} ${name}`;

/** A table that this program may change. */
export function tableOf(tx: Transaction, family: Family, name: string): Table | Refusal {
  const table = tx.ruleset.tables.get(tableKey(family, name));
  if (!table) return refuse('ENOENT', 'table');
  if (table.owner && table.ownedBy !== tx.owner) return refuse('EPERM', 'table');
  return table;
}

/** By handle where the target has one, else by name. */
export function member<V extends { readonly handle: number }>(
  map: ReadonlyMap<string, V>,
  target: Target,
  key: string,
  at: Attribute = 'name',
): V | Refusal {
  if (target.handle === undefined) return map.get(key) ?? refuse('ENOENT', at);
  for (const value of map.values()) if (value.handle === target.handle) return value;
  return refuse('ENOENT', 'handle');
}

export function chainOf(table: Table, target: Target): Chain | Refusal {
  return member(table.chains, target, target.name ?? '', 'chain');
}
