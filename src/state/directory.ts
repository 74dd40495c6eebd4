/**
 * The state directory: what a machine was when the last command ended.
 *
 * Owns the files: `state.json` (format, version, checksum, body), written to a side file and
 * renamed, and `lock`, held while a command works on it. A file that is not ours, of another
 * version, or torn is refused and never overwritten. What the body holds is the caller's.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { makeFolder } from './folder.ts';

const FORMAT = 'nftsim-state';
const STATE_VERSION = 1;
/** How long a command waits for another one to end, in milliseconds. */
const LOCK_WAIT_MS = 10_000;

/** The state cannot be used; the message is for people and names the file. */
export class StateError extends Error {}

/** `--state DIR`, else $NFTSIM_STATE, else `.nftsim` in the current folder. */
export function stateDirectory(option: string | undefined, env: NodeJS.ProcessEnv): string {
  return option ?? (env.NFTSIM_STATE || '.nftsim');
}

const checksum = (text: string): string => createHash('sha256').update(text).digest('hex');

function parse(file: string, text: string): unknown {
  const refuse = (why: string) => new StateError(`${file}: ${why}; the file is left as it is`);
  const end = text.indexOf('\n');
  let head: { format?: unknown; version?: unknown; sha256?: unknown };
  try {
    head = JSON.parse(end < 0 ? text : text.slice(0, end));
  } catch {
    throw refuse('not a state file of nftsim, or broken');
  }
  if (head?.format !== FORMAT) throw refuse('not a state file of nftsim');
  if (head.version !== STATE_VERSION) {
    throw refuse(`state of version ${String(head.version)}, this nftsim reads ${STATE_VERSION}`);
  }
  const body = text.slice(end + 1);
  if (end < 0 || head.sha256 !== checksum(body)) throw refuse('broken: its checksum is wrong');
  return JSON.parse(body);
}

export const stateFile = (directory: string): string => path.join(directory, 'state.json');

/** The saved body; undefined if nothing was saved there yet. */
export function readState(directory: string): unknown {
  const file = stateFile(directory);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (e) {
    const { code, message } = e as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new StateError(code === 'ENOTDIR' ? `${directory}: not a directory` : message);
  }
  return parse(file, text);
}

/** Replaces the saved body in one step. */
export function writeState(directory: string, body: unknown): void {
  const text = JSON.stringify(body);
  const head = JSON.stringify({ format: FORMAT, version: STATE_VERSION, sha256: checksum(text) });
  const file = stateFile(directory);
  const side = `${file}.${process.pid}.new`;
  try {
    const fd = openSync(side, 'w');
    try {
      writeSync(fd, `${head}\n${text}`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(side, file);
  } catch (e) {
    rmSync(side, { force: true });
    throw new StateError(`${file}: ${(e as Error).message}`);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Takes a lock whose holder is gone out of the way. */
function removeStale(lock: string): void {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    const fresh = Date.now() - statSync(lock).mtimeMs < 1000;
    if (pid > 0 ? !alive(pid) : !fresh) rmSync(lock, { force: true });
  } catch {
    // The holder has just released it.
  }
}

const sleep = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

function acquire(directory: string): string {
  try {
    makeFolder(directory);
  } catch (e) {
    const { code, message } = e as NodeJS.ErrnoException;
    throw new StateError(code === 'EEXIST' ? `${directory}: not a directory` : message);
  }
  const lock = path.join(directory, 'lock');
  for (const start = Date.now(); ; sleep(20)) {
    try {
      const fd = openSync(lock, 'wx');
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return lock;
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new StateError((e as Error).message);
      }
    }
    removeStale(lock);
    if (Date.now() - start > LOCK_WAIT_MS) {
      throw new StateError(`${directory}: in use by another nftsim (${lock})`);
    }
  }
}

/**
 * Works on the state while nobody else does: `work` gets the saved body and gives the new one, or
 * undefined to leave it. If `work` throws, nothing is changed.
 */
export function withState<T>(
  directory: string,
  work: (saved: unknown) => { readonly result: T; readonly save?: unknown },
): T {
  const lock = acquire(directory);
  try {
    const { result, save } = work(readState(directory));
    if (save !== undefined) writeState(directory, save);
    return result;
  } finally {
    rmSync(lock, { force: true });
  }
}
