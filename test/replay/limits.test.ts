/** What of a ruleset is listed and not done is told. */
import { expect, it } from 'vitest';
import { limits } from '../../src/replay/limits.ts';
import { Router } from '../../src/replay/router.ts';

function notes(text: string): string[] {
  const router = new Router();
  const result = router.load({ kind: 'text', name: 'r.nft', text });
  expect(result.errors).toBe('');
  return limits(router);
}

it('names rules whose words no packet can be held against', () => {
  const chain = 'type filter hook input priority 0\nosf name "Linux" counter\ncounter';
  expect(notes(`table ip t { chain c { ${chain}\n}\n}`)).toEqual([
    'ip t c handle 2: osf: not supported, the rule never matches',
  ]);
});

it('names helpers that do not read, and none that do', () => {
  const objects =
    'ct helper s { type "sip" protocol udp; }\nct helper f { type "ftp" protocol tcp; }';
  expect(notes(`table inet t { ${objects}\n}`)).toEqual([
    'ct helper inet t s: sip is not read: its connections carry the name and expect no others',
  ]);
});

it('is silent about everything else', () => {
  expect(notes('table ip t { chain c {\nip saddr 1.2.3.4 counter accept\n}\n}')).toEqual([]);
});
