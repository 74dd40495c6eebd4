/** Bytecode of some three thousand rules against a reference implementation's. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { files, outcomes } from './corpus.ts';

const corpus = path.join(import.meta.dirname, '../../../../shared/corpus/nft-tests/py');
const present = fs.existsSync(corpus);
const FLOOR = 0.985;

describe.skipIf(!present)('bytecode (skipped where ../shared is absent)', () => {
  it('is what nft sends', () => {
    const all = files(corpus).flatMap(outcomes);
    const wrong = all.filter((o) => o.error !== undefined || o.expected !== o.got);
    const report = wrong.slice(0, 20).map((o) => `${o.where}${o.error ? `: ${o.error}` : ''}`);
    expect(all.length).toBeGreaterThan(3000);
    expect(1 - wrong.length / all.length, report.join('\n')).toBeGreaterThan(FLOOR);
  });
});
