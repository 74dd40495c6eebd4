/**
 * Whole rulesets against nft itself: `NFT=nft113 npx vitest run test/eval/lower/live`.
 *
 * NFT names an nft 1.1.3 that needs no rights. Rulesets are the corpus's, in ../shared.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { requests } from './language.ts';

const corpus = path.join(import.meta.dirname, '../../../../shared/corpus/rulesets');
const { NFT } = process.env;
const present = NFT !== undefined && fs.existsSync(corpus);
const FLOOR = 0.997;

function sentBy(nft: string, ruleset: string): string {
  const argv = ['--debug=netlink', '-c', '-f', '-'];
  return spawnSync(nft, argv, { input: ruleset, encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
}

describe.skipIf(!present)('rulesets (skipped without NFT and ../shared)', () => {
  it('send what nft sends', { timeout: 600_000 }, () => {
    const names = fs.readdirSync(corpus).filter((name) => name.endsWith('.case.json'));
    const wrong: string[] = [];
    for (const name of names) {
      const { ruleset } = JSON.parse(fs.readFileSync(path.join(corpus, name), 'utf8'));
      if (requests(ruleset) !== sentBy(NFT!, ruleset)) wrong.push(name);
    }
    expect(1 - wrong.length / names.length, wrong.join('\n')).toBeGreaterThan(FLOOR);
  });
});
