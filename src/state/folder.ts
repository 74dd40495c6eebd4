/**
 * Folders with those above them, as `mkdir -p` makes them.
 *
 * Node's own way never ends where the system will not have anything made in a folder that is there
 * (/proc, /sys).
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Throws what the system says. */
export function makeFolder(folder: string): void {
  const above = path.dirname(folder);
  if (above !== folder && !existsSync(above)) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(folder).isDirectory()) throw e;
  }
}
