/** nft and conntrack on the state: what is kept of a command line, and what is not. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { tool } from '../../src/cli/tool.ts';
import type { Journal } from '../../src/replay/journal.ts';
import { readState } from '../../src/state/directory.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-tool-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a command line; what it prints. */
function nft(...argv: string[]): string {
  let said = '';
  const say = (text: string) => {
    said += text;
  };
  const files = { read: () => ({ error: 'No such file or directory' }), glob: () => [] };
  const io: Io = { out: say, err: say, stdin: () => '', files, env: {} };
  tool('nft', argv, { state: dir } as never, io);
  return said;
}

const kept = () => (readState(dir) as Journal).entries.map((e) => 'argv' in e && e.argv.join(' '));

test('lists, refusals and repetitions are not kept', () => {
  nft('add table ip t');
  nft('add chain ip t c');
  nft('list ruleset');
  nft('describe tcp dport');
  nft('add rule ip t c nonsense');
  nft('list chain ip t none');
  nft('add table ip t');
  expect(kept()).toEqual(['add table ip t', 'add chain ip t c']);
});

test('handles that a check used up are kept', () => {
  nft('add table ip t');
  nft('add chain ip t c');
  nft('-c', 'add rule ip t c accept');
  nft('add rule ip t c drop');
  expect(nft('-a', 'list chain ip t c')).toContain('drop # handle 3');
  expect(kept()).toContain('-c add rule ip t c accept');
});

test('a reset is kept', () => {
  nft('add table ip t');
  nft('add counter ip t c { packets 3 bytes 100; }');
  nft('reset counters');
  expect(nft('list counters')).toContain('packets 0 bytes 0');
});

test('a device that a refused rule named keeps its index', () => {
  nft('add table ip t { chain c { }; }');
  nft('add rule ip t c iif eth7 meta mark set nonsense');
  nft('add rule ip t c iif eth8');
  expect(nft('list chain ip t c')).toContain('iif "eth8"');
});
