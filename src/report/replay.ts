/** An answer in words: the ruleset with its counters, conntrack, totals, what was expected. */
import type { Answer, Failure } from '../replay/answer.ts';

const totals = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ');

/** `packets: 15 (15 forwarded; 8 slow, 7 fast)` and the drops by reason. */
export function summaryLines({ summary }: Answer): string[] {
  const { packets, verdicts, paths, drops } = summary;
  const lines = [`packets: ${packets}${packets ? ` (${totals(verdicts)}; ${totals(paths)})` : ''}`];
  if (Object.keys(drops).length) lines.push(`drops: ${totals(drops)}`);
  return lines;
}

const indent = (text: string): string => text.split('\n').join('\n    ');

/** One expectation that failed, with what happened instead. */
export function failureLines(failure: Failure): string[] {
  const { event, snapshot, what, expected, actual } = failure;
  const where =
    event !== undefined ? `event ${event}` : snapshot ? `snapshot ${snapshot}` : 'at the end';
  return [`${where}: ${what}`, `  expected: ${indent(expected)}`, `  actual:   ${indent(actual)}`];
}

/** Commands of the trace that were refused. */
export const refusedLines = (answer: Answer): string[] =>
  answer.packets
    .filter((p) => p.failed)
    .flatMap((p) => [`event ${p.event}: the command was refused:`, `  ${indent(p.error ?? '')}`]);

/** `   0.08  packet 2: flow 1 made in @ft (tcp …)`; what no packet caused has no number. */
export const flowLines = ({ flows = [] }: Answer): string[] =>
  flows.map(({ event, time, text }) => {
    const who = event === null ? '' : `packet ${event}: `;
    return `${time.toFixed(2).padStart(9)}  ${who}${text}`;
  });
