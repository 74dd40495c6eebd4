/**
 * What goes wrong while files are read, as Problems: the system's errors, JSON's, the schemas'.
 */
import type { z } from 'zod';
import type { Problem } from './problem.ts';

export function failure(error: unknown): string {
  const e = error as NodeJS.ErrnoException;
  if (e.code === 'ENOENT') return 'no such file';
  if (e.code === 'EISDIR') return 'is a directory';
  if (e.code === 'EACCES') return 'permission denied';
  return e.message;
}

/** `line 3, column 7: unexpected …` out of V8's message and the text. */
export function jsonProblem(text: string, error: unknown): string {
  const message = (error as Error).message;
  const position = /position (\d+)/.exec(message);
  const reason = message.replace(/,? ?(\.\.\..*)?(in JSON )?at position.*$/s, '').slice(0, 100);
  if (!position) return `not valid JSON: ${reason}`;
  const before = text.slice(0, Number(position[1])).split('\n');
  return `not valid JSON: line ${before.length}, column ${before.at(-1)!.length + 1}: ${reason}`;
}

export type Place = Pick<Problem, 'file' | 'event' | 'line'>;

function fieldPath(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>(
    (text, p) =>
      typeof p === 'number' ? `${text}[${p}]` : text ? `${text}.${String(p)}` : `${String(p)}`,
    '',
  );
}

/** Of a union's branches the one that got furthest says best what is wrong. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || !issue.errors.length) return issue;
  const all = issue.errors.flat().map(deepest);
  const best = all.reduce((a, b) => (b.path.length > a.path.length ? b : a), all[0]!);
  return best.path.length || best.code === 'unrecognized_keys'
    ? { ...best, path: [...issue.path, ...best.path] }
    : issue;
}

export function report(error: z.ZodError, at: Place, prefix: string, problems: Problem[]): void {
  for (const raw of error.issues) {
    const issue = deepest(raw);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const field = fieldPath([...(prefix ? [prefix] : []), ...issue.path, key]);
        problems.push({ ...at, field, message: 'unknown field' });
      }
    } else {
      const field = fieldPath([...(prefix ? [prefix] : []), ...issue.path]);
      problems.push({ ...at, field, message: issue.message });
    }
  }
}
