/**
 * Holds the scores of ../shared/score against the floors of score.json; exits 1 where one fell.
 *   node test/score.mjs [--raise]      --raise writes what was reached where it is more
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const floorsFile = new URL('score.json', import.meta.url);
const floors = JSON.parse(readFileSync(floorsFile, 'utf8'));
const dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-score-'));
const out = path.join(dir, 'score.json');
const run = spawnSync(process.execPath, ['../shared/score/score.mjs', '--json', out], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (run.status !== 0) process.exit(1);
const { rows, failed } = JSON.parse(readFileSync(out, 'utf8'));
rmSync(dir, { recursive: true });

let fell = 0;
for (const { part, pass, cases } of rows) {
  const reached = pass / cases;
  const floor = floors[part] ?? 0;
  if (pass < floor) {
    fell++;
    console.log(`${part}: ${pass} of ${cases} is below the floor of ${floor}`);
  }
  if (process.argv.includes('--raise') && reached > 0) floors[part] = Math.max(floor, pass);
}
if (fell) for (const [where, why] of failed.slice(0, 40)) console.log(`  ${where}: ${why[0]}`);
if (process.argv.includes('--raise')) {
  writeFileSync(floorsFile, `${JSON.stringify(floors, null, 2)}\n`);
}
process.exit(fell ? 1 : 0);
