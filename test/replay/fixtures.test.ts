/** Every trace of fixtures/ that expects something: on both engines, all of it must hold. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskReader } from '../../src/cli/nft/files.ts';
import { routerOf } from '../../src/cli/session.ts';
import { replay } from '../../src/replay/replay.ts';
import { readTrace } from '../../src/trace/read.ts';

const root = path.resolve(import.meta.dirname, '../../fixtures');
const traces = readdirSync(root)
  .filter((dir) => dir.startsWith('flowtable-'))
  .flatMap((dir) =>
    readdirSync(path.join(root, dir))
      .filter((f) => f.endsWith('.json'))
      .map((f) => path.join(dir, f)),
  );

function play(file: string, engine: 'step' | 'emit', kernel?: string) {
  const { trace, problems } = readTrace(path.join(root, file));
  expect(problems).toEqual([]);
  const { env, ruleset } = trace!;
  const router = routerOf({ env, seed: 0, entries: [], ...(kernel && { kernel }) }, engine);
  const { name, text } = ruleset!;
  const loaded = router.load({ kind: 'text', name, text }, { reader: diskReader });
  expect(loaded.errors).toBe('');
  return { answer: replay(router, trace!), router };
}

describe.each(['emit', 'step'] as const)('engine %s', (engine) => {
  test.each(traces)('%s', (file) => {
    const { answer } = play(file, engine);
    expect(answer.failures).toEqual([]);
    expect(answer.summary.packets).toBeGreaterThan(3);
  });
});

test('an expectation that does not hold is told with what happened', () => {
  const { answer } = play('flowtable-tcp/trace.json', 'emit', '5.10');
  expect(answer.failures[0]).toEqual({ event: 2, what: 'path', expected: 'slow', actual: 'fast' });
});

test('the same input gives the same bytes', () => {
  const twice = [0, 1].map(() => JSON.stringify(play('flowtable-inet/trace.json', 'emit').answer));
  expect(twice[0]).toBe(twice[1]);
});
