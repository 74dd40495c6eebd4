/** `add counter`, `delete quota` and the like: the commands of every kind of named object. */
import type { Command, ObjectBlock } from '../../../parser/ast.ts';
import { objectRow } from '../../object/index.ts';
import { type Refusal, refuse } from '../errno.ts';
import { isRefusal, objectKey, tableOf } from '../kernel/lookup.ts';
import { deleteObject, type NewObject, newObject } from '../kernel/object.ts';
import { scopeOf } from '../scope.ts';
import type { NftObject } from '../store.ts';
import {
  answered,
  type CommandContext,
  checking,
  familyOf,
  isDestroyed,
  tableIn,
  tableName,
} from './context.ts';
import { noTable } from './hint.ts';

export function addObject(cmd: Command, ctx: CommandContext): void {
  const row = objectRow(cmd.object);
  if (!row) return;
  if (!tableIn(ctx, cmd)) {
    noTable(ctx, cmd);
    return;
  }
  const block = cmd.block as ObjectBlock | undefined;
  const scope = scopeOf(ctx.tx.ruleset, familyOf(cmd), tableName(cmd));
  const named = cmd.handle.name?.span ?? cmd.span;
  // A line of its own ends, to nft, with the last character of the name.
  const place = named === cmd.span ? named : { ...named, start: named.end - 1 };
  const args = checking(ctx, scope, (check) => row.check(block?.args ?? {}, place, check));
  if (!args) return;
  const spec: NewObject = {
    family: familyOf(cmd),
    table: tableName(cmd),
    name: cmd.handle.name?.text ?? '',
    row,
    args,
    ...(block?.comment && { comment: block.comment.text }),
    exclusive: cmd.verb === 'create',
  };
  ctx.requests.push({ what: 'object', spec });
  answered(ctx, cmd, newObject(ctx.tx, spec));
}

/** The object that a command names, or names by handle. */
export function objectOf(cmd: Command, ctx: CommandContext): NftObject | Refusal {
  const table = tableOf(ctx.tx, familyOf(cmd), tableName(cmd));
  if (isRefusal(table)) return table;
  const { handle, name } = cmd.handle;
  if (!handle) {
    return table.objects.get(objectKey(cmd.object, name?.text ?? '')) ?? refuse('ENOENT', 'name');
  }
  const wanted = Number(handle.value);
  const found = [...table.objects.values()].find(
    (o) => o.handle === wanted && o.kind === cmd.object,
  );
  return found ?? refuse('ENOENT', 'handle');
}

export function removeObject(cmd: Command, ctx: CommandContext): void {
  const object = objectOf(cmd, ctx);
  if (!isRefusal(object)) answered(ctx, cmd, deleteObject(ctx.tx, object));
  else if (!isDestroyed(cmd, object)) answered(ctx, cmd, object);
}
