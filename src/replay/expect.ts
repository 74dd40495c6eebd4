/**
 * Expectations of traces against what happened.
 *
 * Owns the comparison and the words in which a failed one is told.
 */
import type { EndExpect, PacketExpect } from '../trace/schema.ts';
import type { Failure, PacketAnswer } from './answer.ts';

/** Counters of a ruleset by the names that expectations use, and conntrack's lines. */
export interface Observed {
  /** By `family table chain handle N`, `family table chain "comment"`, `family table counter x`. */
  readonly counters: ReadonlyMap<string, { readonly packets: number; readonly bytes: number }>;
  /** The lines of `conntrack -L`. */
  readonly conntrack: readonly string[];
}

const list = (values: readonly string[]): string => (values.length ? values.join(', ') : 'none');

export function packetFailures(expect: PacketExpect, answer: PacketAnswer): Failure[] {
  const failures: Failure[] = [];
  const check = (what: string, expected: string | undefined, actual: string) => {
    if (expected !== undefined && expected !== actual) {
      failures.push({ event: answer.event, what, expected, actual });
    }
  };
  const oifs = answer.egress.map((f) => f.oif);
  const wanted = typeof expect.oif === 'string' ? [expect.oif] : expect.oif;
  check('verdict', expect.verdict, answer.verdict ?? 'none');
  check('oif', wanted && list(wanted), list(oifs));
  check('path', expect.path, answer.path ?? 'none');
  if (expect.rule !== undefined && !answer.rule?.includes(expect.rule)) {
    check('rule', expect.rule, answer.rule ?? 'none');
  }
  if (expect.frame !== undefined) {
    check('frame', expect.frame, list(answer.egress.map((f) => f.frame)));
  }
  return failures;
}

/** Whether the words of `part` stand in the line in this order; seconds and counts aside. */
function holds(line: string, part: string): boolean {
  const words = line.split(/\s+/);
  let at = 0;
  for (const word of part.trim().split(/\s+/)) {
    at = words.indexOf(word, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

const OFFLOADED = /\[(HW_)?OFFLOAD\]/;

function counterFailures(expect: EndExpect, seen: Observed, place: Partial<Failure>): Failure[] {
  return Object.entries(expect.counters ?? {}).flatMap(([name, want]) => {
    const what = `counter of ${name}`;
    const have = seen.counters.get(name);
    const wanted = typeof want === 'number' ? { packets: want } : want;
    const show = (c: { packets?: number; bytes?: number }) =>
      [
        wanted.packets !== undefined && `packets ${c.packets}`,
        wanted.bytes !== undefined && `bytes ${c.bytes}`,
      ]
        .filter(Boolean)
        .join(' ');
    const actual = have ? show(have) : 'no such rule or counter';
    const expected = show(wanted);
    return actual === expected ? [] : [{ ...place, what, expected, actual }];
  });
}

/** What a snapshot, or the end, was expected to show and did not. */
export function endFailures(expect: EndExpect, seen: Observed, snapshot?: string): Failure[] {
  const place = snapshot === undefined ? {} : { snapshot };
  const failures = counterFailures(expect, seen, place);
  const found = (part: string) => seen.conntrack.filter((line) => holds(line, part));
  const lines = (l: readonly string[]) => (l.length ? l.join('\n') : 'no such line');
  for (const part of expect.conntrack ?? []) {
    if (!found(part).length) {
      const actual = lines(seen.conntrack);
      failures.push({ ...place, what: 'conntrack line', expected: part, actual });
    }
  }
  if (expect.entries !== undefined && expect.entries !== seen.conntrack.length) {
    const [expected, actual] = [expect.entries, seen.conntrack.length].map(String);
    failures.push({ ...place, what: 'conntrack entries', expected: expected!, actual: actual! });
  }
  const offload = (parts: readonly string[] | undefined, want: boolean) => {
    for (const part of parts ?? []) {
      const all = found(part);
      if (all.length && all.every((line) => OFFLOADED.test(line) === want)) continue;
      const expected = want ? 'offloaded' : 'not offloaded';
      failures.push({ ...place, what: `flow ${part}`, expected, actual: lines(all) });
    }
  };
  offload(expect.offloaded, true);
  offload(expect.notOffloaded, false);
  return failures;
}
