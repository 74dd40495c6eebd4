/** Recorded kernels: every case of fixtures/kernel, replayed as each release. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskReader } from '../../src/cli/nft/files.ts';
import { routerOf } from '../../src/cli/session.ts';
import { replay } from '../../src/replay/replay.ts';
import { readTrace } from '../../src/trace/read.ts';
import { compare } from './compare.ts';
import open from './open.json' with { type: 'json' };

const root = path.resolve(import.meta.dirname, '../../fixtures/kernel');

/** Replays a case as a release would have it. */
function answer(file: string, kernel: string) {
  const { trace, problems } = readTrace(file);
  expect(problems).toEqual([]);
  const router = routerOf({ env: trace!.env, kernel, seed: 0, entries: [] });
  const { name, text } = trace!.ruleset!;
  const result = router.load({ kind: 'text', name, text }, { reader: diskReader });
  return replay(router, trace!, result.ok ? {} : { loadError: result.errors });
}

describe.each(readdirSync(root))('%s', (area) => {
  const dir = path.join(root, area);
  const names = readdirSync(dir)
    .filter((f) => f.endsWith('.case.json'))
    .map((f) => f.slice(0, -'.case.json'.length));
  describe.each(['6.12', '6.1', '5.10'])('Linux %s', (kernel) => {
    const recorded = (name: string) => path.join(dir, `${name}.${kernel}.json`);
    test.each(names.filter((name) => existsSync(recorded(name))))('%s', (name) => {
      const mine = answer(path.join(dir, `${name}.case.json`), kernel);
      const theirs = JSON.parse(readFileSync(recorded(name), 'utf8'));
      const differences = compare(mine as never, theirs, kernel !== '6.12');
      const known = (open as Record<string, string>)[`${area}/${name} ${kernel}`];
      // A case that is known to differ must still differ: else it is to be taken off the list.
      if (known) expect(differences).not.toEqual([]);
      else expect(differences).toEqual([]);
    });
  });
});
