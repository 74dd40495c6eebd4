/**
 * What a real nft refuses goes: one refused rule makes a whole case say nothing about packets.
 *
 * Its messages name lines; the rule, set or chain that stands there is taken out, and what then
 * lacks it in the next turn.
 */
import { spawnSync } from 'node:child_process';
import { units } from './unit.ts';

/** `/dev/stdin:5:3-14: Error: …` */
const PLACE = /^\S*?:(\d+):\d+(?:-\d+)?: Error: /gm;

/** Lines that messages name, from 0. */
export const refusedLines = (messages: string): number[] =>
  [...messages.matchAll(PLACE)].map((m) => Number(m[1]) - 1);

/** The text without what stands at these lines: the smallest that can go. */
export function withoutLines(text: string, refused: readonly number[]): string {
  const lines = text.split('\n');
  const all = units(lines);
  const gone = new Set<number>();
  for (const line of refused) {
    const holds = all.filter((u) => u.from <= line && line < u.to);
    const least = holds.sort((a, b) => a.to - a.from - (b.to - b.from))[0];
    for (let i = least?.from ?? 0; i < (least?.to ?? 0); i++) gone.add(i);
  }
  return lines.filter((_, i) => !gone.has(i)).join('\n');
}

/** The kernel here is not the one that is asked later: what it refuses stays. */
const OF_KERNEL = /Could not process rule/;

const TURNS = 8;

/** The text without what `nft` (a command line) refuses. */
export function accepted(text: string, nft: string): string {
  const [command, ...args] = nft.split(' ');
  let rest = text;
  for (let turn = 0; turn < TURNS; turn++) {
    const options = { input: rest, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(command!, [...args, '-c', '-f', '-'], options);
    if (status === 0 || OF_KERNEL.test(stderr)) return rest;
    const less = withoutLines(rest, refusedLines(stderr));
    if (less === rest) return rest;
    rest = less;
  }
  return rest;
}
