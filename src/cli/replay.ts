/** `nftsim replay TRACE...`: packets through the machine, counters and connections out. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { printJson } from '../eval/list/document.ts';
import type { Json } from '../eval/list/json.ts';
import type { Answer } from '../replay/answer.ts';
import type { Journal } from '../replay/journal.ts';
import { replay as replayTrace } from '../replay/replay.ts';
import type { Router } from '../replay/router.ts';
import { failureLines, flowLines, refusedLines, summaryLines } from '../report/replay.ts';
import { problemText } from '../trace/problem.ts';
import { readTrace } from '../trace/read.ts';
import type { Trace } from '../trace/trace.ts';
import { Events } from './conntrack/events.ts';
import { conntrackCommand } from './conntrack.ts';
import type { Io } from './io.ts';
import { parseOptions } from './machine.ts';
import type { CommonOptions } from './options.ts';
import { keep, newJournal, onState, remembering, routerOf } from './session.ts';
import { INPUT, OK, REFUSED } from './status.ts';
import { errStyle } from './style.ts';

export interface ReplayCommandOptions extends CommonOptions {
  readonly out?: string;
  readonly explain?: boolean;
  readonly monitor?: boolean;
  readonly events?: boolean;
  readonly engine?: 'step' | 'emit';
  readonly seed: string;
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

/** The machine that the trace runs on, before its ruleset: a new one, or the saved one. */
function journalFor(
  trace: Trace,
  saved: Journal | undefined,
  fresh: boolean,
  options: ReplayCommandOptions,
  io: Io,
): Journal {
  const base = { ...newJournal(options, io), seed: Number(options.seed), env: trace.env };
  if (fresh || !saved) return base;
  const { env = trace.env } = saved;
  return { ...saved, env: trace.env.link.length ? trace.env : env };
}

function playOn(
  given: Trace,
  saved: Journal | undefined,
  options: ReplayCommandOptions,
  io: Io,
): Played {
  const trace = options.monitor ? { ...given, monitor: true } : given;
  const ruleset = rulesetEntry(trace, options);
  const journal = journalFor(trace, saved, ruleset !== undefined, options, io);
  const router = routerOf(journal, options.engine);
  const events = options.events ? eventLines(router, io) : undefined;
  let loadError: string | undefined;
  if (ruleset) {
    const asked = remembering(io);
    const { includePaths = [], defines = {} } = parseOptions(options, io);
    if (ruleset.text !== undefined) asked.read.files[ruleset.name] = { text: ruleset.text };
    const result = router.load(
      { kind: 'file', path: ruleset.name },
      { reader: asked.io.files, includePaths, defines },
    );
    if (!result.ok) loadError = result.errors;
    const { read } = asked;
    keep(journal, { did: 'load', path: ruleset.name, read, includePaths, defines }, io);
  }
  const { explain = false } = options;
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

/** One trace that fails in an unforeseen way leaves the others their answers. */
function guarded(trace: Trace, io: Io, run: () => number): number {
  try {
    return run();
  } catch (e) {
    io.err(`${trace.file}: internal error: ${(e as Error).message}\n`);
    return INPUT;
  }
}

export function replay(files: readonly string[], options: ReplayCommandOptions, io: Io): number {
  const read = files.map((file) => readTrace(file));
  const problems = read.flatMap((r) => r.problems);
  for (const p of problems) io.err(`${problemText(p)}\n`);
  if (problems.length && options.out === undefined) return INPUT;
  const traces = read.flatMap((r) => r.trace ?? []);
  const alone = traces.length === 1 && options.out === undefined;
  const statuses = traces.map((trace) => {
    const run = (saved: Journal | undefined) => {
      const played = playOn(trace, saved, options, io);
      const { problems: machine, ended } = played.router.setup;
      if (machine.length) {
        for (const problem of machine) io.err(`${trace.file}: env: ${problem}\n`);
        return { status: INPUT };
      }
      if (ended !== null)
        io.err(
          `${trace.file}: warning: env: ${ended}\n` +
            `the set-up of the machine ends there, as a script would: later settings, neighbours, routes and rules are not there\n`,
        );
      if (options.out !== undefined) {
        mkdirSync(options.out, { recursive: true });
        const file = path.join(options.out, `${trace.name}.answer.json`);
        writeFileSync(file, asJson(played.answer));
      } else print(played, options, io);
      const status = tell(trace, played.answer, options, io);
      return { status, ...(played.answer.loaded && { journal: played.journal }) };
    };
    return alone ? onState(options, io, run) : guarded(trace, io, () => run(undefined).status);
  });
  return Math.max(problems.length ? INPUT : OK, ...statuses);
}
