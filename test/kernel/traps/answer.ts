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

/** A rule of a listing. */
interface Listed {
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  readonly expr: readonly { readonly counter?: { readonly packets?: number } }[];
}

/** The rules of a chain, named alone or behind its table. */
const rulesOf = (answer: Recorded, at: string, chain: string): Listed[] =>
  (snapshot(answer, at).nft_json as { rule?: Listed }[])
    .flatMap(({ rule }) => rule ?? [])
    .filter((rule) => rule.chain === chain || `${rule.table} ${rule.chain}` === chain);

/** What the rules of a chain counted: of each that has a counter the first one's packets. */
export const hits = (answer: Recorded, at: string, chain: string): number[] =>
  rulesOf(answer, at, chain).flatMap(
    ({ expr }) => expr.find((e) => e.counter?.packets !== undefined)?.counter?.packets ?? [],
  );

/** The handles of a chain's rules. */
export const handles = (answer: Recorded, at: string, chain: string): number[] =>
  rulesOf(answer, at, chain).map((rule) => rule.handle);

const frame = (answer: Recorded, event: number, index = 0): string | undefined =>
  answer.packets!.find((p) => p.event === event)!.egress[index]?.frame;

/** Bytes of the first frame that an event caused, counted from behind the Ethernet header. */
export const part = (answer: Recorded, event: number, from: number, to: number) =>
  frame(answer, event)?.slice(28 + 2 * from, 28 + 2 * to);

/** How many bytes a frame of an event has. */
export const size = (answer: Recorded, event: number, index = 0): number =>
  (frame(answer, event, index)?.length ?? 0) / 2;

/** The lines of `nft monitor trace` that hold every one of the words. */
export const monitor = (answer: Recorded, ...words: string[]): string[] =>
  (answer.monitor ?? []).filter((l) => words.every((w) => l.includes(w)));
