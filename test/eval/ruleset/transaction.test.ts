/** Batches: all or nothing, handles, and what is told when one is refused. */
import { describe, expect, test } from 'vitest';
import { type Change, evaluate } from '../../../src/eval/index.ts';
import { commandLine } from '../../../src/parser/index.ts';
import { nftParser } from '../../../src/replay/language.ts';
import { complaint, nft } from './nft.ts';

const setup = () => {
  const run = nft();
  run('add table t; add chain t c; add set t s { type ipv4_addr; }');
  return run;
};

describe('a refused batch', () => {
  test('leaves everything as it was', () => {
    const run = setup();
    run('add rule t c accept; add rule t c drop; add element t s { 1.1.1.1 }; add counter t k');
    const before = run.list();
    const batch = [
      'delete rule t c handle 4',
      'insert rule t c ip saddr { 1.1.1.1, 2.2.2.2 } counter',
      'add element t s { 2.2.2.2 }',
      'delete element t s { 1.1.1.1 }',
      'delete counter t k',
      'rename chain t c d',
      'add chain t x { type filter hook input priority 0; }',
      'add table t { flags dormant; }',
      'delete set t nope',
    ];
    expect(run(batch.join('; ')).ok).toBe(false);
    expect(run.list()).toBe(before);
  });

  test('that empties the ruleset leaves its order', () => {
    const run = setup();
    run('add set t b { type mark; }; add set t a { type mark; }; add chain t b; add chain t a');
    const before = run.list();
    expect(run('flush ruleset; add table t; add chain t none; delete set t nope').ok).toBe(false);
    expect(run.list()).toBe(before);
  });

  test('has used up its handles if the kernel refused it', () => {
    const run = setup();
    run('add rule t c jump nowhere');
    run('add rule t c accept');
    expect(run.list()).toContain('accept # handle 4');
  });

  test('has not if nft refused it', () => {
    const run = setup();
    run('add rule t c ip saddr @nowhere');
    run('add rule t c accept');
    expect(run.list()).toContain('accept # handle 3');
  });

  test('tells of every command that the kernel refused', () => {
    const { err } = setup()('delete set t x; add rule t c goto y; create table t');
    expect(err.match(/Could not process rule|did you mean/g)).toHaveLength(3);
  });

  test('tells nobody', () => {
    const run = setup();
    const heard: Change[] = [];
    Object.assign(run.target, { listener: { commit: (c: Change[]) => heard.push(...c) } });
    run('add rule t c accept; delete set t x');
    expect(heard).toEqual([]);
    run('add rule t c accept; flush chain t c');
    expect(heard.map((c) => `${c.change} ${c.what}`)).toEqual(['new rule', 'del rule']);
  });
});

describe('handles', () => {
  test('count chains, objects, sets, flowtables and rules of a table together', () => {
    const run = nft();
    run(`add table inet t {
      chain c { ip saddr { 1.1.1.1, 2.2.2.2 } accept; }
      set s { type ipv4_addr; }
      counter k { }
      flowtable f { hook ingress priority 0; devices = { eth0 }; }
    }`);
    const handles = [...run.list().matchAll(/(\w+) \{? ?# handle (\d+)/g)].map((m) => m.slice(1));
    expect(handles).toEqual([
      ['t', '1'],
      ['k', '2'],
      ['s', '3'],
      ['f', '4'],
      ['c', '1'],
      ['accept', '6'],
    ]);
  });

  test('of rules: position, index, replace, delete', () => {
    const run = setup();
    run('add rule t c counter; add rule t c accept');
    run('insert rule t c position 4 drop');
    run('add rule t c index 0 return');
    run('replace rule t c handle 3 continue');
    const rules = [...run.list().matchAll(/\t\t(\w+).* # handle (\d+)/g)].map((m) => m.slice(1));
    expect(rules).toEqual([
      ['continue', '3'],
      ['return', '6'],
      ['drop', '5'],
      ['accept', '4'],
    ]);
    expect(run('delete rule t c handle 5').ok).toBe(true);
    expect(complaint(run('delete rule t c handle 5'))).toBe(
      'Could not process rule: No such file or directory',
    );
    expect(run('destroy rule t c handle 5').ok).toBe(true);
  });

  test('name tables, chains and sets', () => {
    const run = setup();
    expect(run('delete set t handle 2').ok).toBe(true);
    expect(run('delete chain t handle 1').ok).toBe(true);
    expect(run('delete table handle 1').ok).toBe(true);
    expect(run('list ruleset').out).toBe('');
  });
});

test('sets without a name get the lowest number that is free', () => {
  const run = setup();
  const rule = (port: number) => `add rule t c tcp dport { ${port}, 99 }`;
  const names = () => [...run.target.ruleset.tables.values()].flatMap((t) => [...t.sets.keys()]);
  run([1, 2, 3].map(rule).join('; '));
  expect(names()).toEqual(['s', '__set0', '__set1', '__set2']);
  const [first, second] = [...run.list().matchAll(/handle (\d+)$/gm)].map((m) => m[1]).slice(-3);
  run(`${rule(4)}; delete rule t c handle ${second}; ${rule(5)}; ${rule(6)}`);
  expect(names()).toEqual(['s', '__set0', '__set2', '__set3', '__set1', '__set4']);
  run(`delete rule t c handle ${first}; ${rule(7)}`);
  expect(names().at(-1)).toBe('__set0');
});

describe('sets that are said once more', () => {
  const again = (spec: string, kernel?: string) => {
    const run = nft(kernel);
    run(
      'add table t; add set t s { type mark; flags timeout; size 9; timeout 7m; gc-interval 7s; }',
    );
    return { run, answer: run(`add set t s { type mark; flags timeout; ${spec} }`) };
  };

  test('lose times that are not said', () => {
    expect(again('').run.list()).not.toMatch(/timeout 7m|gc-interval/);
    expect(again('gc-interval 9s;').run.list()).toMatch(/flags timeout\n\t\tgc-interval 9s/);
  });

  test('keep their size, also where another is said before Linux 6.12', () => {
    expect(again('').run.list()).toContain('size 9');
    expect(again('size 4;').run.list()).toContain('size 4');
    expect(again('size 4;', '6.1').run.list()).toContain('size 9');
  });

  test('are as before for elements of the same batch', () => {
    const { run } = again('size 2; }; add element t s { 1, 2, 3');
    expect(run.list()).toContain('elements = { 0x00000001 timeout 7m expires 7m,');
    expect(run('add element t s { 4 }').err).toContain('Too many open files in system');
  });
});

describe('tables', () => {
  test('sleep and wake', () => {
    const run = setup();
    run('add table t { flags dormant; }');
    expect(run('list ruleset').out).toContain('flags dormant');
    run('add table t');
    expect(run('list ruleset').out).not.toContain('dormant');
  });

  test('with an owner go with the program', () => {
    const run = nft();
    run('add table a { flags owner; }; add table b { flags owner,persist; }; add table c');
    expect(run('list tables').out).toBe('table ip b\ntable ip c\n');
    expect(run('list table b').out).toContain('flags persist');
  });

  test('say which program has them while it lives', () => {
    const run = nft();
    const target = { ...run.target, owner: 1 };
    const { ruleset } = nftParser().parse(
      commandLine('add table a { flags owner; }; list table a\n'),
    );
    expect(evaluate(ruleset.commands, target).output).toContain('table ip a { # progname nft\n');
  });

  test('are emptied and flushed', () => {
    const run = setup();
    run('add rule t c ip saddr @s accept; add table inet u');
    expect(run('flush table t').ok).toBe(true);
    expect(run('list chain t c').out).not.toContain('accept');
    run('flush ruleset ip');
    expect(run('list tables').out).toBe('table inet u\n');
  });
});
