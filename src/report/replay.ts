/** An answer in words: the ruleset with its counters, conntrack, totals, what was expected. */
import type { Answer, Failure, FlowNote } from '../replay/answer.ts';

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

/** The connection that a note is about: its own, or that of another note of the same event. */
function connections(flows: readonly FlowNote[]): Map<FlowNote, string> {
  const byEvent = new Map<number, string>();
  for (const { event, connection } of flows)
    if (event !== null && connection !== null && !byEvent.has(event))
      byEvent.set(event, connection);
  const of = ({ event, connection }: FlowNote) =>
    connection ?? (event === null ? undefined : byEvent.get(event)) ?? 'no connection';
  return new Map(flows.map((note) => [note, of(note)]));
}

const SIDES = ['original', 'reply'];

function flowLine({ event, time, direction, text }: FlowNote): string {
  const side = direction === null ? '' : ` (${SIDES[direction]})`;
  const who = event === null ? '' : `packet ${event}${side}: `;
  return `${time.toFixed(2).padStart(9)}  ${who}${text}`;
}

/** By connection, in the order in which they came: its head, and what happened to its packets. */
export function flowLines({ flows = [] }: Answer): string[] {
  const lines = new Map<string, string[]>();
  for (const [note, connection] of connections(flows)) {
    const of = lines.get(connection) ?? [];
    of.push(flowLine(note));
    lines.set(connection, of);
  }
  return [...lines].flatMap(([connection, of]) => [connection, ...of]);
}
