/**
 * The machine that the options describe: `--env`, `--kernel`, `-D`, `-I`.
 */
import { readFileSync } from 'node:fs';
import type { ParseOptions } from '../parser/index.ts';
import type { RouterOptions } from '../replay/router.ts';
import { problemText } from '../trace/problem.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { INPUT, USAGE } from './status.ts';

/** How rulesets are read: files of the disk, `-I` and then nft's own folder, `-D`. */
export function parseOptions(options: CommonOptions, io: Io): ParseOptions {
  const pairs = (options.define ?? []).map((d) => {
    const at = d.indexOf('=');
    return at < 0 ? [d, ''] : [d.slice(0, at), d.slice(at + 1)];
  });
  return {
    reader: io.files,
    includePaths: [...(options.includepath ?? []), '/etc'],
    defines: Object.fromEntries(pairs),
  };
}

/**
 * What a Router is made with, or the exit status after what was wrong has been said. The schemas are
 * loaded where there is a description to check: they are a good part of the program.
 */
export async function machineOf(options: CommonOptions, io: Io): Promise<RouterOptions | number> {
  const bad = (options.define ?? []).find((d) => !/^[a-zA-Z_][\w.-]*=/.test(d));
  if (bad !== undefined) {
    io.err(`error: -D wants name=value, not '${bad}'\n`);
    return USAGE;
  }
  const base = {
    ...(options.kernel !== undefined && { kernel: options.kernel }),
    ...(io.env.TZ !== undefined && { timeZone: io.env.TZ }),
  };
  if (options.env === undefined) return { ...base, assumeDevices: true };
  const { readEnvFile } = await import('../trace/env.ts');
  const { env, problems } = readEnvFile(options.env, (file) => readFileSync(file, 'utf8'));
  if (env) return { ...base, env };
  for (const p of problems) io.err(`${problemText(p)}\n`);
  return INPUT;
}
