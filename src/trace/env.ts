/** The machine's description: in the trace, in a file that it names, or given with `--env`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from './problem.ts';
import { failure, jsonProblem, report } from './report.ts';
import { type CaseHead, type Env, envSchema } from './schema.ts';

export interface EnvResult {
  readonly env?: Env;
  readonly problems: readonly Problem[];
}

/** Reads and checks a file that holds an `env`. */
export function readEnvFile(file: string): EnvResult {
  const problems: Problem[] = [];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
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

/** Machines that a trace does not describe itself. */
export interface Machines {
  /** Takes the place of the trace's own. */
  readonly given?: Env;
  /** That of the loaded ruleset: for a trace that has neither a machine nor a ruleset. */
  readonly saved?: Env;
}

/** The machine that a trace runs on; none where the file that it names cannot be used. */
export function envOf(
  file: string,
  { env, ruleset }: CaseHead,
  { given, saved }: Machines,
  problems: Problem[],
): Env | undefined {
  if (given) return given;
  if (env === undefined) return (ruleset === undefined && saved) || { link: [] };
  if (typeof env !== 'string') return env;
  const result = readEnvFile(path.resolve(path.dirname(file), env));
  problems.push(...result.problems);
  return result.env;
}
