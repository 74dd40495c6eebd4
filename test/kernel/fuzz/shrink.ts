/**
 * Makes cases that differ small: what can go without the difference going goes.
 *
 * Every round tries many smaller cases in one boot of the kernel: without one stretch of events,
 * without one table, chain, set or rule. All that could go one by one goes together in the next
 * round, if it can.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type CaseFile, caseFile, judge, record, simulate, writeCase } from './oracle.ts';
import { RELEASES } from './release.ts';
import { type Unit, units } from './unit.ts';

/** One thing less: events, or lines of the ruleset. */
type Removal = { readonly what: 'events' | 'lines' } & Unit;

function without(c: CaseFile, removals: readonly Removal[]): CaseFile {
  const gone = (what: Removal['what'], i: number): boolean =>
    removals.some((r) => r.what === what && i >= r.from && i < r.to);
  const lines = c.ruleset.split('\n').filter((_, i) => !gone('lines', i));
  const events = c.events.filter((_, i) => !gone('events', i));
  return { ...c, ruleset: lines.join('\n'), events };
}

const ROUND = 14;

/** What a round tries, the largest first; `grain`: into how many stretches the events are cut. */
function removals(c: CaseFile, grain: number, turn: number): Removal[] {
  const size = Math.max(1, Math.ceil(c.events.length / grain));
  const stretches: Removal[] = [];
  for (let from = 0; from < c.events.length; from += size) {
    stretches.push({ what: 'events', from, to: Math.min(from + size, c.events.length) });
  }
  const lines = units(c.ruleset.split('\n'))
    .map((unit): Removal => ({ what: 'lines', ...unit }))
    .sort((a, b) => b.to - b.from - (a.to - a.from));
  const rotate = <T>(list: T[], by: number): T[] =>
    list.length === 0
      ? list
      : [...list.slice(by % list.length), ...list.slice(0, by % list.length)];
  const half = ROUND / 2;
  return [
    ...rotate(stretches, turn * half).slice(0, half),
    ...rotate(lines, turn * half).slice(0, half),
  ];
}

/** A case on its way down. */
interface Shrinking {
  readonly name: string;
  /** Only what is printed differs. */
  readonly listing: boolean;
  best: CaseFile;
  /** Removals that worked alone and are tried together. */
  together: readonly Removal[];
  grain: number;
  turn: number;
  /** Rounds without a gain. */
  idle: number;
}

interface Trial {
  readonly of: Shrinking;
  readonly name: string;
  readonly content: CaseFile;
  readonly removals: readonly Removal[];
}

const MAX_ROUNDS = 14;
const PATIENCE = 3;

function trials(s: Shrinking, round: number): Trial[] {
  const tries: (readonly Removal[])[] = [];
  if (s.together.length > 1) tries.push(s.together);
  tries.push(...removals(s.best, s.grain, s.turn).map((r) => [r]));
  return tries.map((found, i) => ({
    of: s,
    name: `${s.name}.${round}.${i}`,
    content: without(s.best, found),
    removals: found,
  }));
}

/** Whether nftsim takes its ruleset, so that it is worth a boot. */
function loads(dir: string, trial: Trial, kernel: string): boolean {
  if (trial.content.ruleset.trim() === '') return false;
  writeCase(dir, trial.name, trial.content);
  return simulate(caseFile(dir, trial.name), kernel).loaded;
}

const weight = (c: CaseFile): number => c.ruleset.length / 10 + c.events.length * 20;

/** Keeps the best of what still differs; what worked alone is tried together next. */
function settle(s: Shrinking, tried: readonly Trial[], differs: (t: Trial) => boolean): void {
  const good = tried.filter((t) => t.of === s && differs(t));
  const whole = good.find((t) => t.removals.length > 1);
  const best = whole ?? [...good].sort((a, b) => weight(a.content) - weight(b.content))[0];
  s.turn++;
  if (!best) {
    s.together = [];
    s.idle++;
    s.grain = Math.min(s.grain * 2, 64);
    return;
  }
  s.idle = 0;
  const singles = good.filter((t) => t.removals.length === 1).map((t) => t.removals[0]!);
  if (!whole && singles.length > 1) {
    s.together = singles;
    return;
  }
  s.best = best.content;
  s.together = [];
}

export async function shrinkAll(
  dir: string,
  names: readonly string[],
  release: string,
  say: (line: string) => void,
): Promise<void> {
  const { kernel } = RELEASES[release]!;
  const work = path.join(dir, 'shrink');
  const all: Shrinking[] = names.map((name) => {
    const best = JSON.parse(readFileSync(caseFile(dir, name), 'utf8')) as CaseFile;
    const listing = judge(dir, name, release).behaviour.length === 0;
    return { name, listing, best, together: [], grain: 4, turn: 0, idle: 0 };
  });
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const active = all.filter((s) => s.idle < PATIENCE);
    if (active.length === 0) break;
    const tried = active.flatMap((s) => trials(s, round)).filter((t) => loads(work, t, kernel));
    if (tried.length === 0) break;
    await record(
      work,
      tried.map((t) => t.name),
      release,
    );
    const differs = (t: Trial) => {
      const verdict = judge(work, t.name, release);
      return (t.of.listing ? verdict.listing : verdict.behaviour).length > 0;
    };
    for (const s of active) settle(s, tried, differs);
    say(
      `round ${round}: ${active.map((s) => `${s.name} ${s.best.events.length} events`).join(', ')}`,
    );
  }
  for (const s of all) {
    const small = `${s.name}.small`;
    writeCase(dir, small, s.best);
    await record(dir, [small], release);
    const { behaviour, listing } = judge(dir, small, release);
    say(`${caseFile(dir, small)}: ${[...behaviour, ...listing].slice(0, 3).join('\n    ')}`);
  }
}
