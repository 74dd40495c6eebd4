/** Files and patterns of the disk, as `-f` and `include` read them. */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { NOT_REGULAR, type ReadResult, type SourceReader } from '../../parser/index.ts';

const MESSAGES: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  ELOOP: 'Too many levels of symbolic links',
};

function read(path: string): ReadResult {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const stat = fstatSync(fd);
    if (stat.isDirectory()) return { error: MESSAGES.EISDIR! };
    if (stat.isCharacterDevice() || stat.isBlockDevice()) return { error: NOT_REGULAR };
    return { text: readFileSync(fd, 'utf8') };
  } catch (e) {
    const { code = '', message } = e as NodeJS.ErrnoException;
    return { error: MESSAGES[code] ?? message };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const SPECIAL = /[*?[]/;

/** One part of a path pattern; a dot at the beginning is matched by a dot only. */
function matcher(part: string): RegExp {
  const body = part
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]')
    .replace(/\[!/g, '[^');
  return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${body}$`);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory === '' ? '.' : directory);
  } catch {
    return [];
  }
}

/** glob(3): part by part, from the left. */
function glob(pattern: string): readonly string[] {
  let found = [pattern.startsWith('/') ? '/' : ''];
  for (const part of pattern.split('/').filter((p) => p !== '')) {
    const inside = (base: string): string[] => {
      if (!SPECIAL.test(part)) return [base + part];
      const matches = matcher(part);
      return namesIn(base)
        .filter((name) => matches.test(name))
        .map((name) => base + name);
    };
    found = found
      .map((base) => (base === '' || base.endsWith('/') ? base : `${base}/`))
      .flatMap(inside);
  }
  return found
    .filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined)
    .map((path) => (isDirectory(path) ? `${path}/` : path))
    .sort();
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export const diskReader: SourceReader = { read, glob };
