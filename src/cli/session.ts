/**
 * A router out of the state directory, and back into it.
 *
 * Owns what the saved body is (a journal, see replay/journal.ts), how a router is made from it, and
 * that nothing is saved where a command fails before it did anything.
 */
import { setNextNumbers } from '../eval/index.ts';
import {
  type Journal,
  type JournalEntry,
  journalOf,
  plainJournal,
  recordedReader,
  rememberingReader,
} from '../replay/journal.ts';
import { play } from '../replay/play.ts';
import { Router, type RouterOptions } from '../replay/router.ts';
import { StateError, stateDirectory, withState } from '../state/directory.ts';
import { runConntrack, runConntrackLine } from './conntrack.ts';
import type { Io } from './io.ts';
import { runNft } from './nft.ts';
import type { CommonOptions } from './options.ts';
import { INPUT } from './status.ts';

/** A `conntrack` event of a trace; why it was refused. */
function conntrackLine({ datapath }: Router, line: string): string | undefined {
  const { status, err } = runConntrackLine(line, datapath);
  return status === 0 ? undefined : err;
}

const routerOptions = (journal: Journal, engine?: 'step' | 'emit'): RouterOptions => ({
  conntrack: conntrackLine,
  ...(engine !== undefined && { engine }),
  ...(journal.env ? { env: journal.env } : { assumeDevices: true }),
  ...(journal.kernel !== undefined && { kernel: journal.kernel }),
  ...(journal.timeZone !== undefined && { timeZone: journal.timeZone }),
  seed: journal.seed,
});

export const newJournal = (options: CommonOptions, io: Io): Journal => ({
  ...(options.kernel !== undefined && { kernel: options.kernel }),
  ...(io.env.TZ !== undefined && { timeZone: io.env.TZ }),
  seed: 0,
  entries: [],
});

/** An Io that is heard by nobody and answers as it was answered then. */
function silentIo(entry: Extract<JournalEntry, { did: 'nft' | 'conntrack' }>): Io {
  return {
    out() {},
    err() {},
    stdin: () => entry.stdin,
    files: recordedReader(entry.read),
    async *versions() {},
    env: {},
  };
}

export function redo(router: Router, entry: JournalEntry): void {
  switch (entry.did) {
    case 'load':
      router.load(
        { kind: 'file', path: entry.path },
        {
          reader: recordedReader(entry.read),
          includePaths: entry.includePaths,
          defines: entry.defines,
        },
      );
      break;
    case 'nft':
      runNft(entry.argv, silentIo(entry), router.target);
      break;
    case 'conntrack':
      runConntrack(entry.argv, silentIo(entry), router.datapath);
      break;
    case 'count':
      setNextNumbers(router.ruleset, entry.next);
      break;
    case 'trace':
      play(router, entry.events);
  }
}

/** The router that a journal tells of. */
export function routerOf(journal: Journal, engine?: 'step' | 'emit'): Router {
  const router = new Router(routerOptions(journal, engine));
  for (const entry of journal.entries) redo(router, entry);
  return router;
}

/** Adds what this process did. */
export function keep(journal: Journal, entry: JournalEntry, { pid }: Io): void {
  journal.entries.push({ ...entry, ...(pid !== undefined && { pid }) });
}

/** Does the same with an Io that remembers what it was asked. */
export function remembering(io: Io): { io: Io; stdin: () => string; read: JournalRead } {
  const { reader, read } = rememberingReader(io.files);
  let text: string | undefined;
  const stdin = () => (text ??= io.stdin());
  return { io: { ...io, stdin, files: reader }, stdin: () => text ?? '', read };
}

type JournalRead = ReturnType<typeof rememberingReader>['read'];

/**
 * Runs `work` on the saved router. What it gives as `entry` is added to the journal and saved; a new
 * `journal` takes the place of the old one.
 */
export function onState(
  options: CommonOptions,
  io: Io,
  work: (saved: Journal | undefined) => {
    readonly status: number;
    readonly journal?: Journal;
  },
): number {
  if (options.state === false) return work(undefined).status;
  const directory = stateDirectory(options.state, io.env);
  try {
    return withState(directory, (saved) => {
      const { status, journal } = work(saved === undefined ? undefined : journalOf(saved));
      return { result: status, ...(journal && { save: plainJournal(journal) }) };
    });
  } catch (e) {
    if (!(e instanceof StateError)) throw e;
    io.err(`error: ${e.message}\n`);
    return INPUT;
  }
}
