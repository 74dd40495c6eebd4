/** `add table`, `delete table`, `flush table`, `flush ruleset` and their like. */
import type { Command, TableBlock } from '../../../parser/ast.ts';
import { refuse } from '../errno.ts';
import { isRefusal, tableOf } from '../kernel/lookup.ts';
import { deleteRule } from '../kernel/rule.ts';
import { deleteTable, flushRuleset, newTable } from '../kernel/table.ts';
import type { Table } from '../store.ts';
import {
  answered,
  type CommandContext,
  familyOf,
  isDestroyed,
  report,
  tableName,
} from './context.ts';

const FLAGS: ReadonlySet<string> = new Set(['dormant', 'owner', 'persist']);

export function addTable(cmd: Command, ctx: CommandContext): void {
  const block = cmd.block as TableBlock | undefined;
  for (const flag of block?.flags ?? []) {
    if (!FLAGS.has(flag.text)) report(ctx, `unknown table option ${flag.text}`, flag.span);
  }
  const answer = newTable(ctx.tx, {
    family: familyOf(cmd),
    name: tableName(cmd),
    flags: block?.flags?.map((f) => f.text) ?? [],
    ...(block?.comment && { comment: block.comment.text }),
    exclusive: cmd.verb === 'create',
  });
  answered(ctx, cmd, answer);
}

/** The table that a command names, or names by handle. */
function target(cmd: Command, ctx: CommandContext): Table | ReturnType<typeof refuse> {
  const { handle } = cmd.handle;
  if (!handle) {
    const table = tableOf(ctx.tx, familyOf(cmd), tableName(cmd));
    return isRefusal(table) ? { ...table, at: 'name' } : table;
  }
  const found = [...ctx.tx.ruleset.tables.values()].find(
    (t) => t.family === familyOf(cmd) && t.handle === Number(handle.value),
  );
  return found ?? refuse('ENOENT', 'handle');
}

export function removeTable(cmd: Command, ctx: CommandContext): void {
  const table = target(cmd, ctx);
  if (!isRefusal(table)) answered(ctx, cmd, deleteTable(ctx.tx, table));
  else if (!isDestroyed(cmd, table)) answered(ctx, cmd, table);
}

/** `flush table`: the rules of all its chains go. */
export function flushTable(cmd: Command, ctx: CommandContext): void {
  const table = target(cmd, ctx);
  if (!answered(ctx, cmd, table)) return;
  for (const chain of table.chains.values()) {
    if (!chain.anonymous) for (const rule of [...chain.rules]) deleteRule(ctx.tx, rule);
  }
}

export function flushAll(cmd: Command, ctx: CommandContext): void {
  answered(ctx, cmd, flushRuleset(ctx.tx, cmd.handle.family?.name));
}
