/** Random batches: nothing throws, and a refused one leaves no trace. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nft } from './nft.ts';

const name = fc.constantFrom('a', 'b', 'c');
const table = fc.constantFrom('t', 'inet u', 'netdev n');
const address = fc.constantFrom('1.1.1.1', '1.1.1.0/24', '1.1.1.0-1.1.1.9', '2.0.0.0/8', '*');
const number = fc.integer({ min: 1, max: 12 });
const rule = fc.oneof(
  fc.constantFrom('accept', 'counter', 'masquerade', 'ip saddr { 1.1.1.1, 2.2.2.0/24 } drop'),
  name.map((n) => `jump ${n}`),
  name.map((n) => `ip saddr @${n} counter`),
  name.map((n) => `ip saddr vmap @${n}`),
  name.map((n) => `add @${n} { ip saddr }`),
  name.map((n) => `flow add @${n}`),
  name.map((n) => `counter name "${n}"`),
  fc.constant('jump { accept; }'),
);

const of = (...parts: (string | fc.Arbitrary<unknown>)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((p) => (typeof p === 'string' ? fc.constant(p) : p)))
    .map((words) => words.join(' '));

const setSpec = fc.constantFrom(
  '{ type ipv4_addr; }',
  '{ type ipv4_addr; flags interval; }',
  '{ type ipv4_addr; flags interval; auto-merge; }',
  '{ type ipv4_addr; timeout 1m; size 2; counter; }',
);
const chainSpec = fc.constantFrom(
  '',
  '{ type filter hook input priority 0; }',
  '{ type filter hook ingress device eth0 priority 0; }',
  '{ type nat hook postrouting priority srcnat; policy drop; }',
);
const verb = fc.constantFrom('add', 'create', 'delete', 'destroy');

const command = fc.oneof(
  of(verb, 'table', table),
  of('add table', table, fc.constantFrom('{ flags dormant; }', '{ comment "x"; }')),
  of('add chain', table, name, chainSpec),
  of(fc.constantFrom('delete', 'flush'), 'chain', table, name),
  of('rename chain', table, name, name),
  of(fc.constantFrom('add', 'insert'), 'rule', table, name, rule),
  of('insert rule', table, name, 'index', number, rule),
  of('replace rule', table, name, 'handle', number, rule),
  of(fc.constantFrom('delete', 'destroy'), 'rule', table, name, 'handle', number),
  of(fc.constantFrom('add', 'create'), 'set', table, name, setSpec),
  of('add map', table, name, '{ type ipv4_addr : verdict; flags interval; }'),
  of(verb, 'element', table, name, '{', address, '}'),
  of('add element', table, name, '{', address, ': jump', name, '}'),
  of(fc.constantFrom('delete', 'flush'), 'set', table, name),
  of(verb, 'counter', table, name),
  of('add flowtable', table, name, '{ hook ingress priority 0; devices = { eth0, eth1 }; }'),
  of('delete flowtable', table, name),
  of('flush table', table),
  of('list table', table),
);

test('all or nothing', () => {
  const batch = fc.array(command, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 25 }), (batches) => {
      const run = nft();
      run('add table t; add table inet u; add table netdev n; add chain t a; add chain inet u b');
      for (const commands of batches) {
        const before = run.list();
        const { ok, err } = run(commands.join('; '));
        expect(ok).toBe(err === '');
        if (!ok) expect(run.list()).toBe(before);
      }
      expect(run('flush ruleset').err).toBe('');
      expect(run.list()).toBe('');
    }),
    { numRuns: 150 },
  );
});
