/** Recorded kernels: every case of fixtures/kernel, replayed as each release. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compare } from './compare.ts';
import open from './open.json' with { type: 'json' };
import { answer, recording, releases, root } from './recorded.ts';

describe.each(readdirSync(root))('%s', (area) => {
  const names = readdirSync(path.join(root, area))
    .filter((f) => f.endsWith('.case.json'))
    .map((f) => `${area}/${f.slice(0, -'.case.json'.length)}`);
  const recorded = releases.filter((kernel) => names.some((name) => recording(name, kernel)));
  describe.each(recorded)('Linux %s', (kernel) => {
    test.each(names.filter((name) => recording(name, kernel)))('%s', (name) => {
      const differences = compare(
        answer(name, kernel),
        recording(name, kernel)!,
        !kernel.startsWith('6.12'),
      );
      const known = (open as Record<string, string>)[`${name} ${kernel}`];
      // A case that is known to differ must still differ: else it is to be taken off the list.
      if (known) expect(differences).not.toEqual([]);
      else expect(differences).toEqual([]);
    });
  });
});
