/** The machine that `--env` describes, and how `-D` and `-I` have rulesets read. */
import type { ParseOptions } from '../parser/index.ts';
import type { Router } from '../replay/router.ts';
import { problemText } from '../trace/problem.ts';
import type { Env } from '../trace/schema.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { INPUT } from './status.ts';

/** How rulesets are read: files of the disk, `-I` and then nft's own folder, `-D`. */
export function parseOptions(options: CommonOptions, io: Io): ParseOptions {
  const pairs = (options.define ?? []).map((d) => {
    const at = d.indexOf('=');
    return [d.slice(0, at), d.slice(at + 1)];
  });
  return {
    reader: io.files,
    includePaths: [...(options.includepath ?? []), '/etc'],
    defines: Object.fromEntries(pairs),
  };
}

/**
 * What `--env` describes (undefined: it was not given), or the exit status after what was wrong has
 * been said. The schemas are loaded where there is a description to check: they are a good part of
 * the program.
 */
export async function readEnv(options: CommonOptions, io: Io): Promise<Env | undefined | number> {
  if (options.env === undefined) return undefined;
  const { readEnvFile } = await import('../trace/env.ts');
  const { env, problems } = readEnvFile(options.env);
  if (env) return env;
  for (const p of problems) io.err(`${problemText(p)}\n`);
  return INPUT;
}

/** Says what of a description of the machine could not be done; whether there was nothing. */
export function machineIsWhole({ setup }: Router, file: string, io: Io): boolean {
  for (const problem of setup.problems) io.err(`${file}: env: ${problem}\n`);
  if (setup.problems.length > 0) return false;
  if (setup.ended !== null)
    io.err(
      `${file}: warning: env: ${setup.ended}\n` +
        'the set-up of the machine ends there, as a script would: ' +
        'later settings, neighbours, routes and rules are not there\n',
    );
  return true;
}
