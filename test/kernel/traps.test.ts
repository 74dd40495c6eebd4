/** Traps by name: each is shown by a recorded case, on the kernel's own recording and on our answer. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Recorded } from './compare.ts';
import { answer, type Release, recording, releases } from './recorded.ts';
import { conntrack } from './traps/conntrack.ts';
import { flowtable } from './traps/flowtable.ts';
import { helpers } from './traps/helpers.ts';
import { hooks } from './traps/hooks.ts';
import { matching } from './traps/matching.ts';
import { meta } from './traps/meta.ts';
import { nat } from './traps/nat.ts';
import { peers } from './traps/peers.ts';
import { pppoe } from './traps/pppoe.ts';
import { reject } from './traps/reject.ts';
import { routing } from './traps/routing.ts';
import { state } from './traps/state.ts';
import { writes } from './traps/writes.ts';

const sections = [
  ...flowtable,
  ...conntrack,
  ...helpers,
  ...nat,
  ...reject,
  ...routing,
  ...hooks,
  ...matching,
  ...meta,
  ...state,
  ...writes,
  ...peers,
  ...pppoe,
];

const doc = readFileSync(path.resolve(import.meta.dirname, '../../docs/kernel-traps.md'), 'utf8');

const answers = new Map<string, Recorded>();

/** Our answer to a case; several traps look into the same one. */
function ours(name: string, kernel: Release): Recorded {
  const key = `${name} ${kernel}`;
  if (!answers.has(key)) answers.set(key, answer(name, kernel));
  return answers.get(key)!;
}

/** A value wanted: what is a RegExp matches a text. */
function wanted(is: unknown): unknown {
  if (is instanceof RegExp) return expect.stringMatching(is);
  return Array.isArray(is) ? is.map(wanted) : is;
}

describe.each(sections)('$title', ({ title, traps }) => {
  test.each(traps)('$trap', (row) => {
    const on = row.on ?? releases.filter((kernel) => recording(row.case, kernel));
    expect(on).not.toEqual([]);
    for (const kernel of on) {
      expect(row.shows(recording(row.case, kernel)!), `the kernel, ${kernel}`).toEqual(
        wanted(row.is),
      );
      expect(row.shows(ours(row.case, kernel)), `ours, ${kernel}`).toEqual(wanted(row.is));
    }
  });

  test('stands in docs/kernel-traps.md', () => {
    expect(doc).toContain(`\n## ${title}\n`);
    const missing = traps.filter((row) => !doc.includes(`| ${row.trap} | \`${row.case}\` |`));
    expect(missing.map((row) => row.trap)).toEqual([]);
  });
});
