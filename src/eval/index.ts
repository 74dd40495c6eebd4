/**
 * The driver: commands that were parsed become changes of the ruleset, as one batch.
 *
 * parse (src/parser) → check → apply → link. A batch is kept as a whole or leaves no trace but the
 * handles that it used. Mirrors nft_run_cmd_from_buffer and nfnetlink_rcv_batch.
 */
import type { Command } from '../parser/ast.ts';
import type { Diagnostic } from '../parser/diagnostic.ts';
import { CheckedForms } from './check/index.ts';
import { eventJson, eventText, isMadeForRule } from './list/event.ts';
import type { MonitorRequest } from './list/monitor.ts';
import { askedFor } from './ruleset/command/cache.ts';
import { collapsed } from './ruleset/command/collapse.ts';
import { type CommandContext, report } from './ruleset/command/context.ts';
import { refusals } from './ruleset/command/hint.ts';
import { runCommand } from './ruleset/command/index.ts';
import { Output } from './ruleset/command/output.ts';
import type { Change, CommitListener } from './ruleset/commit.ts';
import { strerror } from './ruleset/errno.ts';
import { releaseOwner } from './ruleset/kernel/table.ts';
import { validateTable } from './ruleset/kernel/validate.ts';
import type { Machine } from './ruleset/machine.ts';
import type { Request } from './ruleset/request.ts';
import type { Ruleset } from './ruleset/store.ts';
import { Transaction } from './ruleset/transaction.ts';
import type { PrintOptions } from './type/index.ts';

export type { MonitorRequest } from './list/monitor.ts';
export { optimize } from './optimize/index.ts';
export type { Change, CommitListener } from './ruleset/commit.ts';
export { emptyRuleset } from './ruleset/kernel/table.ts';
export type { Machine } from './ruleset/machine.ts';
export {
  markOf,
  type NextNumbers,
  nextNumbers,
  type Ruleset,
  setNextNumbers,
} from './ruleset/store.ts';
export type { PrintOptions } from './type/index.ts';

/** What commands work on. */
export interface Target {
  readonly ruleset: Ruleset;
  readonly machine: Machine;
  /** Told of every batch that was kept. */
  readonly listener?: CommitListener;
  /** Told of every batch that was kept, as `nft monitor` is; of what ends with a program it is not. */
  readonly notify?: (changes: readonly Change[]) => void;
  /** The program that sends the batch, for tables with an owner; absent: one that ends with it. */
  readonly owner?: number;
}

export interface EvaluateOptions {
  readonly print?: PrintOptions;
  readonly json?: boolean;
  /** Nothing is kept (`-c`). */
  readonly checkOnly?: boolean;
  /** Asked as `nft -c` asks: newer kernels say where a rule may stand only when they keep a batch. */
  readonly uncommitted?: boolean;
  /** Some of the source could not be read: the rest is only checked for further errors. */
  readonly broken?: boolean;
  /** How many errors were told of it already. */
  readonly faults?: number;
  /** What was added is printed (`-e`). */
  readonly echo?: boolean;
  /** The number of the process that asks, for the echo to tell. */
  readonly pid?: number;
  /** Told what the batch asks the kernel for (`-d netlink`), also where the kernel refuses it. */
  sent?(requests: readonly Request[]): void;
}

export interface Evaluation {
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** What listing commands printed. */
  readonly output: string;
  /** What was done; empty where nothing was kept. */
  readonly changes: readonly Change[];
  /** From now on this is to be told. */
  readonly monitor?: MonitorRequest;
}

export function evaluate(
  commands: readonly Command[],
  target: Target,
  options: EvaluateOptions = {},
): Evaluation {
  if (target.owner !== undefined) return evaluateAs(commands, target, options);
  const program = { ...target, owner: target.ruleset.nextOwner++ };
  const result = evaluateAs(commands, program, options);
  endProgram(program);
  return result;
}

/** The program `target.owner` is gone, and with it the tables that are its own. */
export function endProgram({ ruleset, machine, listener, owner }: Target): void {
  const tx = new Transaction(ruleset, machine, owner);
  releaseOwner(tx);
  commit({ ruleset, machine, ...(listener && { listener }) }, tx.changes);
}

function commit({ ruleset, listener }: Target, changes: readonly Change[]): void {
  if (changes.length === 0) return;
  ruleset.generation++;
  listener?.commit(changes);
}

function evaluateAs(
  commands: readonly Command[],
  target: Target,
  options: EvaluateOptions,
): Evaluation {
  const first = attempt(commands, target, options, false);
  if (first.errors.length > 0 || options.broken) {
    first.tx.forget();
    return { ...REFUSED, diagnostics: first.errors };
  }
  options.sent?.(first.requests);
  const asked = !options.uncommitted || target.machine.profile.validatesChecks;
  const faulty = first.refused.length === 0 && asked && !isValid(first.tx);
  if (faulty || first.refused.length > 0) {
    const diagnostics = faulty ? atFault(first, commands, target, options) : refusals(first);
    return { ...REFUSED, diagnostics, output: first.output.take() };
  }
  const changes = options.checkOnly ? [] : first.tx.changes.filter((c) => !isVain(c));
  if (options.checkOnly) first.tx.abort();
  else {
    first.tx.keep();
    commit(target, changes);
    if (changes.length > 0) target.notify?.(changes);
  }
  if (options.echo) echo(changes, commands, first, options.pid);
  const { monitor, warnings: diagnostics } = first;
  const output = first.output.take();
  return { ok: true, diagnostics, output, changes, ...(monitor && { monitor }) };
}

/** Elements that were there already: the kernel takes no step. */
const isVain = (c: Change): boolean => c.what === 'element' && c.elements.length === 0;

/** Prints what a batch added, as nft hears it back from the kernel. */
function echo(
  changes: readonly Change[],
  commands: readonly Command[],
  ctx: CommandContext,
  pid: number | undefined,
): void {
  const added = changes.filter((c) => isTold(c) && !isInternal(c));
  const options = { names: ctx.tx.machine, print: ctx.options };
  if (added.length === 0) return;
  if (ctx.output.json) {
    ctx.output.events(eventJson(added, options));
    return;
  }
  ctx.output.text(eventText(added, options));
  if (pid === undefined || !hearsGeneration(commands)) return;
  ctx.output.text(`# new generation ${ctx.tx.ruleset.generation} by process ${pid} (nft)\n`);
}

/** Commands of which nft wants to hear back, and others that it sends in batches. */
const ECHOED: ReadonlySet<string> = new Set(['add', 'create', 'insert', 'replace']);
const SILENT: ReadonlySet<string> = new Set(['delete', 'destroy', 'flush', 'rename']);

/** The kernel tells of the new generation whom the batch's first request lets it tell. */
function hearsGeneration(commands: readonly Command[]): boolean {
  const first = commands.find(({ verb }) => ECHOED.has(verb) || SILENT.has(verb));
  return first !== undefined && ECHOED.has(first.verb);
}

/** What went is told only where something else came in its place. */
const isTold = (c: Change): boolean =>
  c.change !== 'del' || ((c.what === 'rule' || c.what === 'set') && c.replaced === true);

/** Chains that got another name are not told of either. */
const isInternal = (c: Change): boolean =>
  isMadeForRule(c) || (c.what === 'chain' && c.change === 'update' && c.renamed !== undefined);

const REFUSED: Evaluation = { ok: false, diagnostics: [], output: '', changes: [] };

function attempt(
  commands: readonly Command[],
  { ruleset, machine, owner }: Target,
  { print = {}, json = false, faults = 0 }: EvaluateOptions,
  validateEach: boolean,
): CommandContext {
  const ctx: CommandContext = {
    asked: askedFor(commands),
    tx: new Transaction(ruleset, machine, owner, validateEach),
    options: print,
    output: new Output(json),
    requests: [],
    errors: [],
    failed: faults,
    ended: false,
    refused: [],
    warnings: [],
    scopes: new Map(),
    forms: new CheckedForms(machine),
  };
  for (const cmd of collapsed(commands)) runCommand(cmd, ctx);
  if (ctx.monitor && commands.length > 1) {
    const { span } = commands.find(({ verb }) => verb === 'monitor')!;
    report(ctx, 'nftsim does not support `monitor` with other commands', span);
  }
  return ctx;
}

const isValid = ({ unvalidated, machine }: Transaction): boolean =>
  [...unvalidated].every((table) => !validateTable(table, machine.profile));

/** The same batch once more, walking all chains after every rule, to name the one at fault. */
function atFault(
  first: CommandContext,
  commands: readonly Command[],
  target: Target,
  options: EvaluateOptions,
): readonly Diagnostic[] {
  first.tx.abort();
  const second = attempt(commands, target, options, true);
  const refused = refusals(second);
  if (refused.length > 0) return refused;
  const message = `Could not process rule: ${strerror('EMLINK')}`;
  return [{ severity: 'error', message, spans: [commands[0]!.span] }];
}
