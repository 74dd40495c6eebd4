/**
 * What a real nft refuses goes: one refused rule makes a whole case say nothing about packets.
 *
 * Its messages name lines; the rule, set or chain that stands there is taken out, and what then
 * lacks it in the next turn. Where an old nft dies without a word, the line that it dies of goes.
 */
import { spawnSync } from 'node:child_process';
import { type Unit, units } from './unit.ts';

/** `/dev/stdin:5:3-14: Error: …` */
const PLACE = /^\S*?:(\d+):\d+(?:-\d+)?: Error: /gm;

/** Lines that messages name, from 0. */
export const refusedLines = (messages: string): number[] =>
  [...messages.matchAll(PLACE)].map((m) => Number(m[1]) - 1);

const withoutUnits = (lines: readonly string[], gone: readonly Unit[]): string =>
  lines.filter((_, i) => !gone.some((u) => u.from <= i && i < u.to)).join('\n');

/** The text without what stands at these lines: the smallest that can go. */
export function withoutLines(text: string, refused: readonly number[]): string {
  const lines = text.split('\n');
  const all = units(lines);
  const size = (u: Unit) => u.to - u.from;
  const least = refused.map(
    (line) => all.filter((u) => u.from <= line && line < u.to).sort((a, b) => size(a) - size(b))[0],
  );
  return withoutUnits(
    lines,
    least.filter((u) => u !== undefined),
  );
}

interface Answer {
  readonly status: number | null;
  readonly stderr: string;
}

type Ask = (text: string) => Answer;

/** It ended by a signal, or a shell says so of it. */
const died = ({ status }: Answer): boolean => status === null || status > 128;

/** The text without the first line that nft dies of, by halves. */
function withoutDeadly(text: string, ask: Ask): string {
  const lines = text.split('\n');
  const single = units(lines).filter((u) => u.to === u.from + 1);
  let [survives, dies] = [0, single.length];
  while (dies - survives > 1) {
    const middle = (survives + dies) >> 1;
    if (died(ask(withoutUnits(lines, single.slice(middle))))) dies = middle;
    else survives = middle;
  }
  return withoutUnits(lines, single.slice(survives, dies));
}

/** The kernel here is not the one that is asked later: what it refuses stays. */
const OF_KERNEL = /Could not process rule/;

const TURNS = 24;

/** The text without what `nft` (a command line) refuses. */
export function accepted(text: string, nft: string): string {
  const [command, ...args] = nft.split(' ');
  const ask: Ask = (input) =>
    spawnSync(command!, [...args, '-c', '-f', '-'], { input, encoding: 'utf8' });
  let rest = text;
  for (let turn = 0; turn < TURNS; turn++) {
    const answer = ask(rest);
    if (answer.status === 0 || OF_KERNEL.test(answer.stderr)) return rest;
    const less = died(answer)
      ? withoutDeadly(rest, ask)
      : withoutLines(rest, refusedLines(answer.stderr));
    if (less === rest) return rest;
    rest = less;
  }
  return rest;
}
