/** `reset`: lists what counters and quotas have, and sets them back. */
import type { Command } from '../../../parser/ast.ts';
import type { SetElement } from '../../engine/set/index.ts';
import { objectRows } from '../../object/index.ts';
import type { Chain, NftObject, Table } from '../store.ts';
import { type CommandContext, familyOf, tableIn } from './context.ts';
import { setOf } from './element.ts';
import { elementsGot, printElements } from './get.ts';
import { listChain, listObject, listObjects, listRuleset, listSet, listTable } from './list.ts';

function resetAll(objects: Iterable<NftObject>, wanted: (o: NftObject) => boolean): void {
  for (const object of objects) if (wanted(object)) object.state?.reset();
}

const tablesOf = (cmd: Command, ctx: CommandContext): Table[] => {
  const { family, table } = cmd.handle;
  return [...ctx.tx.ruleset.tables.values()].filter(
    (t) =>
      (!table || (t.name === table.text && t.family === familyOf(cmd))) &&
      (!family || t.family === family.name),
  );
};

export function resetObject(cmd: Command, ctx: CommandContext): void {
  const { name } = cmd.handle;
  const objects = tableIn(ctx, cmd)?.objects;
  const wanted = (o: NftObject): boolean => o.kind === cmd.object && o.name === name?.text;
  // One that is not there is no error: the dump of the kernel is empty.
  if (!objects || ![...objects.values()].some(wanted)) return;
  listObject(cmd, ctx);
  resetAll(objects.values(), wanted);
}

export function resetObjects(cmd: Command, ctx: CommandContext): void {
  const kind = objectRows.find((row) => row.plural === cmd.object)?.name;
  listObjects(cmd, ctx);
  for (const table of tablesOf(cmd, ctx)) {
    resetAll(table.objects.values(), (o) => o.kind === kind);
  }
}

export function resetRules(cmd: Command, ctx: CommandContext): void {
  const { table, chain } = cmd.handle;
  if (chain) listChain(cmd, ctx);
  else if (table) listTable(cmd, ctx);
  else listRuleset(cmd, ctx);
  for (const t of tablesOf(cmd, ctx)) {
    const chains: Iterable<Chain> = chain
      ? [t.chains.get(chain.text)].filter((c) => c !== undefined)
      : t.chains.values();
    for (const c of chains) for (const rule of c.rules) for (const s of rule.state) s.reset();
  }
}

const resetState = (e: SetElement): void => {
  for (const s of e.state ?? []) s.reset();
};

export function resetSet(cmd: Command, ctx: CommandContext): void {
  listSet(cmd, ctx);
  const set = tableIn(ctx, cmd)?.sets.get(cmd.handle.name?.text ?? '');
  for (const e of set?.elements ?? []) resetState(e);
}

export function resetElements(cmd: Command, ctx: CommandContext): void {
  const set = setOf(cmd, ctx);
  const elements = set && elementsGot(cmd, set, ctx);
  if (!set || !elements) return;
  printElements(set, elements, ctx);
  for (const { element } of elements) resetState(element);
}
