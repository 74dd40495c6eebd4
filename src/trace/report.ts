/**
 * What goes wrong while files are read, as Problems: the system's errors, JSON's, the schemas'.
 */
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import type { Problem } from './problem.ts';

export function failure(error: unknown): string {
  const e = error as NodeJS.ErrnoException;
  if (e.code === 'ENOENT') return 'no such file';
  if (e.code === 'EISDIR') return 'is a directory';
  if (e.code === 'EACCES') return 'permission denied';
  return e.message;
}

/** Where a text stops being JSON, for JSON.parse does not always tell: `line 3, column 7: colon expected`. */
export function jsonProblem(text: string, firstLine = 1): string {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const [first] = errors;
  if (!first) return 'not valid JSON';
  const before = text.slice(0, first.offset).split('\n');
  const place = `line ${firstLine + before.length - 1}, column ${before.at(-1)!.length + 1}`;
  return `not valid JSON: ${place}: ${inWords(first)}`;
}

/** `CommaExpected` -> `comma expected`. */
const inWords = ({ error }: ParseError): string =>
  printParseErrorCode(error)
    .replace(/\B[A-Z]/g, ' $&')
    .toLowerCase();

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

/** What is wrong, without what zod puts before it; of a union what each of its branches wants. */
function inShort(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.flatMap(([first]) => first ?? []);
    const near = branches.find(({ code }) => code !== 'invalid_type');
    if (near) return inShort(near);
    const wanted = branches.flatMap((b) => (b.code === 'invalid_type' ? [b.expected] : []));
    return wanted.length ? `expected ${[...new Set(wanted)].join(' or ')}` : issue.message;
  }
  if (issue.code !== 'invalid_type') return issue.message;
  if (issue.message.endsWith('received undefined')) return 'missing';
  return issue.message.replace('Invalid input: ', '');
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
      problems.push({ ...at, field, message: inShort(issue) });
    }
  }
}
