/** `reset`: lists what counters and quotas have, and sets them back. */
import type { Command } from '../../../parser/ast.ts';
import { listingFor } from '../../list/listing.ts';
import { tableText } from '../../list/ruleset.ts';
import { objectRows } from '../../object/index.ts';
import { refuse } from '../errno.ts';
import type { Chain, NftObject, Table } from '../store.ts';
import { answered, type CommandContext, familyOf, tableIn } from './context.ts';
import { setOf } from './element.ts';
import { elementsGot, printElements } from './get.ts';
import { listChain, listObject, listObjects, listRuleset, listSet, listTable } from './list.ts';

interface Resettable {
  reset(): void;
}

function setBack(states: Iterable<Resettable>, ctx: CommandContext): void {
  for (const state of states) state.reset();
  ctx.tx.ruleset.resets++;
}

const statesOf = (objects: Iterable<NftObject>, wanted: (o: NftObject) => boolean) =>
  [...objects].filter(wanted).flatMap((o) => o.state ?? []);

const tablesOf = (cmd: Command, ctx: CommandContext): Table[] => {
  const { family, table } = cmd.handle;
  return [...ctx.tx.ruleset.tables.values()].filter(
    (t) =>
      (!table || (t.name === table.text && t.family === familyOf(cmd))) &&
      (!family || t.family === family.name),
  );
};

/** A kernel that is older than a request refuses it as one without meaning. */
const isKnown = (known: boolean, cmd: Command, ctx: CommandContext): boolean =>
  known || answered(ctx, cmd, refuse('EINVAL'));

export function resetObject(cmd: Command, ctx: CommandContext): void {
  const { name } = cmd.handle;
  const objects = tableIn(ctx, cmd)?.objects;
  if (!objects) {
    listObject(cmd, ctx);
    return;
  }
  const wanted = (o: NftObject): boolean => o.kind === cmd.object && o.name === name?.text;
  // One that is not there is no error: the dump of the kernel is empty.
  if (![...objects.values()].some(wanted)) {
    if (ctx.output.json) ctx.output.items([]);
    return;
  }
  listObject(cmd, ctx);
  setBack(statesOf(objects.values(), wanted), ctx);
}

export function resetObjects(cmd: Command, ctx: CommandContext): void {
  const kind = objectRows.find((row) => row.plural === cmd.object)?.name;
  listObjects(cmd, ctx);
  for (const table of tablesOf(cmd, ctx)) {
    setBack(
      statesOf(table.objects.values(), (o) => o.kind === kind),
      ctx,
    );
  }
}

/** One rule by its handle: its table is listed with all but other rules and chains. */
function resetRule(cmd: Command, ctx: CommandContext): void {
  const { chain: word, handle } = cmd.handle;
  if (ctx.output.json) {
    answered(ctx, cmd, refuse('EOPNOTSUPP'));
    return;
  }
  const table = tableIn(ctx, cmd);
  if (!table) {
    listTable(cmd, ctx);
    return;
  }
  const chain = table.chains.get(word?.text ?? '');
  const rules = chain?.rules.filter((rule) => rule.handle === Number(handle?.value)) ?? [];
  const only = chain ? [[chain.name, { ...chain, rules }] as const] : [];
  const to = listingFor(table.family, ctx.tx.machine, ctx.options);
  ctx.output.text(tableText({ ...table, chains: new Map(only) }, to));
  setBack(
    rules.flatMap((rule) => rule.state),
    ctx,
  );
}

export function resetRules(cmd: Command, ctx: CommandContext): void {
  const { table, chain, handle } = cmd.handle;
  if (!isKnown(ctx.tx.machine.profile.resetsRules, cmd, ctx)) return;
  if (handle) {
    resetRule(cmd, ctx);
    return;
  }
  if (chain) listChain(cmd, ctx);
  else if (table) listTable(cmd, ctx);
  else listRuleset(cmd, ctx);
  for (const t of tablesOf(cmd, ctx)) {
    const chains: Iterable<Chain> = chain
      ? [t.chains.get(chain.text)].filter((c) => c !== undefined)
      : t.chains.values();
    for (const c of chains)
      setBack(
        c.rules.flatMap((rule) => rule.state),
        ctx,
      );
  }
}

export function resetSet(cmd: Command, ctx: CommandContext): void {
  if (!isKnown(ctx.tx.machine.profile.resetsElements, cmd, ctx)) return;
  listSet(cmd, ctx);
  const set = tableIn(ctx, cmd)?.sets.get(cmd.handle.name?.text ?? '');
  setBack(set?.elements ?? [], ctx);
}

export function resetElements(cmd: Command, ctx: CommandContext): void {
  if (!isKnown(ctx.tx.machine.profile.resetsElements, cmd, ctx)) return;
  const set = setOf(cmd, ctx);
  const elements = set && elementsGot(cmd, set, ctx);
  if (!set || !elements) return;
  printElements(set, elements, ctx);
  setBack(
    elements.map(({ element }) => element),
    ctx,
  );
}
