/** `nftsim load RULESET`: checks a ruleset and makes it the machine's whole ruleset. */
import { printJson } from '../eval/list/document.ts';
import type { Json } from '../eval/list/json.ts';
import type { Journal } from '../replay/journal.ts';
import { limits } from '../replay/limits.ts';
import { rulesetSummary, summaryLines } from '../report/summary.ts';
import type { Env } from '../trace/schema.ts';
import type { Io } from './io.ts';
import { machineIsWhole, parseOptions, readEnv } from './machine.ts';
import type { CommonOptions } from './options.ts';
import { keep, kernelOf, newJournal, onState, remembering, routerOf } from './session.ts';
import { INPUT, OK, REFUSED } from './status.ts';
import { toPeople } from './telling.ts';

/** The saved machine, or a new one where another is described or another kernel boots. */
function machineFor(
  saved: Journal | undefined,
  env: Env | undefined,
  options: CommonOptions,
  io: Io,
): Journal {
  const fresh = newJournal(options, io);
  if (!saved) return { ...fresh, ...(env && { env }) };
  const { kernel = saved.kernel } = options;
  const asked = { ...saved, ...(env && { env }), ...(kernel !== undefined && { kernel }) };
  const other = env !== undefined || kernelOf(asked) !== kernelOf(saved);
  return other ? { ...asked, entries: [] } : asked;
}

export async function load(path: string, options: CommonOptions, io: Io): Promise<number> {
  const env = await readEnv(options, io);
  if (typeof env === 'number') return env;
  const file = io.files.read(path);
  if ('error' in file) {
    io.err(`${path}: ${file.error}\n`);
    return INPUT;
  }
  const telling = await toPeople(options);
  return onState(options, io, (saved) => {
    const journal = machineFor(saved, env, options, io);
    const router = routerOf(journal);
    if (!machineIsWhole(router, options.env ?? '', io)) return { status: INPUT };
    const asked = remembering(io);
    const { reader: _, includePaths = [], defines = {} } = parseOptions(options, io);
    const parse = { reader: asked.io.files, includePaths, defines };
    const result = router.load({ kind: 'file', path }, parse, telling);
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
