/**
 * Rulesets and what nft 1.1.3 makes of them: every case of fixtures/nft is a text and, after `===`, its
 * listing (`*.list`) or the messages with which it is refused (`*.refused`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Router } from '../../src/replay/router.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/nft');
const env = { link: [{ ifname: 'eth0' }, { ifname: 'eth1' }] };

for (const file of readdirSync(dir)) {
  const cases = readFileSync(path.join(dir, file), 'utf8').split('---\n').slice(1);
  describe(file, () => {
    test.each(cases.map((text) => text.split('===\n')))('%s', (text, expected) => {
      const router = new Router({ env });
      const { ok, errors } = router.load({ kind: 'text', name: 'F', text: text! });
      expect(ok).toBe(file.endsWith('.list'));
      expect(ok ? router.listText() : errors).toBe(expected);
    });
  });
}
