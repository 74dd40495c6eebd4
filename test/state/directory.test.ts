/** The state directory: what is written comes back; what is not ours is refused and kept. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readState, StateError, withState, writeState } from '../../src/state/directory.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'nftsim-state-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = () => path.join(dir, 'state.json');

test('nothing, then what was saved', () => {
  expect(readState(dir)).toBeUndefined();
  writeState(dir, { a: 1 });
  expect(readState(dir)).toEqual({ a: 1 });
});

test.each([
  ['not JSON', 'hello'],
  ['somebody else’s', '{"format":"other"}\n{}'],
  ['of another version', '{"format":"nftsim-state","version":99}\n{}'],
])('a file that is %s is refused and kept', (_what, text) => {
  writeFileSync(file(), text);
  expect(() => withState(dir, () => ({ result: 0, save: {} }))).toThrow(StateError);
  expect(readFileSync(file(), 'utf8')).toBe(text);
});

test('a torn file is refused', () => {
  writeState(dir, { a: 'x'.repeat(100) });
  const torn = readFileSync(file(), 'utf8').slice(0, -10);
  writeFileSync(file(), torn);
  expect(() => readState(dir)).toThrow(/broken: its checksum is wrong/);
});

test('work that throws changes nothing and releases the lock', () => {
  writeState(dir, { a: 1 });
  const fail = () => {
    throw new Error('no');
  };
  expect(() => withState(dir, fail)).toThrow('no');
  expect(withState(dir, (saved) => ({ result: saved }))).toEqual({ a: 1 });
});

test('a lock whose holder is gone is taken over', () => {
  writeFileSync(path.join(dir, 'lock'), '4194999');
  expect(withState(dir, () => ({ result: 'ours' }))).toBe('ours');
});
