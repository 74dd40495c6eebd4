/** Flowtables: devices, updates, offload, who keeps them. */
import { expect, test } from 'vitest';
import { complaint, nft } from './nft.ts';

const table = (kernel?: string) => {
  const run = nft(kernel);
  run('add table t; add chain t c { type filter hook forward priority 0; }');
  return run;
};

const flowtable = (devices: string, more = ''): string =>
  `add flowtable t f { hook ingress priority 0; devices = { ${devices} }; ${more} }`;

test('lists devices by name', () => {
  const run = table();
  expect(run(flowtable('eth1, eth0', 'counter;')).ok).toBe(true);
  expect(run('list flowtables').out).toBe(
    'table ip t {\n\tflowtable f {\n\t\thook ingress priority filter\n' +
      '\t\tdevices = { eth0, eth1 }\n\t\tcounter\n\t}\n}\n',
  );
});

test('a kernel that cannot count passes `counter` over', () => {
  const run = table('5.2');
  expect(run(flowtable('eth0', 'counter;')).ok).toBe(true);
  expect(run('list flowtables').out).not.toContain('counter');
});

test('a device is in one flowtable of a table', () => {
  const run = table();
  run(flowtable('eth0'));
  const other = 'add flowtable t g { hook ingress priority 5; devices = { eth0 }; }';
  expect(complaint(run(other))).toBe('Could not process rule: File exists');
  expect(
    run('add table u; add flowtable u g { hook ingress priority 5; devices = { eth0 }; }').ok,
  ).toBe(true);
});

test('missing devices and devices without offload are refused', () => {
  const run = table();
  expect(run(flowtable('nope')).err).toContain('No such file or directory');
  expect(run(flowtable('eth1', 'flags offload;')).err).toContain('Operation not supported');
  expect(run(flowtable('eth0', 'flags offload;')).ok).toBe(true);
});

test('an update adds devices and says anew whether it counts', () => {
  const run = table();
  run(flowtable('eth0', 'counter;'));
  expect(run('add flowtable t f { hook ingress priority 5; devices = { eth1 }; }').ok).toBe(false);
  expect(run(flowtable('eth1')).ok).toBe(true);
  const { out } = run('list flowtables');
  expect(out).toContain('devices = { eth0, eth1 }');
  expect(out).not.toContain('counter');
  run('delete flowtable t f { hook ingress priority 0; devices = { eth0 }; }');
  expect(run('list flowtables').out).toContain('devices = { eth1 }');
});

test('what an update says nothing of stays, but for old nft, which says priority 0', () => {
  const made = 'add flowtable t f { hook ingress priority 5; devices = { eth0 }; }';
  const update = 'add flowtable t f { devices = { eth1 }; }';
  for (const [kernel, ok] of [
    ['6.12', true],
    ['6.1', false],
  ] as const) {
    const run = table(kernel);
    run(made);
    expect(run(update).ok).toBe(ok);
    expect(run('add flowtable t g { devices = { lo }; }').ok).toBe(!ok);
  }
});

test('rules keep it, and only in forward', () => {
  const run = table();
  run(flowtable('eth0'));
  expect(run('add rule t c flow add @f').ok).toBe(true);
  expect(run('delete flowtable t f').ok).toBe(false);
  run('add chain t i { type filter hook input priority 0; }');
  expect(run('add rule t i flow add @f').ok).toBe(false);
  expect(run('flush chain t c; delete flowtable t f').ok).toBe(true);
});
