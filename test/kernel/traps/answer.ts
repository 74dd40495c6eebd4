/** Looking into an answer: connections, counters and frames as a trap needs them. */
import type { Recorded } from '../compare.ts';

type Fields = Readonly<Record<string, unknown>>;

function snapshot(answer: Recorded, name: string): Readonly<Record<string, unknown>> {
  const found = answer.snapshots?.[name];
  if (!found) throw new Error(`no snapshot ${name}`);
  return found;
}

/** The lines of `conntrack -L -o extended` at a snapshot that hold every one of the words. */
export const lines = (answer: Recorded, at: string, ...words: string[]): string[] =>
  (snapshot(answer, at).conntrack as string[])
    .map((line) => line.trim())
    .filter((line) => words.every((w) => line.includes(w)));

/** The one line that holds these words; nothing where there is none. */
export function line(answer: Recorded, at: string, ...words: string[]): string | undefined {
  const found = lines(answer, at, ...words);
  if (found.length > 1) throw new Error(`${words.join(' ')} is in ${found.length} lines`);
  return found[0];
}

/** The seconds that the line with these words has left. */
export const seconds = (answer: Recorded, at: string, ...words: string[]): number =>
  Number(/^ipv[46] +\d+ \S+ +\d+ (\d+) /.exec(line(answer, at, ...words) ?? '')?.[1]);

/** Seconds to within the two that listings may be apart. */
export const about = (n: number, wanted: number): boolean => Math.abs(n - wanted) <= 2;

/** Counters of a snapshot's rules, each under its rule's comment, else its place from 0 on. */
export function counters(answer: Recorded, at: string): Record<string, number> {
  const out: Record<string, number> = {};
  let n = 0;
  for (const item of snapshot(answer, at).nft_json as Fields[]) {
    const rule = item.rule as { comment?: string; expr: Fields[] } | undefined;
    for (const statement of rule?.expr ?? []) {
      const counter = statement.counter as { packets: number } | undefined;
      if (counter?.packets !== undefined) out[rule?.comment ?? n++] = counter.packets;
    }
  }
  return out;
}

/** The frames that an event caused, `DEVICE HEX`. */
export const sent = (answer: Recorded, event: number): string[] =>
  answer.packets!.find((p) => p.event === event)!.egress.map((e) => `${e.oif} ${e.frame}`);

/** The devices that an event's frames left by. */
export const left = (answer: Recorded, event: number): string[] =>
  answer.packets!.find((p) => p.event === event)!.egress.map((e) => e.oif);

/** Whether a command in the run was refused. */
export const refused = (answer: Recorded, event: number): boolean =>
  answer.packets!.find((p) => p.event === event)!.failed === true;
