/**
 * `list` and `reset` of everything, `get element`, `describe`. Mirrors do_command_list of nft.
 */
import type { Command } from '../../../parser/ast.ts';
import { chainDeclaration, chainJson, chainText, ruleObjectJson } from '../../list/chain.ts';
import { flowtableJson, flowtableText } from '../../list/flowtable.ts';
import type { Json } from '../../list/json.ts';
import { type Listing, listingFor } from '../../list/listing.ts';
import { objectJson, objectText } from '../../list/object.ts';
import { tableItemsJson, tableText } from '../../list/ruleset.ts';
import { setJson, setText } from '../../list/set.ts';
import { tableHead, tableJson } from '../../list/table.ts';
import { objectRows } from '../../object/index.ts';
import { refuse, strerror } from '../errno.ts';
import type { Chain, NftObject, NftSet, Table } from '../store.ts';
import { answered, type CommandContext, familyOf, report, tableIn } from './context.ts';
import { noTable, setHint } from './hint.ts';
import { SET_KINDS } from './set-kind.ts';

/** Plurals that nft lists of all tables of the family, whichever is named. */
const OF_FAMILY: ReadonlySet<string> = new Set(['sets', 'maps', 'flowtables']);

/** The tables that a command is about: of its family, of its name. */
function tablesOf(cmd: Command, ctx: CommandContext): Table[] {
  const { family, table } = cmd.handle;
  const named = OF_FAMILY.has(cmd.object) ? undefined : table;
  return [...ctx.tx.ruleset.tables.values()].filter(
    (t) =>
      (!named || t.name === named.text) &&
      (table ? t.family === familyOf(cmd) : !family || t.family === family.name),
  );
}

/** Plurals for which nft looks the table up itself. */
const HINTED: ReadonlySet<string> = new Set(['sets', 'meters', 'flowtables']);
/** Plurals for which nft does not ask for the table beforehand. */
const UNASKED: ReadonlySet<string> = new Set(['maps']);

const listingOf = (ctx: CommandContext, table: Table): Listing =>
  listingFor(table.family, ctx.tx.machine, ctx.options);

function notFound(ctx: CommandContext, word: Command['handle']['name'], cmd: Command): undefined {
  return report(ctx, strerror('ENOENT'), word?.span ?? cmd.span);
}

export function listRuleset(cmd: Command, ctx: CommandContext): void {
  const tables = tablesOf(cmd, ctx);
  if (ctx.output.json) {
    ctx.output.items(tables.flatMap((t) => tableItemsJson(t, listingOf(ctx, t))));
    return;
  }
  for (const table of tables) ctx.output.text(tableText(table, listingOf(ctx, table)));
}

export function listTable(cmd: Command, ctx: CommandContext): void {
  if (tableIn(ctx, cmd)) listRuleset(cmd, ctx);
  else notFound(ctx, cmd.handle.table, cmd);
}

export function listTables(cmd: Command, ctx: CommandContext): void {
  const tables = tablesOf(cmd, ctx);
  if (ctx.output.json) ctx.output.items(tables.map(tableJson));
  else ctx.output.text(tables.map((t) => `table ${t.family} ${t.name}\n`).join(''));
}

/** Things of several tables, each table's within its braces. */
function printIn(
  cmd: Command,
  ctx: CommandContext,
  texts: (table: Table, to: Listing) => string[],
  jsons: (table: Table, to: Listing) => Json[],
  /** Tables of which nothing is shown, not even their braces, are left out. */
  shown: (table: Table) => boolean = () => true,
): void {
  if (cmd.handle.table && !tableIn(ctx, cmd)) {
    if (HINTED.has(cmd.object)) noTable(ctx, cmd);
    else if (UNASKED.has(cmd.object)) answered(ctx, cmd, refuse('ENOENT'));
    else notFound(ctx, cmd.handle.table, cmd);
    return;
  }
  const tables = tablesOf(cmd, ctx).filter((table) => shown(table));
  if (ctx.output.json) {
    ctx.output.items(tables.flatMap((t) => jsons(t, listingOf(ctx, t))));
    return;
  }
  const { handles: _, ...plain } = ctx.options;
  for (const table of tables) {
    const head = tableHead(table, listingFor(table.family, ctx.tx.machine, plain));
    ctx.output.text(`${head}${texts(table, listingOf(ctx, table)).join('')}}\n`);
  }
}

const namedChains = (table: Table): Chain[] =>
  [...table.chains.values()].filter((c) => !c.anonymous);

export function listChains(cmd: Command, ctx: CommandContext): void {
  printIn(
    cmd,
    ctx,
    (table, to) => namedChains(table).map((c) => chainDeclaration(c, to)),
    (table) => namedChains(table).map(chainJson),
  );
}

export function listChain(cmd: Command, ctx: CommandContext): void {
  const { chain: word, table: tableWord } = cmd.handle;
  const table = tableIn(ctx, cmd);
  if (!table) {
    notFound(ctx, tableWord, cmd);
    return;
  }
  const chain = table.chains.get(word?.text ?? '');
  if (!chain || chain.anonymous) {
    notFound(ctx, word, cmd);
    return;
  }
  printIn(
    cmd,
    ctx,
    (_, to) => [chainText(chain, to)],
    (_, to) => [chainJson(chain), ...chain.rules.map((rule) => ruleObjectJson(rule, to))],
  );
}

const namedSets = (table: Table): NftSet[] =>
  [...table.sets.values()].filter((s) => !s.flags.anonymous);

export function listSets(cmd: Command, ctx: CommandContext): void {
  const wanted = (table: Table): NftSet[] =>
    namedSets(table).filter(SET_KINDS[cmd.object.slice(0, -1)]!.is);
  printIn(
    cmd,
    ctx,
    (table, to) => wanted(table).map((set) => setText(set, to)),
    // nft has no JSON of meters in the plural.
    (table, to) => (cmd.object === 'meters' ? [] : wanted(table).map((set) => setJson(set, to))),
  );
}

export function listSet(cmd: Command, ctx: CommandContext): void {
  const { name, table: tableWord } = cmd.handle;
  const table = tableIn(ctx, cmd);
  const kind = SET_KINDS[cmd.object]!;
  if (!table) {
    if (kind.hinted) noTable(ctx, cmd);
    else notFound(ctx, tableWord, cmd);
    return;
  }
  const set = table.sets.get(name?.text ?? '');
  if (!set && name && kind.hinted) {
    ctx.errors.push(setHint(ctx.tx.ruleset, table.family, table.name, name.text, name.span));
    return;
  }
  if (!set || !kind.is(set)) {
    notFound(ctx, name, cmd);
    return;
  }
  printIn(
    cmd,
    ctx,
    (_, to) => [setText(set, to)],
    (_, to) => [setJson(set, to)],
  );
}

export function listFlowtables(cmd: Command, ctx: CommandContext): void {
  printIn(
    cmd,
    ctx,
    (table, to) => [...table.flowtables.values()].map((f) => flowtableText(f, to)),
    (table) => [...table.flowtables.values()].map(flowtableJson),
  );
}

export function listFlowtable(cmd: Command, ctx: CommandContext): void {
  const { name, table: tableWord } = cmd.handle;
  const table = tableIn(ctx, cmd);
  if (!table) {
    notFound(ctx, tableWord, cmd);
    return;
  }
  const flowtable = table.flowtables.get(name?.text ?? '');
  if (!flowtable) {
    notFound(ctx, name, cmd);
    return;
  }
  printIn(
    cmd,
    ctx,
    (_, to) => [flowtableText(flowtable, to)],
    () => [flowtableJson(flowtable)],
  );
}

function printObjects(
  cmd: Command,
  ctx: CommandContext,
  wanted: (object: NftObject) => boolean,
): void {
  const of = (table: Table): NftObject[] => [...table.objects.values()].filter(wanted);
  printIn(
    cmd,
    ctx,
    (table, to) => of(table).map((object) => objectText(object, to)),
    (table, to) =>
      of(table)
        .filter(({ row }) => !row.textOnly)
        .map((object) => objectJson(object, to)),
    (table) => of(table).length > 0,
  );
}

export function listObjects(cmd: Command, ctx: CommandContext): void {
  const kind = objectRows.find((row) => row.plural === cmd.object)?.name ?? cmd.object;
  printObjects(cmd, ctx, (object) => object.kind === kind);
}

export function listObject(cmd: Command, ctx: CommandContext): void {
  const { name, table: tableWord } = cmd.handle;
  const table = tableIn(ctx, cmd);
  if (!table) {
    notFound(ctx, tableWord, cmd);
    return;
  }
  const wanted = (object: NftObject): boolean =>
    object.kind === cmd.object && (!name || object.name === name.text);
  if (name && ![...table.objects.values()].some(wanted)) {
    notFound(ctx, name, cmd);
    return;
  }
  printObjects(cmd, ctx, wanted);
}
