/** The recorded cases of fixtures/kernel: where they lie, and what a router of ours answers. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { diskReader } from '../../src/cli/nft/files.ts';
import { routerOf } from '../../src/cli/session.ts';
import { replay } from '../../src/replay/replay.ts';
import { readTrace } from '../../src/trace/read.ts';
import type { Recorded } from './compare.ts';

export const root = path.resolve(import.meta.dirname, '../../fixtures/kernel');

export const releases = ['6.12.117', '6.12', '6.1', '5.10'] as const;
export type Release = (typeof releases)[number];

/** The recording of a case, named as AREA/NAME, by a release; nothing where it was not recorded. */
export function recording(name: string, kernel: Release): Recorded | undefined {
  const file = path.join(root, `${name}.${kernel}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Replays a case as a release would have it. */
export function answer(name: string, kernel: Release): Recorded {
  const { trace, problems } = readTrace(path.join(root, `${name}.case.json`));
  if (!trace?.ruleset || problems.length) throw new Error(`${name}: ${JSON.stringify(problems)}`);
  const router = routerOf({ env: trace.env, kernel, seed: 0, entries: [] });
  const result = router.load({ kind: 'text', ...trace.ruleset }, { reader: diskReader });
  const mine = replay(router, trace, result.ok ? {} : { loadError: result.errors });
  return mine as never;
}
