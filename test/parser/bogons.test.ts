/**
 * Refused texts: message and place are nft's, for every case of fixtures/bogons.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { nft, read, said } from './read.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/bogons');

for (const file of readdirSync(dir)) {
  const cases = readFileSync(path.join(dir, file), 'utf8').split('---\n').slice(1);
  describe(file, () => {
    test.each(cases)('%s', (text) => {
      const lines = text.split('\n');
      const first = lines.findIndex((line) => line.startsWith('= '));
      const expected = lines.filter((line) => line.startsWith('= ')).map((line) => line.slice(2));
      expect(said(read(nft, `${lines.slice(0, first).join('\n')}\n`))).toEqual(expected);
    });
  });
}
