/**
 * Where a command reads and writes: the streams, and whether they take colour.
 *
 * Owns the one interface that commands have to the outside; tests give their own. Data goes to
 * `out`, everything for people to `err`.
 */
import { readFileSync, statSync, writeSync } from 'node:fs';
import type { SourceReader } from '../parser/index.ts';
import { diskReader } from './nft/files.ts';

export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** All of standard input. */
  stdin(): string;
  /** Files that rulesets name. */
  readonly files: SourceReader;
  readonly env: NodeJS.ProcessEnv;
  /** Comes by at once, and whenever a file is another one; ends where nobody waits any more. */
  versions(file: string): AsyncIterable<void>;
  /** The number of this process; absent: nobody is told one. */
  readonly pid?: number;
}

/** Writes everything, waiting where a pipe is full; false: the reader is gone. */
function writeAll(fd: number, text: string): boolean {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (e) {
      const { code } = e as NodeJS.ErrnoException;
      if (code === 'EPIPE') return false;
      if (code !== 'EAGAIN') throw e;
    }
  }
  return true;
}

/** How often a file is looked at, in milliseconds. */
const LOOK_MS = 100;

/** Files are replaced as a whole (state/directory.ts): another one has another number or time. */
const versionOf = (file: string): string => {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.mtimeNs}` : '';
};

/** Until the user interrupts it, or nobody listens any more. */
async function* versionsOf(file: string, heard: () => boolean): AsyncGenerator<void> {
  // Most commands wait for nothing.
  const { setTimeout } = await import('node:timers/promises');
  const stop = new AbortController();
  const { signal } = stop;
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  let seen: string | undefined;
  while (!signal.aborted && heard()) {
    const version = versionOf(file);
    if (version !== seen) yield;
    seen = version;
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => {});
  }
  process.off('SIGINT', interrupt);
}

/**
 * The process's own streams. Where a pipe is closed, the command goes on in silence: what it does to
 * the state and how it ends do not hang on who reads.
 */
export function processIo(): Io {
  const closed = new Set<number>();
  const write = (fd: number) => (text: string) => {
    if (!closed.has(fd) && !writeAll(fd, text)) closed.add(fd);
  };
  return {
    out: write(1),
    err: write(2),
    stdin: () => readFileSync(0, 'utf8'),
    files: diskReader,
    versions: (file) => versionsOf(file, () => !closed.has(1)),
    env: process.env,
    pid: process.pid,
  };
}
