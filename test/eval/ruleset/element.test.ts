/** Elements: intervals, merging, cutting, ranges of concatenations, times, limits. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { complaint, nft } from './nft.ts';

const withSet = (spec: string, kind = 'set') => {
  const run = nft();
  run('add table t; add chain t c; add counter t k');
  const answer = run(`add ${kind} t s { ${spec}; }`);
  expect(answer.err).toBe('');
  return run;
};

const elements = (run: ReturnType<typeof nft>): string =>
  /elements = \{ ([^}]*) \}/.exec(run('list ruleset').out)?.[1]?.replace(/\s+/g, ' ') ?? '';

describe('intervals', () => {
  test('may not overlap', () => {
    const run = withSet('type ipv4_addr; flags interval');
    expect(complaint(run('add element t s { 1.2.3.0/24, 1.2.3.4 }'))).toBe(
      'conflicting intervals specified',
    );
    expect(run('add element t s { 1.2.3.0/24, 5.0.0.1-5.0.0.9 }').ok).toBe(true);
    expect(run('add element t s { 1.2.3.0/24 }').ok).toBe(true);
    expect(complaint(run('create element t s { 1.2.3.0/24 }'))).toBe(
      'Could not process rule: File exists',
    );
    expect(complaint(run('add element t s { 1.2.3.4 }'))).toBe(
      'interval overlaps with an existing one',
    );
    expect(complaint(run('delete element t s { 1.2.3.4 }'))).toBe('element does not exist');
    expect(elements(run)).toBe('1.2.3.0/24, 5.0.0.1-5.0.0.9');
  });

  test('merge and are cut with auto-merge', () => {
    const run = withSet('type ipv4_addr; flags interval; auto-merge');
    run('add element t s { 1.1.1.0/25, 1.1.1.128/25, 2.2.2.2 }');
    run('add element t s { 2.2.2.3-2.2.2.4 }');
    expect(elements(run)).toBe('1.1.1.0/24, 2.2.2.2-2.2.2.4');
    run('delete element t s { 1.1.1.3 }');
    run('delete element t s { 1.1.1.0-1.1.1.2, 1.1.1.4 }');
    expect(elements(run)).toBe('1.1.1.5-1.1.1.255, 2.2.2.2-2.2.2.4');
    expect(run('delete element t s { 1.1.0.0-1.1.1.255 }').ok).toBe(false);
    run('add element t s { 1.1.0.0-1.1.1.255 }');
    expect(elements(run)).toBe('1.1.0.0/23, 2.2.2.2-2.2.2.4');
  });

  test('need the flag', () => {
    const run = withSet('type ipv4_addr');
    expect(complaint(run('add element t s { 1.1.1.0/24 }'))).toContain(
      "You must add 'flags interval'",
    );
  });

  test('keep what a set of numbers would', () => {
    const range = fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 }))
      .map(([low, more]) => [low, low + more] as const);
    const step = fc.record({ add: fc.boolean(), range });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const run = withSet('type inet_service; flags interval; auto-merge');
        const model = new Set<number>();
        for (const {
          add,
          range: [low, high],
        } of steps) {
          const ports = Array.from({ length: high - low + 1 }, (_, i) => low + i);
          const whole = ports.every((p) => model.has(p));
          const text = low === high ? `${low}` : `${low}-${high}`;
          const { ok } = run(`${add ? 'add' : 'delete'} element t s { ${text} }`);
          expect(ok).toBe(add || whole);
          if (ok) for (const p of ports) add ? model.add(p) : model.delete(p);
        }
        const listed = elements(run)
          .split(', ')
          .filter(Boolean)
          .flatMap((e) => {
            const [low, high = low] = e.split('-').map(Number) as [number, number?];
            return Array.from({ length: high! - low + 1 }, (_, i) => low + i);
          });
        expect(listed).toEqual([...model].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});

describe('concatenations', () => {
  test('of ranges clash in the kernel', () => {
    const run = withSet('type ipv4_addr . inet_service; flags interval');
    run('add element t s { 1.1.1.0/24 . 1-5 }');
    expect(complaint(run('add element t s { 1.1.1.1 . 5 }'))).toBe(
      'Could not process rule: File exists',
    );
    expect(run('add element t s { 1.1.1.0/24 . 1-5, 1.1.1.0/24 . 6-9 }').ok).toBe(true);
    expect(elements(run)).toBe('1.1.1.0/24 . 1-5, 1.1.1.0/24 . 6-9');
  });

  test('list in the order of their last field', () => {
    const run = withSet('type ipv4_addr . ipv4_addr');
    run('add element t s { 1.1.1.1 . 2.2.2.2, 1.1.1.0 . 2.2.2.1 }');
    expect(elements(run)).toBe('1.1.1.0 . 2.2.2.1, 1.1.1.1 . 2.2.2.2');
  });
});

describe('maps', () => {
  test('hold one thing for a key', () => {
    const run = withSet('type ipv4_addr : verdict', 'map');
    run('add element t s { 1.1.1.1 : accept, * : drop }');
    expect(run('add element t s { 1.1.1.1 : accept }').ok).toBe(true);
    expect(run('add element t s { 1.1.1.1 : drop }').ok).toBe(false);
    expect(elements(run)).toBe('1.1.1.1 : accept, * : drop');
  });

  test('hold objects, and keep them', () => {
    const run = withSet('type ipv4_addr : counter', 'map');
    expect(run('add element t s { 1.1.1.1 : "nope" }').ok).toBe(false);
    run('add element t s { 1.1.1.1 : "k" }');
    expect(elements(run)).toBe('1.1.1.1 : "k"');
    expect(run('delete counter t k').ok).toBe(false);
    run('flush map t s');
    expect(run('delete counter t k').ok).toBe(true);
  });

  test('to intervals list single addresses as prefixes', () => {
    const run = withSet('type inet_service : interval ipv4_addr; flags interval', 'map');
    run('add element t s { 1 : 10.0.0.1-10.0.0.9, 2 : 10.1.0.0/16, 3 : 10.2.0.1 }');
    expect(elements(run)).toBe('1 : 10.0.0.1-10.0.0.9, 2 : 10.1.0.0/16, 3 : 10.2.0.1/32');
  });
});

describe('what elements have', () => {
  test('times run out', () => {
    const run = withSet('type ipv4_addr; timeout 5m');
    run(
      'add element t s { 1.1.1.1, 1.1.1.2 timeout 10ms, 1.1.1.3 timeout never, 1.1.1.4 timeout 6m }',
    );
    expect(elements(run)).toBe(
      '1.1.1.1 expires 5m, 1.1.1.2 timeout 8ms expires 8ms, 1.1.1.3 timeout never, 1.1.1.4 timeout 6m expires 6m',
    );
    run.wait(1000);
    expect(elements(run)).toBe(
      '1.1.1.1 expires 4m59s, 1.1.1.3 timeout never, 1.1.1.4 timeout 6m expires 5m59s',
    );
  });

  test('sets without times take none', () => {
    const run = withSet('type ipv4_addr');
    expect(complaint(run('add element t s { 1.1.1.1 timeout 5s }'))).toBe(
      'Could not process rule: Invalid argument',
    );
  });

  test('statements of their own', () => {
    const run = withSet('type ipv4_addr; counter');
    run('add element t s { 1.1.1.1, 1.1.1.2 counter packets 3 bytes 4 comment "x y" }');
    expect(elements(run)).toBe(
      '1.1.1.1 counter packets 0 bytes 0, 1.1.1.2 counter packets 3 bytes 4 comment "x y"',
    );
    expect(complaint(run('add element t s { 1.1.1.3 counter limit rate 1/second }'))).toBe(
      'number of statements mismatch, set expects 1 but element has 2',
    );
  });

  test('a size', () => {
    const run = withSet('type ipv4_addr; size 2');
    const answer = run('add element t s { 1.1.1.1, 1.1.1.2, 1.1.1.3 }');
    expect(answer.err).toContain('Too many open files in system');
    expect(answer.err).toMatch(/\n {36}\^{7}\n/);
    expect(elements(run)).toBe('');
  });

  test('get finds the interval that a key lies in', () => {
    const run = withSet(
      'type ipv4_addr; flags interval; elements = { 1.2.3.0/24, 2.0.0.0-2.0.0.5 }',
    );
    expect(run('get element t s { 1.2.3.4, 2.0.0.1 }').out).toContain(
      '{ 1.2.3.0/24, 2.0.0.0-2.0.0.5 }',
    );
    expect(run('get element t s { 9.9.9.9 }').ok).toBe(false);
  });
});

describe('sets that rules fill', () => {
  test('become dynamic in the batch that makes them', () => {
    const run = nft();
    run('add table t { set s { type inet_service; size 5; }; chain c { add @s { tcp dport }; }; }');
    expect(run('list ruleset').out).toContain('size 5\n\t\tflags dynamic\n');
  });

  test('must be able to grow', () => {
    const run = withSet('type inet_service');
    expect(complaint(run('add rule t c add @s { tcp dport }'))).toBe(
      'Could not process rule: Operation not supported',
    );
    const other = withSet('type ipv4_addr');
    expect(other('add rule t c add @s { ip saddr }').ok).toBe(true);
    expect(other('list set t s').out).toContain('size 65535');
    expect(other('delete set t s').ok).toBe(false);
  });

  test('come with a meter', () => {
    const run = withSet('type ipv4_addr');
    expect(run('add rule t c meter m { ip saddr limit rate 1/second }').ok).toBe(true);
    expect(run('list set t m').out).toContain(
      'type ipv4_addr\n\t\tsize 65535\n\t\tflags dynamic\n',
    );
  });
});
