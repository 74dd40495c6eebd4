/** nft and conntrack on the state: what is kept of a command line, and what is not. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tool } from '../../src/cli/tool.ts';
import type { Journal } from '../../src/replay/journal.ts';
import { readState } from '../../src/state/directory.ts';
import { hearing } from './io.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-tool-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a command line; what it prints. */
async function nft(...argv: string[]): Promise<string> {
  const io = hearing();
  await tool('nft', argv, { state: dir }, io);
  return io.heard.both;
}

const kept = () =>
  (readState(dir) as Journal).entries.map((e) => ('argv' in e ? e.argv.join(' ') : e.did));

test('lists, refusals and repetitions are not kept', async () => {
  await nft('add table ip t');
  await nft('add chain ip t c');
  await nft('list ruleset');
  await nft('describe tcp dport');
  await nft('add rule ip t c nonsense');
  await nft('list chain ip t none');
  await nft('add table ip t');
  expect(kept()).toEqual(['add table ip t', 'add chain ip t c']);
});

test('handles that a check used up are kept', async () => {
  await nft('add table ip t');
  await nft('add chain ip t c');
  await nft('-c', 'add rule ip t c accept');
  await nft('add rule ip t c drop');
  expect(await nft('-a', 'list chain ip t c')).toContain('drop # handle 3');
  expect(kept()).toEqual(['add table ip t', 'add chain ip t c', 'count', 'add rule ip t c drop']);
});

test('of a check alone in a new state only its numbers are kept', async () => {
  await nft('-c', 'add table ip t { chain c { }; }');
  expect(kept()).toEqual(['count']);
  await nft('add table ip u');
  expect(await nft('-a', 'list table ip u')).toContain('table ip u { # handle 2');
});

test('a reset is kept', async () => {
  await nft('add table ip t');
  await nft('add counter ip t c { packets 3 bytes 100; }');
  await nft('reset counters');
  expect(await nft('list counters')).toContain('packets 0 bytes 0');
});

test('a device that a refused rule named keeps its index', async () => {
  await nft('add table ip t { chain c { }; }');
  await nft('add rule ip t c iif eth7 meta mark set nonsense');
  await nft('add rule ip t c iif eth8');
  expect(await nft('list chain ip t c')).toContain('iif "eth8"');
});
