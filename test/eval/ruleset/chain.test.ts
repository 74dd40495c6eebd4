/** Chains: where they may stand, what changes them, what keeps them. */
import { describe, expect, test } from 'vitest';
import { complaint, nft } from './nft.ts';

const table = (family = 'ip') => {
  const run = nft();
  run(`add table ${family} t`);
  return run;
};

describe('base chains', () => {
  test.each([
    ['ip', 'filter', 'forward', 'filter', undefined],
    ['ip', 'nat', 'forward', '0', 'Chain of type "nat" is not supported, perhaps'],
    ['ip', 'nat', 'prerouting', '-200', 'Chains of type "nat" must have a priority value above'],
    ['ip', 'route', 'input', '0', 'Chain of type "route" is not supported'],
    ['ip', 'filter', 'ingress', '0', 'The ip family does not support this hook'],
    ['arp', 'filter', 'forward', '0', 'Chain of type "filter" is not supported'],
    ['arp', 'filter', 'prerouting', '0', 'The arp family does not support this hook'],
    ['bridge', 'filter', 'prerouting', 'dstnat', undefined],
    ['ip', 'filter', 'input', 'dstnat', 'invalid priority expression value in this context.'],
    ['ip', 'filter', 'forwadr', '0', 'unknown chain hook'],
  ])('%s %s %s %s', (family, type, hook, priority, error) => {
    const run = table(family);
    const answer = run(
      `add chain ${family} t c { type ${type} hook ${hook} priority ${priority}; }`,
    );
    if (error === undefined) expect(answer).toMatchObject({ ok: true, err: '' });
    else expect(complaint(answer)).toContain(error);
  });

  test.each([
    ['5.10', 'Chain of type "filter" is not supported, perhaps kernel support is missing?'],
    ['6.1', undefined],
  ])('at egress, of Linux %s', (kernel, error) => {
    const answer = nft(kernel)(
      'add table netdev t { chain c { type filter hook egress device eth0 priority 0; }; }',
    );
    expect(answer.ok ? undefined : complaint(answer)).toBe(error);
  });

  test.each([
    ['4.16', 'nat hook output', 'Could not process rule: No such file or directory'],
    ['5.2', 'nat hook output', undefined],
    ['4.16', 'route hook output', 'Could not process rule: No such file or directory'],
    ['5.2', 'filter hook ingress device eth0', 'Chain of type "filter" is not supported'],
    ['5.10', 'filter hook ingress device eth0', undefined],
  ])('of both families, of Linux %s: %s', (kernel, hook, error) => {
    const answer = nft(kernel)(`add table inet t { chain c { type ${hook} priority 0; }; }`);
    if (error === undefined) expect(answer).toMatchObject({ ok: true, err: '' });
    else expect(complaint(answer)).toContain(error);
  });

  test.each([
    'add table t { chain c { last; }; }',
    'add table t { set s { type mark; last; }; }',
    'add table t { set s { type mark; flags dynamic; }; chain c { add @s { mark last }; }; }',
  ])('Linux 5.10 knows no `last`: %s', (text) => {
    expect(complaint(nft('5.10')(text))).toContain('No such file or directory');
    expect(nft('6.1')(text)).toMatchObject({ ok: true, err: '' });
  });

  test('priorities list by the nearest name', () => {
    const run = table();
    run('add chain t a { type filter hook input priority -153; }');
    run('add chain t b { type filter hook input priority 17; }');
    run('add chain t c { type nat hook output priority dstnat + 1; }');
    const out = run('list ruleset').out;
    expect(out).toContain('hook input priority mangle - 3;');
    expect(out).toContain('hook input priority 17;');
    expect(out).toContain('hook output priority dstnat + 1;');
  });

  test('the policy may change, the hook may not', () => {
    const run = table();
    run('add chain t c { type filter hook input priority 0; }');
    expect(run('add chain t c { policy drop; }').ok).toBe(true);
    expect(run('list ruleset').out).toContain('policy drop;');
    expect(complaint(run('add chain t c { type filter hook output priority 0; }'))).toBe(
      'Chain "c" already exists in table ip \'t\' with different declaration',
    );
    expect(complaint(run('create chain t c'))).toBe('Could not process rule: File exists');
    run('add chain t d');
    expect(complaint(run('add chain t d { policy drop; }'))).toBe(
      'Could not process rule: Operation not supported',
    );
  });

  test('chains at devices come to more and leave some', () => {
    const run = table('netdev');
    run('add chain netdev t c { type filter hook ingress devices = { eth1, eth0 } priority 0; }');
    run('add chain netdev t c { devices = { lo }; }');
    run('delete chain netdev t c { devices = { eth1 }; }');
    expect(run('list ruleset').out).toContain('devices = { eth0, lo } priority filter;');
    expect(
      run('add chain netdev t d { type filter hook ingress device nope priority 0; }').ok,
    ).toBe(false);
  });

  test('before 6.4 devices of a chain stay', () => {
    const run = nft('6.1');
    run('add table netdev t');
    run('add chain netdev t c { type filter hook ingress devices = { eth0 } priority 0; }');
    const more = 'add chain netdev t c { type filter hook ingress devices = { lo } priority 0; }';
    expect(run(more).ok).toBe(false);
  });
});

describe('jumps', () => {
  test('keep a chain, and not to a base chain', () => {
    const run = table();
    run('add chain t a; add chain t b { type filter hook input priority 0; }');
    run('add rule t b jump a');
    expect(complaint(run('delete chain t a'))).toBe(
      'Could not process rule: Device or resource busy',
    );
    expect(complaint(run('add rule t a jump b'))).toBe(
      'Could not process rule: Operation not supported',
    );
    expect(run('flush chain t b; delete chain t a').ok).toBe(true);
  });

  test('may not go in circles once a base chain reaches them', () => {
    const run = table();
    run('add chain t b { type filter hook input priority 0; }; add chain t a; add chain t c');
    expect(run('add rule t a jump c; add rule t c jump a').ok).toBe(true);
    const answer = run('add rule t b accept; add rule t b jump a');
    expect(answer.ok).toBe(false);
    expect(answer.err).toContain('Could not process rule: Too many links');
    expect(run('list chain t b').out).not.toContain('accept\n');
  });

  test('go fifteen deep', () => {
    const run = table();
    run('add chain t b { type filter hook input priority 0; }');
    for (let i = 0; i <= 16; i++) run(`add chain t c${i}`);
    for (let i = 0; i < 16; i++) run(`add rule t c${i} jump c${i + 1}`);
    expect(run('add rule t b jump c2').ok).toBe(true);
    expect(run('add rule t b jump c1').ok).toBe(false);
  });

  test('of elements count as well', () => {
    const run = table();
    run('add chain t b { type filter hook input priority 0; }; add chain t a');
    run('add map t m { type ipv4_addr : verdict; }; add rule t b ip saddr vmap @m');
    run('add rule t a ip saddr vmap @m');
    expect(complaint(run('add element t m { 1.2.3.4 : jump a }'))).toBe(
      'Could not process rule: Too many links',
    );
    run('flush chain t a');
    run('add element t m { 1.2.3.4 : jump a }');
    expect(run('delete chain t a').ok).toBe(false);
    run('delete element t m { 1.2.3.4 }');
    expect(run('delete chain t a').ok).toBe(true);
  });

  test('follow a chain to its new name', () => {
    const run = table();
    run('add chain t a; add chain t b; add rule t b goto a');
    expect(run('rename chain t a z').ok).toBe(true);
    expect(run('list chain t b').out).toContain('goto z');
    expect(complaint(run('rename chain t b z'))).toBe('Could not process rule: File exists');
  });

  test('come by its old name in the same batch, also in maps of rules', () => {
    const run = table();
    run('add chain t a; add chain t b');
    const batch =
      'rename chain t a z; add rule t a accept; add rule t b meta mark vmap { 1 : jump a }';
    expect(run(batch).ok).toBe(true);
    expect(run('list chain t z').out).toContain('accept');
    expect(run('list chain t b').out).toContain('vmap { 0x00000001 : jump z }');
    run('rename chain t z y');
    expect(run('list chain t b').out).toContain('vmap { 0x00000001 : jump y }');
    expect(complaint(run('rename chain t y x; rename chain t b x'))).toBe(
      'Could not process rule: File exists',
    );
  });

  test('may take a chain in braces', () => {
    const run = table();
    expect(run('add chain t c').ok && run('add rule t c jump { accept; }').ok).toBe(true);
    expect(run('list chain t c').out).toContain('\t\tjump {\n\t\t\taccept\n\t\t}\n');
    run('flush chain t c');
    expect(run.target.ruleset.tables.get('ip t')!.chains.size).toBe(1);
  });
});
