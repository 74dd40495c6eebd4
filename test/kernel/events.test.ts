/**
 * Events of connections, against what `conntrack -E` printed on real kernels (fixtures/events).
 *
 * The collector finds what has expired in the order of a hash table with a random seed, so runs of
 * destroyed entries have no order; those at the end went with the recorded machine.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Events } from '../../src/cli/conntrack/events.ts';
import { conntrackCommand } from '../../src/cli/conntrack.ts';
import { diskReader } from '../../src/cli/nft/files.ts';
import { routerOf } from '../../src/cli/session.ts';
import { replay } from '../../src/replay/replay.ts';
import { readTrace } from '../../src/trace/read.ts';
import { hearing } from '../cli/io.ts';
import { releases } from './recorded.ts';

const root = path.resolve(import.meta.dirname, '../../fixtures/events');
const names = readdirSync(root)
  .filter((file) => file.endsWith('.case.json'))
  .map((file) => file.slice(0, -'.case.json'.length));

/** What `conntrack -E` shows of a case. */
function events(name: string, kernel: string): string {
  const { trace } = readTrace(path.join(root, `${name}.case.json`));
  const router = routerOf({ env: trace!.env, kernel, seed: 0, entries: [] });
  const io = hearing();
  new Events(conntrackCommand('-E'), io).watch(router.datapath, () => 1);
  router.load({ kind: 'text', ...trace!.ruleset! }, { reader: diskReader });
  replay(router, trace!);
  return io.heard.out;
}

const isGone = (line: string): boolean => line.startsWith('[DESTROY]');

interface Told {
  /** Runs of destroyed entries are in order. */
  readonly lines: readonly string[];
  /** The destroyed entries at the end. */
  readonly last: readonly string[];
}

/** Lines without the numbers of processes. */
function told(text: string): Told {
  const all = text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/portid=\d+( progname=conntrack)?$/, 'portid=…'));
  const end = all.findLastIndex((line) => !isGone(line)) + 1;
  const lines: string[] = [];
  for (let at = 0; at < end; ) {
    const start = at++;
    while (isGone(all[start]!) && isGone(all[at]!)) at++;
    lines.push(...all.slice(start, at).sort());
  }
  return { lines, last: all.slice(end) };
}

const recorded = (kernel: string): string[] =>
  names.filter((name) => existsSync(path.join(root, `${name}.${kernel}.txt`)));

describe.each(releases.filter((kernel) => recorded(kernel).length > 0))('Linux %s', (kernel) => {
  test.each(recorded(kernel))('%s', (name) => {
    const theirs = told(readFileSync(path.join(root, `${name}.${kernel}.txt`), 'utf8'));
    const ours = told(events(name, kernel));
    expect(ours.lines).toEqual(theirs.lines);
    expect(theirs.last).toEqual(expect.arrayContaining([...ours.last]));
  });
});
