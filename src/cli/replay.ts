/** `nftsim replay TRACE...`: packets through the machine, counters and connections out. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { printJson } from '../eval/list/document.ts';
import type { Json } from '../eval/list/json.ts';
import type { Answer } from '../replay/answer.ts';
import type { Journal } from '../replay/journal.ts';
import { replay as replayTrace } from '../replay/replay.ts';
import type { Router } from '../replay/router.ts';
import { failureLines, flowLines, refusedLines, summaryLines } from '../report/replay.ts';
import { makeFolder } from '../state/folder.ts';
import { problemText } from '../trace/problem.ts';
import { readTrace } from '../trace/read.ts';
import { failure } from '../trace/report.ts';
import type { Env } from '../trace/schema.ts';
import type { Trace } from '../trace/trace.ts';
import { Events } from './conntrack/events.ts';
import { conntrackCommand } from './conntrack.ts';
import type { Io } from './io.ts';
import { machineIsWhole, parseOptions, readEnv } from './machine.ts';
import type { CommonOptions } from './options.ts';
import { keep, newJournal, onState, remembering, routerElsewhere, routerOf } from './session.ts';
import { INPUT, OK, REFUSED } from './status.ts';
import { errStyle } from './style.ts';

export interface ReplayCommandOptions extends CommonOptions {
  readonly out?: string;
  readonly explain?: boolean;
  readonly monitor?: boolean;
  readonly events?: boolean;
  readonly engine?: 'step' | 'emit';
  readonly seed?: number;
}

interface Played {
  readonly answer: Answer;
  readonly router: Router;
  readonly journal: Journal;
}

/** The ruleset that the command line or the trace names, as it would be loaded. */
function rulesetEntry(
  trace: Trace,
  options: ReplayCommandOptions,
): { readonly name: string; readonly text?: string } | undefined {
  if (options.ruleset !== undefined) return { name: options.ruleset };
  return trace.ruleset;
}

/** The saved machine with the loaded ruleset, as the trace and the options want it. */
function savedMachine(saved: Journal, trace: Trace, options: ReplayCommandOptions): Journal {
  return {
    ...saved,
    ...(trace.hasMachine && { env: trace.env }),
    ...(options.kernel !== undefined && { kernel: options.kernel }),
    ...(options.seed !== undefined && { seed: options.seed }),
  };
}

/** The machine before the trace, and what was done to it; or why it cannot be. */
function machineFor(
  trace: Trace,
  saved: Journal | undefined,
  options: ReplayCommandOptions,
  io: Io,
): { readonly router: Router; readonly journal: Journal } | string {
  const { engine, seed = 0 } = options;
  if (saved && !rulesetEntry(trace, options)) {
    const journal = savedMachine(saved, trace, options);
    const router = routerElsewhere(journal, engine);
    return typeof router === 'string' ? router : { router, journal };
  }
  const journal = { ...newJournal(options, io), seed, env: trace.env };
  return { router: routerOf(journal, engine), journal };
}

/** Loads a ruleset as the whole one; what nft said where it refused it. */
function loadRuleset(
  { router, journal }: Pick<Played, 'router' | 'journal'>,
  { name, text }: { readonly name: string; readonly text?: string },
  options: ReplayCommandOptions,
  io: Io,
): string | undefined {
  const asked = remembering(io);
  const { includePaths = [], defines = {} } = parseOptions(options, io);
  if (text !== undefined) asked.read.files[name] = { text };
  const reader = asked.io.files;
  const source = { kind: 'file', path: name } as const;
  const { ok, errors } = router.load(source, { reader, includePaths, defines });
  keep(journal, { did: 'load', path: name, read: asked.read, includePaths, defines }, io);
  return ok ? undefined : errors;
}

function playOn(
  given: Trace,
  { router, journal }: Pick<Played, 'router' | 'journal'>,
  options: ReplayCommandOptions,
  io: Io,
): Played {
  const { monitor = given.monitor, explain = false } = options;
  const trace = { ...given, monitor };
  const events = options.events ? eventLines(router, io) : undefined;
  const ruleset = rulesetEntry(trace, options);
  const loadError = ruleset && loadRuleset({ router, journal }, ruleset, options, io);
  const answer = replayTrace(router, trace, {
    ...(loadError !== undefined && { loadError }),
    explain,
  });
  keep(journal, { did: 'trace', events: trace.events }, io);
  return { answer: events ? { ...answer, events } : answer, router, journal };
}

/** What `conntrack -E` shows from now on. */
function eventLines(router: Router, io: Io): readonly string[] {
  const lines: string[] = [];
  const out = (text: string) => {
    lines.push(text.slice(0, -1));
  };
  const everything = new Events(conntrackCommand('-E'), { ...io, out });
  everything.watch(router.datapath, () => io.pid ?? 0);
  return lines;
}

const asJson = (answer: Answer): string => `${printJson(answer as unknown as Json)}\n`;

/** The ruleset with the counts of every rule, conntrack, the totals. */
function print({ answer, router }: Played, options: ReplayCommandOptions, io: Io): void {
  if (options.json) {
    io.out(asJson(answer));
    return;
  }
  if (answer.loaded) {
    const style = errStyle(options.color);
    const told = [...(answer.monitor ?? []), ...(answer.events ?? [])];
    io.out(told.map((line) => `${line}\n`).join(''));
    io.out(router.listText({ counts: true }));
    io.out(
      router
        .conntrackLines(false)
        .map((line) => `${line}\n`)
        .join(''),
    );
    for (const line of flowLines(answer)) io.out(`${line}\n`);
    if (!options.quiet) io.err(`${style.bold(summaryLines(answer).join('\n'))}\n`);
  } else io.err(answer.load_error ?? '');
  for (const note of answer.notes ?? []) io.err(`note: ${note}\n`);
  for (const line of refusedLines(answer)) io.err(`${line}\n`);
}

function tell(trace: Trace, answer: Answer, options: ReplayCommandOptions, io: Io): number {
  const style = errStyle(options.color);
  // Nothing was expected of a machine without its ruleset.
  for (const failure of answer.loaded ? answer.failures : []) {
    const [head, ...rest] = failureLines(failure);
    io.err(`${style.red('FAILED')} ${trace.file}: ${head}\n${rest.join('\n')}\n`);
  }
  return answer.loaded && answer.failures.length === 0 ? OK : REFUSED;
}

/** Writes what `--out` asks for; whether that could be done. */
function written(file: string, text: string, io: Io): boolean {
  try {
    writeFileSync(file, text);
    return true;
  } catch (e) {
    io.err(`${file}: ${failure(e)}\n`);
    return false;
  }
}

function run(
  trace: Trace,
  saved: Journal | undefined,
  options: ReplayCommandOptions,
  io: Io,
): { readonly status: number; readonly journal?: Journal } {
  const machine = machineFor(trace, saved, options, io);
  if (typeof machine === 'string') {
    io.err(`${trace.file}: this machine refuses what was loaded before:\n${machine}`);
    return { status: REFUSED };
  }
  if (!machineIsWhole(machine.router, options.env ?? trace.file, io)) return { status: INPUT };
  const played = playOn(trace, machine, options, io);
  if (options.out === undefined) print(played, options, io);
  else {
    const file = path.join(options.out, `${trace.name}.answer.json`);
    if (!written(file, asJson(played.answer), io)) return { status: INPUT };
  }
  const status = tell(trace, played.answer, options, io);
  return { status, ...(played.answer.loaded && { journal: played.journal }) };
}

/** One trace that fails in an unforeseen way leaves the others their answers. */
function guarded(trace: Trace, options: ReplayCommandOptions, io: Io): number {
  try {
    return run(trace, undefined, options, io).status;
  } catch (e) {
    io.err(`${trace.file}: internal error: ${(e as Error).message}\n`);
    return INPUT;
  }
}

/** Whether the files that the options name can be used. */
function filesAreUsable({ ruleset, out }: ReplayCommandOptions, io: Io): boolean {
  const file = ruleset === undefined ? {} : io.files.read(ruleset);
  if ('error' in file) {
    io.err(`${ruleset}: ${file.error}\n`);
    return false;
  }
  try {
    if (out !== undefined) makeFolder(out);
    return true;
  } catch (e) {
    io.err(`${out}: ${failure(e)}\n`);
    return false;
  }
}

export async function replay(
  files: readonly string[],
  options: ReplayCommandOptions,
  io: Io,
): Promise<number> {
  const given = await readEnv(options, io);
  if (typeof given === 'number') return given;
  if (!filesAreUsable(options, io)) return INPUT;
  const read = (file: string, saved?: Env) => {
    const { trace, problems } = readTrace(file, {
      ...(given && { given }),
      ...(saved && { saved }),
    });
    for (const p of problems) io.err(`${problemText(p)}\n`);
    return trace;
  };
  const [only] = files;
  if (files.length === 1 && options.out === undefined)
    return onState(options, io, (saved) => {
      const trace = read(only!, options.ruleset === undefined ? saved?.env : undefined);
      return trace ? run(trace, saved, options, io) : { status: INPUT };
    });
  const traces = files.map((file) => read(file));
  if (traces.includes(undefined) && options.out === undefined) return INPUT;
  return Math.max(...traces.map((trace) => (trace ? guarded(trace, options, io) : INPUT)));
}
