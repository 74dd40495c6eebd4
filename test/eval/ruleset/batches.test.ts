/**
 * Batches one after the other, and what nft 1.1.3 made of them: in fixtures/batches a case is files
 * for `nft -f`, each with nft's messages, its exit status and `nft -a list ruleset` after `>>>`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runNft } from '../../../src/cli/nft.ts';
import { filesOf, hearing } from '../../cli/io.ts';
import { nft } from './nft.ts';

/** Options beside `-f`. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = { 'echo.txt': ['-e', '-a'] };

const dir = path.resolve(import.meta.dirname, '../../../fixtures/batches');

for (const file of readdirSync(dir)) {
  const cases = readFileSync(path.join(dir, file), 'utf8').split('---\n');
  describe(file, () => {
    test.each(cases.map((text) => text.split('===\n')))('%s', (...steps) => {
      const { target } = nft();
      for (const [batch, expected] of steps.map((step) => step.split('>>>\n'))) {
        const io = hearing({ files: filesOf({ F: batch! }) });
        const options = OPTIONS[file] ?? [];
        io.out(`rc ${runNft([...options, '-f', 'F'], io, target)}\n`);
        runNft(['-a', 'list', 'ruleset'], io, target);
        expect(io.heard.both).toBe(expected);
      }
    });
  });
}
