/**
 * Where a command reads and writes: the streams, and whether they take colour.
 *
 * Owns the one interface that commands have to the outside; tests give their own. Data goes to
 * `out`, everything for people to `err`.
 */
import { readFileSync, writeSync } from 'node:fs';
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

/** The process's own streams; a closed pipe ends the program quietly, as it ends `cat`. */
export function processIo(): Io {
  const write = (fd: number) => (text: string) => {
    if (!writeAll(fd, text)) process.exit(0);
  };
  return {
    out: write(1),
    err: write(2),
    stdin: () => readFileSync(0, 'utf8'),
    files: diskReader,
    env: process.env,
    pid: process.pid,
  };
}
