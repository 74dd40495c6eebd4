/**
 * A router out of the state directory, and back into it.
 *
 * Owns what the saved body is (a journal, see replay/journal.ts), how a router is made from it, and
 * that nothing is saved where a command fails before it did anything.
 */
import { DEFAULT_RELEASE } from '../datapath/releases.ts';
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

/** An Io that answers as it was answered then; only complaints are heard. */
function recordedIo(
  entry: Extract<JournalEntry, { did: 'nft' | 'conntrack' }>,
  complaint: (text: string) => void,
): Io {
  return {
    out() {},
    err: complaint,
    stdin: () => entry.stdin,
    files: recordedReader(entry.read),
    async *versions() {},
    env: {},
  };
}

/** Does it again; what nft said of a ruleset or a command that it refuses. */
export function redo(router: Router, entry: JournalEntry): string | undefined {
  switch (entry.did) {
    case 'load': {
      const { includePaths, defines } = entry;
      const reader = recordedReader(entry.read);
      const source = { kind: 'file', path: entry.path } as const;
      const { ok, errors } = router.load(source, { reader, includePaths, defines });
      return ok ? undefined : errors;
    }
    case 'nft': {
      let said = '';
      const io = recordedIo(entry, (text) => {
        said += text;
      });
      return runNft(entry.argv, io, router.target) === 0 ? undefined : said;
    }
    case 'conntrack':
      runConntrack(
        entry.argv,
        recordedIo(entry, () => {}),
        router.datapath,
      );
      return undefined;
    case 'count':
      setNextNumbers(router.ruleset, entry.next);
      return undefined;
    case 'trace':
      play(router, entry.events);
      return undefined;
  }
}

/** The router that a journal tells of. */
export function routerOf(journal: Journal, engine?: 'step' | 'emit'): Router {
  const router = new Router(routerOptions(journal, engine));
  for (const entry of journal.entries) redo(router, entry);
  return router;
}

/** The same on another machine, or what that one refuses of what was done. */
export function routerElsewhere(journal: Journal, engine?: 'step' | 'emit'): Router | string {
  const router = new Router(routerOptions(journal, engine));
  for (const entry of journal.entries) {
    const refused = redo(router, entry);
    if (refused !== undefined && !(entry.did === 'nft' && entry.refused)) return refused;
  }
  return router;
}

/** The release that a machine runs. */
export const kernelOf = ({ kernel, env }: Journal): string =>
  kernel ?? env?.kernel ?? DEFAULT_RELEASE;

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
