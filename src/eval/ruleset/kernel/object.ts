/**
 * Named objects: made, updated, deleted. Mirrors nf_tables_newobj and nf_tables_delobj.
 */
import type { Family } from '../../../parser/ast.ts';
import type { ObjectRow } from '../../object/row.ts';
import { type Refusal, refuse } from '../errno.ts';
import type { NftObject } from '../store.ts';
import { insertInto, removeFrom, type Transaction } from '../transaction.ts';
import { isRefusal, objectKey, tableOf } from './lookup.ts';

export interface NewObject {
  readonly family: Family;
  readonly table: string;
  readonly name: string;
  readonly row: ObjectRow;
  readonly args: Readonly<Record<string, unknown>>;
  readonly comment?: string;
  readonly exclusive: boolean;
}

export function newObject(tx: Transaction, spec: NewObject): Refusal | undefined {
  const table = tableOf(tx, spec.family, spec.table);
  if (isRefusal(table)) return table;
  const key = objectKey(spec.row.name, spec.name);
  const old = table.objects.get(key);
  if (old) {
    if (spec.exclusive) return refuse('EEXIST', 'name');
    const args = spec.row.updated?.(old.state?.dump() ?? old.args, spec.args);
    if (!args) return undefined;
    tx.set(old, 'args', args);
    tx.changed({ what: 'object', change: 'update', object: old });
    return undefined;
  }
  const errno = spec.row.refuses?.(spec.args, spec.family);
  if (errno) return refuse(errno);
  const object: NftObject = {
    table,
    kind: spec.row.name,
    name: spec.name,
    handle: table.nextHandle++,
    row: spec.row,
    args: spec.args,
    ...(spec.comment !== undefined && { comment: spec.comment }),
    use: 0,
  };
  insertInto(tx, table.objects, key, object);
  tx.changed({ what: 'object', change: 'new', object, exclusive: spec.exclusive });
  return undefined;
}

export function deleteObject(tx: Transaction, object: NftObject): Refusal | undefined {
  if (object.use > 0) return refuse('EBUSY', 'name');
  removeFrom(tx, object.table.objects, objectKey(object.kind, object.name));
  tx.changed({ what: 'object', change: 'del', object });
  return undefined;
}
