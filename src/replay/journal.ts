/**
 * The journal: everything that was done to a router, in order.
 *
 * A run is a pure function of its inputs, so doing the same again gives the same router back: rules
 * with their handles and counters, connections, flows, time. Owns the entries, their plain form for
 * files, and the reader that remembers what a ruleset's includes said.
 */
import type { NextNumbers } from '../eval/index.ts';
import type { ReadResult, SourceReader } from '../parser/index.ts';
import type { Env } from '../trace/schema.ts';
import type { TraceEvent } from '../trace/trace.ts';

/** What a SourceReader answered. */
export interface ReadFiles {
  readonly files: Record<string, ReadResult>;
  readonly globs: Record<string, readonly string[]>;
}

export type JournalEntry = Deed & {
  /** The number of the process that did it, for `nft monitor` to tell. */
  readonly pid?: number;
};

type Deed =
  /** A ruleset became the whole one. */
  | {
      readonly did: 'load';
      readonly path: string;
      readonly read: ReadFiles;
      readonly includePaths: readonly string[];
      readonly defines: Readonly<Record<string, string>>;
    }
  /** nft or conntrack ran, with these arguments and this on standard input. */
  | {
      readonly did: 'nft' | 'conntrack';
      readonly argv: readonly string[];
      readonly stdin: string;
      readonly read: ReadFiles;
      /** It did not exit with 0. */
      readonly refused?: true;
    }
  /** nft left nothing behind but that these numbers come next. */
  | { readonly did: 'count'; readonly next: NextNumbers }
  /** A trace was played, its times counted from the moment when it began. */
  | { readonly did: 'trace'; readonly events: readonly TraceEvent[] };

/** All that a router is made of. */
export interface Journal {
  readonly env?: Env;
  readonly kernel?: string;
  readonly seed: number;
  readonly timeZone?: string;
  readonly entries: JournalEntry[];
}

/** Packets as text, for JSON. */
function plainEvent(event: TraceEvent): unknown {
  if (event.kind !== 'frame' && event.kind !== 'send') return event;
  return { ...event, bytes: Buffer.from(event.bytes).toString('base64') };
}

function eventOf(plain: TraceEvent & { readonly bytes?: unknown }): TraceEvent {
  if (typeof plain.bytes !== 'string') return plain;
  return { ...plain, bytes: Buffer.from(plain.bytes, 'base64') } as unknown as TraceEvent;
}

/** As it goes into a file. */
export const plainJournal = (journal: Journal): unknown => ({
  ...journal,
  entries: journal.entries.map((e) =>
    e.did === 'trace' ? { ...e, events: e.events.map(plainEvent) } : e,
  ),
});

/** Back from plainJournal's form. */
export function journalOf(plain: unknown): Journal {
  const journal = plain as Journal;
  return {
    ...journal,
    entries: journal.entries.map((e) =>
      e.did === 'trace' ? { ...e, events: e.events.map(eventOf) } : e,
    ),
  };
}

/** Passes questions on and remembers the answers in `read`. */
export function rememberingReader(reader: SourceReader): { reader: SourceReader; read: ReadFiles } {
  const read: ReadFiles = { files: {}, globs: {} };
  return {
    read,
    reader: {
      read: (path) => (read.files[path] ??= reader.read(path)),
      glob: (pattern) => (read.globs[pattern] ??= reader.glob(pattern)),
    },
  };
}

/** Answers as it was answered then. */
export const recordedReader = (read: ReadFiles): SourceReader => ({
  read: (path) => read.files[path] ?? { error: 'No such file or directory' },
  glob: (pattern) => read.globs[pattern] ?? [],
});
