/** `nftsim check RULESET...`: parses and checks, touches no state. */
import type { Io } from './io.ts';
import { machineIsWhole, parseOptions, readEnv } from './machine.ts';
import type { CommonOptions } from './options.ts';
import { newJournal, routerOf } from './session.ts';
import { INPUT, OK, REFUSED } from './status.ts';
import { toPeople } from './telling.ts';

export async function check(
  files: readonly string[],
  options: CommonOptions,
  io: Io,
): Promise<number> {
  const env = await readEnv(options, io);
  if (typeof env === 'number') return env;
  const machine = { ...newJournal(options, io), ...(env && { env }) };
  if (!machineIsWhole(routerOf(machine), options.env ?? '', io)) return INPUT;
  const telling = await toPeople(options);
  const statuses = files.map((path) => {
    const file = io.files.read(path);
    if ('error' in file) {
      io.err(`${path}: ${file.error}\n`);
      return INPUT;
    }
    const parse = parseOptions(options, io);
    const result = routerOf(machine).check({ kind: 'file', path }, parse, telling);
    if (result.errors) io.err(result.errors);
    if (!result.ok) return REFUSED;
    if (!options.quiet) io.out(`${path}: ok\n`);
    return OK;
  });
  return Math.max(...statuses);
}
