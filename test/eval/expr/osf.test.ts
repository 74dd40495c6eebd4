/** Where `osf` may stand, by release. */
import { describe, expect, it } from 'vitest';
import { Router } from '../../../src/replay/router.ts';

const rules = (family: string) =>
  `table ${family} t {\n chain c { type filter hook input priority 0; osf name "Linux"; }\n}\n`;

function takes(family: string, kernel: string): boolean {
  const router = new Router({ env: { link: [], kernel } });
  return router.load({ kind: 'text', name: 'rules', text: rules(family) }).ok;
}

describe('osf', () => {
  it.each([
    ['ip', '5.10', true],
    ['ip6', '5.10', true],
    ['bridge', '5.10', false],
    ['ip', '6.1', true],
    ['inet', '6.12', true],
    ['ip6', '6.1', false],
    ['ip6', '6.12', false],
    ['bridge', '6.12', false],
  ])('in %s on Linux %s: %s', (family, kernel, taken) => {
    expect(takes(family, kernel)).toBe(taken);
  });
});
