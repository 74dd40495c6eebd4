/** The machine's description: in the trace, in a file that it names, or given with `--env`. */
import path from 'node:path';
import type { Problem } from './problem.ts';
import { failure, jsonProblem, report } from './report.ts';
import { type CaseHead, type Env, envSchema } from './schema.ts';

export interface EnvResult {
  readonly env?: Env;
  readonly problems: readonly Problem[];
}

/** Reads and checks a file that holds an `env`. */
export function readEnvFile(file: string, read: (file: string) => string): EnvResult {
  const problems: Problem[] = [];
  let text: string;
  try {
    text = read(file);
  } catch (e) {
    return { problems: [{ file, message: failure(e) }] };
  }
  try {
    const parsed = envSchema.safeParse(JSON.parse(text));
    if (parsed.success) return { env: parsed.data, problems };
    report(parsed.error, { file }, '', problems);
  } catch {
    problems.push({ file, message: jsonProblem(text) });
  }
  return { problems };
}

/** The env of a trace. */
export function envOf(
  file: string,
  head: CaseHead,
  problems: Problem[],
  read: (file: string) => string,
): Env | undefined {
  if (typeof head.env !== 'string') return head.env ?? { link: [] };
  const result = readEnvFile(path.resolve(path.dirname(file), head.env), read);
  problems.push(...result.problems);
  return result.env;
}
