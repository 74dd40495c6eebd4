/**
 * Commands by verb and object: which function does what.
 *
 * Owns the table and the order in which a block's contents become commands of their own: chains,
 * objects, sets, flowtables, then rules (nft_cmd_expand of nft). Mirrors cmd_evaluate and do_command.
 */
import type { ChainBlock, Command, TableBlock, Verb } from '../../../parser/ast.ts';
import type { Monitored, MonitorRequest } from '../../list/monitor.ts';
import { objectRow, objectRows } from '../../object/index.ts';
import { refuse } from '../errno.ts';
import { addChain, flushChain, removeChain, rename } from './chain.ts';
import { answered, attempted, type CommandContext, report } from './context.ts';
import { describe } from './describe.ts';
import { addElement, flushElements, removeElement } from './element.ts';
import { addFlowtable, removeFlowtable } from './flowtable.ts';
import { getElement } from './get.ts';
import { listHooks } from './hooks.ts';
import {
  listChain,
  listChains,
  listFlowtable,
  listFlowtables,
  listObject,
  listObjects,
  listRuleset,
  listSet,
  listSets,
  listTable,
  listTables,
} from './list.ts';
import { addObject, removeObject } from './object.ts';
import { resetElements, resetObject, resetObjects, resetRules, resetSet } from './reset.ts';
import { addRule, addRules, removeRule } from './rule.ts';
import { addSet, removeSet } from './set.ts';
import { addTable, flushAll, flushTable, removeTable } from './table.ts';

type Handler = (cmd: Command, ctx: CommandContext) => void;
type Handlers = Readonly<Record<string, Handler>>;

const objects = (one: Handler, all?: Handler): Handlers =>
  Object.fromEntries(
    objectRows.flatMap((row) => [
      [row.name, one] as const,
      // Where the plural is the name, what is named tells one from all.
      ...(all && row.plural !== row.name ? [[row.plural, all] as const] : []),
    ]),
  );

const ADD: Handlers = {
  ...objects(addObject),
  table: addTable,
  chain: addChain,
  rule: addRule,
  set: addSet,
  map: addSet,
  element: addElement,
  flowtable: addFlowtable,
};

const REMOVE: Handlers = {
  ...objects(removeObject),
  table: removeTable,
  chain: removeChain,
  rule: removeRule,
  set: removeSet,
  map: removeSet,
  element: removeElement,
  flowtable: removeFlowtable,
};

/** Kernels before 6.3 do not know these requests. */
const DESTROY: Handlers = Object.fromEntries(
  Object.entries(REMOVE).map(([object, remove]) => [
    object,
    (cmd: Command, ctx: CommandContext) => {
      if (ctx.tx.machine.profile.destroys) remove(cmd, ctx);
      else answered(ctx, cmd, refuse('EINVAL'));
    },
  ]),
);

const HANDLERS: Readonly<Partial<Record<Verb, Handlers>>> = {
  add: ADD,
  create: ADD,
  insert: { rule: addRule },
  replace: { rule: addRule },
  delete: REMOVE,
  destroy: DESTROY,
  flush: {
    table: flushTable,
    chain: flushChain,
    set: flushElements,
    map: flushElements,
    meter: flushElements,
    ruleset: flushAll,
  },
  rename: { chain: rename },
  list: {
    ...objects(listObject, listObjects),
    ruleset: listRuleset,
    table: listTable,
    tables: listTables,
    chain: listChain,
    chains: listChains,
    set: listSet,
    map: listSet,
    meter: listSet,
    sets: listSets,
    maps: listSets,
    meters: listSets,
    flowtable: listFlowtable,
    flowtables: listFlowtables,
    hooks: listHooks,
  },
  reset: {
    ...objects(resetObject, resetObjects),
    rule: resetRules,
    rules: resetRules,
    element: resetElements,
    set: resetSet,
    map: resetSet,
  },
  get: { element: getElement },
  describe: { expr: describe },
  monitor: { ruleset: monitorRuleset },
  export: { ruleset: exportRuleset },
  import: { ruleset: importRuleset },
};

/** What is to be told; whoever runs the batch tells it from then on. */
function monitorRuleset(cmd: Command, ctx: CommandContext): void {
  const { event, object, format } = cmd.monitor ?? {};
  ctx.monitor = {
    ...(event && { event: event.text as MonitorRequest['event'] }),
    ...(object && { object: object.text as Monitored }),
    json: ctx.output.json || format !== undefined,
  };
}

/** Both are words of the language still, and do nothing. */
function exportRuleset(cmd: Command, ctx: CommandContext): void {
  const json = cmd.words?.[0]?.text === 'json';
  const instead = "use 'nft -j list ruleset' instead";
  const other = 'use nft -j list ruleset for JSON support instead';
  report(
    ctx,
    json
      ? `JSON export is no longer supported, ${instead}`
      : `this output type is not supported, ${other}`,
    cmd.span,
  );
}

function importRuleset(cmd: Command, ctx: CommandContext): void {
  answered(ctx, cmd, refuse('EOPNOTSUPP'));
}

/** Does one command; what is wrong is left in the context. */
export function runCommand(cmd: Command, ctx: CommandContext): void {
  const handler = HANDLERS[cmd.verb]?.[cmd.object];
  if (!handler) {
    report(ctx, `nftsim does not support \`${cmd.verb} ${cmd.object}\``, cmd.span);
    return;
  }
  attempted(ctx, () => handler(cmd, ctx));
  if (cmd.verb !== 'add' && cmd.verb !== 'create') return;
  if (cmd.block?.kind === 'table') addItems(cmd.block, ctx);
  else if (cmd.block?.kind === 'chain') addRules(cmd.block.rules, cmd, ctx);
}

/** Chains first, so that elements may jump to them; rules last. */
const rank = (cmd: Command): number => {
  if (cmd.object === 'chain') return 0;
  if (objectRow(cmd.object)) return 1;
  return cmd.object === 'flowtable' ? 3 : 2;
};

/** What is wrong with something in a block as a whole is told at its name. */
function named(item: Command): Command {
  const { name, chain } = item.handle;
  return { ...item, span: (name ?? chain)?.span ?? item.span };
}

function addItems(block: TableBlock, ctx: CommandContext): void {
  const inOrder = [...block.items].sort((a, b) => rank(a) - rank(b));
  for (const item of inOrder) {
    attempted(ctx, () => HANDLERS[item.verb]?.[item.object]?.(named(item), ctx));
  }
  for (const item of inOrder) {
    if (item.block?.kind === 'chain') addRules((item.block as ChainBlock).rules, item, ctx);
  }
}
