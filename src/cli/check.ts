/** `nftsim check RULESET...`: parses and checks, touches no state. */
import { Router } from '../replay/router.ts';
import type { Io } from './io.ts';
import { machineOf, parseOptions } from './machine.ts';
import type { CommonOptions } from './options.ts';
import { INPUT, OK, REFUSED } from './status.ts';

export async function check(
  files: readonly string[],
  options: CommonOptions,
  io: Io,
): Promise<number> {
  const machine = await machineOf(options, io);
  if (typeof machine === 'number') return machine;
  let status: number = OK;
  for (const path of files) {
    const file = io.files.read(path);
    if ('error' in file) {
      io.err(`${path}: ${file.error}\n`);
      status = INPUT;
      continue;
    }
    const router = new Router(machine);
    const result = router.check({ kind: 'file', path }, parseOptions(options, io));
    if (result.errors) io.err(result.errors);
    if (!result.ok) status = Math.max(status, REFUSED);
    else if (!options.quiet) io.out(`${path}: ok\n`);
  }
  return status;
}
