/**
 * What the commands of one batch share: the transaction, the messages, the output.
 *
 * Messages are of two kinds: what nft finds wrong itself stops a batch before the kernel sees it;
 * what the kernel refuses is told for every command of the batch. Mirrors struct netlink_ctx and
 * nft_cmd_error.
 */
import type { Command, Family, Span } from '../../../parser/ast.ts';
import type { Diagnostic } from '../../../parser/diagnostic.ts';
import type { CheckContext, TableScope } from '../../check/context.ts';
import { type CheckedForms, checkContext } from '../../check/index.ts';
import type { MonitorRequest } from '../../list/monitor.ts';
import type { PrintOptions } from '../../type/index.ts';
import type { Attribute, Refusal } from '../errno.ts';
import { isRefusal, tableKey } from '../kernel/lookup.ts';
import type { Request } from '../request.ts';
import { scopeOf } from '../scope.ts';
import type { Table } from '../store.ts';
import type { Transaction } from '../transaction.ts';
import type { Asked } from './cache.ts';
import type { Output } from './output.ts';

export interface CommandContext {
  /** What nft knows of the kernel's ruleset. */
  readonly asked: Asked;
  readonly tx: Transaction;
  readonly options: PrintOptions;
  readonly output: Output;
  /** What the kernel is asked for, also where it refuses. */
  readonly requests: Request[];
  /** Found by nft before the kernel is asked. */
  readonly errors: Diagnostic[];
  /** How many commands had errors, with those of reading. */
  failed: number;
  /** One too many had. */
  ended: boolean;
  /** What the kernel refused; messages where nft has one of its own. */
  readonly refused: (Refused | Diagnostic)[];
  /** Told, but no reason to stop. */
  readonly warnings: Diagnostic[];
  /** What `monitor` asked to be told of. */
  monitor?: MonitorRequest;
  /** The tables of rules as what is checked finds them, by family and name. */
  readonly scopes: Map<string, TableScope>;
  /** What its rules came to. */
  readonly forms: CheckedForms;
}

/** A command with the kernel's answer, and the place that the answer points at. */
export interface Refused {
  readonly cmd: Command;
  readonly refusal: Refusal;
  readonly span: Span | undefined;
}

/** After so many commands with errors nft looks at no more. */
const MAX_FAILED = 10;

/** Does one command, or one of those that a block is of. */
export function attempted(ctx: CommandContext, work: () => void): void {
  if (ctx.ended) return;
  const before = ctx.errors.length;
  work();
  if (ctx.errors.length > before) ctx.ended = ++ctx.failed === MAX_FAILED;
}

/** The table of a rule as the rule finds it. */
export function ruleScope(ctx: CommandContext, cmd: Command): TableScope {
  const family = familyOf(cmd);
  const name = tableName(cmd);
  const key = tableKey(family, name);
  const known = ctx.scopes.get(key);
  if (known) return known;
  const { ruleset, machine } = ctx.tx;
  const scope = { ...scopeOf(ruleset, family, name), kernel: machine.profile };
  ctx.scopes.set(key, scope);
  return scope;
}

/** Sorts what the checker found into what the kernel refuses, errors and warnings. */
export function note(ctx: CommandContext, found: readonly Diagnostic[]): void {
  for (const d of found) {
    if (d.refused) ctx.refused.push(d);
    else (d.severity === 'error' ? ctx.errors : ctx.warnings).push(d);
  }
}

/** Has something outside of rules checked; what is wrong with it is noted. */
export function checking<T>(
  ctx: CommandContext,
  scope: TableScope,
  work: (check: CheckContext) => T,
): T {
  const check = checkContext(scope, ctx.tx.machine);
  const result = work(check);
  note(ctx, check.diagnostics);
  return result;
}

/** What nft says while it reads. */
export function reportUnread(ctx: CommandContext, message: string, span: Span): undefined {
  ctx.errors.push({ severity: 'error', message, spans: [span], reading: true });
}

export function report(
  ctx: CommandContext,
  message: string,
  span: Span,
  ...more: readonly Span[]
): undefined {
  ctx.errors.push({ severity: 'error', message, spans: [span, ...more] });
  return undefined;
}

/** Where in a command its attributes stand; several of a kind by index. */
export type Places = {
  readonly [A in Attribute]?: Span | readonly (Span | undefined)[] | undefined;
};

/** What `destroy` names is not there, which is no error; a table that is not there is one. */
export const isDestroyed = (cmd: Command, { errno, at }: Refusal): boolean =>
  cmd.verb === 'destroy' && errno === 'ENOENT' && at !== 'table';

/** Notes what the kernel answered to a command; true where it was content. */
export function answered<T>(
  ctx: CommandContext,
  cmd: Command,
  answer: T | Refusal | undefined,
  places: Places = {},
): answer is T {
  if (answer === undefined || typeof answer !== 'object' || answer === null) return true;
  if (!isRefusal(answer)) return true;
  ctx.refused.push({ cmd, refusal: answer, span: placeOf(cmd, answer, places) });
  return false;
}

/** The place of the attribute that a refusal points at. */
function placeOf(cmd: Command, refusal: Refusal, places: Places): Span | undefined {
  const { at } = refusal;
  if (at === undefined) return undefined;
  const given = places[at];
  if (given !== undefined) return 'start' in given ? given : given[refusal.index ?? 0];
  const { table, chain, name, handle } = cmd.handle;
  switch (at) {
    case 'table':
      return table?.span;
    case 'chain':
      return chain?.span;
    case 'set':
    case 'name':
      return handle?.span ?? name?.span ?? chain?.span ?? table?.span;
    case 'handle':
      return handle?.span;
    default:
      return undefined;
  }
}

export const familyOf = (cmd: Command): Family => cmd.handle.family?.name ?? 'ip';

export const tableName = (cmd: Command): string => cmd.handle.table?.text ?? '';

/** The table of a command as it is now; no complaint where it is not. */
export function tableIn(ctx: CommandContext, cmd: Command): Table | undefined {
  return ctx.tx.ruleset.tables.get(tableKey(familyOf(cmd), tableName(cmd)));
}

/** Where nft says what is wrong with a block: at the name in a table's block, else at the block. */
export function blockPlace({ span, handle, block }: Command): Span {
  return span === handle.name?.span ? span : (block?.span ?? span);
}
