/**
 * Starting the built program: with what V8 kept of it, without, and where nothing may be kept.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const SLOW = 120_000;
let dir = '';

const kept = (): string[] => readdirSync(dir).filter((name) => /\.js\.[0-9a-f]+$/.test(name));

function start(): { status: number | null; text: string } {
  const command = [path.join(dir, 'nftsim.js'), 'check', path.join(dir, 'ruleset.nft')];
  const { status, stdout, stderr } = spawnSync('node', command, { encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-start-'));
  spawnSync('node', ['build.mjs', dir], { cwd: root });
  writeFileSync(
    path.join(dir, 'ruleset.nft'),
    'table ip t { chain c { tcp dport 22 accept; }\n}\n',
  );
}, SLOW);

afterAll(() => rmSync(dir, { recursive: true }));

test(
  'the second start is as the first',
  () => {
    expect(kept()).toEqual([]);
    const first = start();
    expect(first).toMatchObject({ status: 0, text: expect.stringContaining('ruleset.nft: ok') });
    const files = kept();
    expect(files.length).toBeGreaterThan(1);
    expect(start()).toEqual(first);
    expect(kept()).toEqual(files);
  },
  SLOW,
);

test.each([
  ['nothing', ''],
  ['something else', 'no code of V8'.repeat(10_000)],
])(
  'what was kept is %s',
  (_, text) => {
    const files = kept();
    for (const file of files) writeFileSync(path.join(dir, file), text);
    expect(start()).toMatchObject({ status: 0, text: expect.stringContaining('ok') });
    expect(kept()).toEqual(files);
  },
  SLOW,
);
