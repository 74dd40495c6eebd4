/**
 * The real kernel: many cases in one boot of an emulated machine, and nftsim's answer to the same.
 *
 * `ORACLE` names the folder of oracle.mjs; without it, ../shared/oracle beside the project.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { diskReader } from '../../../src/cli/nft/files.ts';
import { routerOf } from '../../../src/cli/session.ts';
import { replay } from '../../../src/replay/replay.ts';
import { readTrace } from '../../../src/trace/read.ts';
import { compareBehaviour, compareListing } from '../compare.ts';
import { type Job, recordInGuest } from './guest.ts';
import { buildWire, recordLocally } from './local.ts';
import { RELEASES } from './release.ts';

/** A case file's content. */
export interface CaseFile {
  readonly ruleset: string;
  readonly events: readonly Record<string, unknown>[];
  readonly [key: string]: unknown;
}

const project = path.resolve(import.meta.dirname, '../../..');
const folder = process.env.ORACLE ?? path.join(project, '../shared/oracle');

export const hasOracle = (): boolean => existsSync(path.join(folder, 'build-image.sh'));

export const caseFile = (dir: string, name: string): string => path.join(dir, `${name}.case.json`);

export const answerFile = (dir: string, name: string, release: string): string =>
  path.join(dir, `${name}${release === 'trixie' ? '' : `.${release}`}.kernel.json`);

export function writeCase(dir: string, name: string, content: object): string {
  mkdirSync(dir, { recursive: true });
  const file = caseFile(dir, name);
  writeFileSync(file, `${JSON.stringify(content)}\n`);
  return file;
}

/** Cases over which the kernel dies are looked for by halves. */
function recordHalves(release: string, jobs: readonly Job[]): void {
  if (recordInGuest(folder, release, jobs) || jobs.length === 1) return;
  const half = jobs.length >> 1;
  recordHalves(release, jobs.slice(0, half));
  recordHalves(release, jobs.slice(half));
}

/**
 * Records what the kernel does with cases that lie in `dir`; the answers lie beside them, but for
 * those over which the kernel itself dies.
 */
export async function record(
  dir: string,
  names: readonly string[],
  release: string,
): Promise<void> {
  const jobs = names.map((name) => ({
    file: caseFile(dir, name),
    answer: answerFile(dir, name, release),
  }));
  if (release === 'local') return recordLocally(jobs, buildWire(folder));
  recordHalves(release, jobs);
}

/** What nftsim answers. */
export function simulate(file: string, kernel: string, seed = 0): ReturnType<typeof replay> {
  const { trace, problems } = readTrace(file);
  if (!trace) throw new Error(problems.map((p) => p.message).join('\n'));
  const router = routerOf({ env: trace.env, kernel, seed, entries: [] });
  const { name, text } = trace.ruleset!;
  const result = router.load({ kind: 'text', name, text }, { reader: diskReader });
  return replay(router, trace, result.ok ? {} : { loadError: result.errors });
}

export interface Verdict {
  /** What was done otherwise: frames, counters, conntrack. */
  readonly behaviour: readonly string[];
  /** What was printed otherwise, by a release that has the same nft. */
  readonly listing: readonly string[];
  /**
   * Why there is nothing to compare: the release's own nft does not take the ruleset; what happens
   * is drawn at random (with another seed nftsim answers something else too); the kernel died.
   */
  readonly void?: 'refused' | 'random' | 'dead';
}

/** One of two ports may be drawn the same twice; five times it hardly is. */
const SEEDS = [1, 2, 3, 4, 5];

const NOTHING: Verdict = { behaviour: [], listing: [] };

/** Why the release refuses the case's ruleset; undefined: it takes it, or there is no answer. */
export function refusal(dir: string, name: string, release: string): string | undefined {
  const file = answerFile(dir, name, release);
  if (!existsSync(file)) return undefined;
  const { loaded, load_error } = JSON.parse(readFileSync(file, 'utf8'));
  return loaded ? undefined : (load_error ?? '');
}

/** Holds a recorded case against nftsim. */
export function judge(dir: string, name: string, release: string): Verdict {
  const { kernel, prints } = RELEASES[release]!;
  const answer = answerFile(dir, name, release);
  if (!existsSync(answer)) return { ...NOTHING, void: 'dead' };
  const theirs = JSON.parse(readFileSync(answer, 'utf8'));
  if (!theirs.loaded) return { ...NOTHING, void: 'refused' };
  const file = caseFile(dir, name);
  try {
    const mine = simulate(file, kernel);
    if (!mine.loaded) return { ...NOTHING, behaviour: [`not loaded: ${mine.load_error}`] };
    const behaviour = compareBehaviour(mine as never, theirs);
    const listing = prints ? compareListing(mine as never, theirs) : [];
    if (behaviour.length > 0) {
      const drawn = SEEDS.some((seed) => {
        const again = simulate(file, kernel, seed);
        return compareBehaviour(mine as never, again as never).length > 0;
      });
      if (drawn) return { ...NOTHING, void: 'random' };
    }
    return { behaviour, listing };
  } catch (e) {
    return { ...NOTHING, behaviour: [`threw: ${(e as Error).stack}`] };
  }
}
