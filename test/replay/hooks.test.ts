/**
 * `list hooks`, against what nft 1.1.3 printed on Linux 6.12.117 (fixtures/hooks), whose AppArmor hooks
 * are left out: no ruleset brings them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Router } from '../../src/replay/router.ts';

const root = path.resolve(import.meta.dirname, '../../fixtures/hooks');
const fixture = (name: string) => readFileSync(path.join(root, name), 'utf8');
const names = readdirSync(root).filter((f) => f.endsWith('.nft'));

/** In the order of their indices: what is on others came later. */
const LINKS = ['eth0', 'eth1', 'eth0.10', 'br0', 'eth2'].map((ifname) => ({
  ifname,
  ...(ifname === 'br0' && { linkinfo: { info_kind: 'bridge' } }),
  ...(ifname === 'eth0.10' && {
    link: 'eth0',
    linkinfo: { info_kind: 'vlan', info_data: { id: 10 } },
  }),
}));

function machine(ruleset: string, kernel?: string): Router {
  const router = new Router({ env: { link: LINKS }, ...(kernel && { kernel }) });
  const result = router.apply({ kind: 'text', name: 'ruleset', text: fixture(ruleset) });
  expect(result.errors).toBe('');
  return router;
}

function run(router: Router, text: string): { errors: string; output: string } {
  const { errors, output = '' } = router.apply({ kind: 'text', name: '<cmdline>', text });
  return { errors, output };
}

test.each(names)('%s', (name) => {
  const { output } = run(machine(name), 'list hooks\n');
  expect(output).toBe(fixture(name.replace(/nft$/, 'txt')));
});

describe('of one family or device', () => {
  const router = machine('every-family.nft');

  test('inet is IPv4 and IPv6', () => {
    const { output } = run(router, 'list hooks inet\n');
    expect(output).toBe(run(router, 'list hooks ip\nlist hooks ip6\n').output);
    expect(output).toMatch(/^family ip \{[\s\S]*\nfamily ip6 \{[\s\S]*nf_nat_ipv6_local_in/);
  });

  test('a device of another family than netdev is named and does not choose', () => {
    const { output } = run(router, 'list hooks arp device eth1\n');
    expect(output).toBe(
      '# device keyword (eth1) unexpected for this family\nfamily arp {\n\thook input device eth1 {\n\t\t 0000000000 chain arp a i [nf_tables]\n\t}\n}\n',
    );
  });

  test('a device that is not there', () => {
    expect(run(router, 'list hooks netdev device nix\n').errors).toBe(
      'Error: Could not process rule: No such device\nlist hooks netdev device nix\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n',
    );
    expect(run(router, 'list hooks arp device nix\n').errors).toBe('');
  });
});

test('a chain that goes takes what it needed along', () => {
  const router = machine('every-family.nft');
  expect(run(router, 'flush ruleset\n').errors).toBe('');
  expect(run(router, 'list hooks\n').output).toBe('');
});

test('older kernels name other functions, or cannot tell', () => {
  const old = run(machine('every-family.nft', '6.1'), 'list hooks ip6\n').output;
  expect(old).toMatch(/hook input \{[^}]*nf_nat_ipv6_fn \[nf_nat\]\n\t\t\+2147483646 ipv6_confirm/);
  expect(run(machine('bridge.nft', '5.10'), 'list hooks\n').output).toBe('');
});
