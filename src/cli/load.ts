/** `nftsim load RULESET`: checks a ruleset and makes it the machine's whole ruleset. */
import { printJson } from '../eval/list/document.ts';
import type { Json } from '../eval/list/json.ts';
import type { Journal } from '../replay/journal.ts';
import { limits } from '../replay/limits.ts';
import { rulesetSummary, summaryLines } from '../report/summary.ts';
import type { Env } from '../trace/schema.ts';
import type { Io } from './io.ts';
import { machineOf, parseOptions } from './machine.ts';
import type { CommonOptions } from './options.ts';
import { keep, newJournal, onState, remembering, routerOf } from './session.ts';
import { INPUT, OK, REFUSED } from './status.ts';

export async function load(path: string, options: CommonOptions, io: Io): Promise<number> {
  const machine = await machineOf(options, io);
  if (typeof machine === 'number') return machine;
  const file = io.files.read(path);
  if ('error' in file) {
    io.err(`${path}: ${file.error}\n`);
    return INPUT;
  }
  return onState(options, io, (saved) => {
    const { env } = machine;
    const journal: Journal = {
      ...(saved ?? newJournal(options, io)),
      ...(env && { env: env as Env, entries: [] }),
    };
    const router = routerOf(journal);
    const asked = remembering(io);
    const { reader: _, includePaths = [], defines = {} } = parseOptions(options, io);
    const parse = { reader: asked.io.files, includePaths, defines };
    const result = router.load({ kind: 'file', path }, parse);
    if (result.errors) io.err(result.errors);
    if (!result.ok) return { status: REFUSED };
    keep(journal, { did: 'load', path, read: asked.read, includePaths, defines }, io);
    const tables = rulesetSummary(router.ruleset);
    if (options.json) io.out(`${printJson(tables as unknown as Json)}\n`);
    else if (!options.quiet) {
      io.out(
        summaryLines(tables)
          .map((line) => `${line}\n`)
          .join(''),
      );
      if (router.assumed.length) {
        io.err(`note: no --env given; devices taken to exist: ${router.assumed.join(', ')}\n`);
      }
      for (const note of limits(router)) io.err(`note: ${note}\n`);
    }
    return { status: OK, journal };
  });
}
