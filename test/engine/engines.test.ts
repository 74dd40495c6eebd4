/**
 * The generated engine answers as the reference engine does, on random programs and random packets,
 * cut off anywhere: verdicts, counts of rules, counters, marks.
 *
 * SEED=n repeats a run.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MARK } from '../../src/datapath/packet.ts';
import { compileChain, sourceOf } from '../../src/eval/engine/emit.ts';
import { fuse } from '../../src/eval/engine/fuse.ts';
import { policyOf, stepChain } from '../../src/eval/engine/step.ts';
import { chains, link, packetOf, type RuleSpec, type Sample, sample } from './random.ts';

const seed = Number(process.env.SEED ?? Date.now() % 0x7fffffff);

function answers(
  specs: readonly (readonly RuleSpec[])[],
  samples: readonly Sample[],
  emit: boolean,
) {
  const { base, rules, counters } = link(specs);
  const compiled = emit ? compileChain(base) : undefined;
  const verdicts = samples.map((s) => {
    const p = packetOf(s);
    const verdict = compiled ? compiled(p) : stepChain(base, p, null);
    return [verdict < 0 ? policyOf(base.chain.base!) : verdict, p.m[MARK]];
  });
  return {
    verdicts,
    rules: rules.map(({ packets, bytes }) => [packets, bytes]),
    counters: counters.map((c) => c.dump()),
  };
}

describe(`step and emit agree (seed ${seed})`, () => {
  it('on random rules and truncated packets', () => {
    let matched = 0;
    fc.assert(
      fc.property(
        chains(6),
        fc.array(sample, { minLength: 1, maxLength: 12 }),
        (specs, samples) => {
          const reference = answers(specs, samples, false);
          expect(answers(specs, samples, true)).toEqual(reference);
          matched += reference.rules.reduce((sum, [packets]) => sum + packets!, 0);
        },
      ),
      { seed, numRuns: 600 },
    );
    expect(matched).toBeGreaterThan(100);
  });

  it('on chains of several chunks', () => {
    fc.assert(
      fc.property(chains(6), fc.array(sample, { minLength: 4, maxLength: 8 }), (specs, samples) => {
        const long = specs.map((chain) =>
          Array.from({ length: 240 }, () => chain)
            .flat()
            .slice(0, 240),
        );
        const { base } = link(long);
        if (long[0]!.length > 200) expect(fuse(base.rules).length).toBeGreaterThan(1);
        expect(answers(long, samples, true)).toEqual(answers(long, samples, false));
      }),
      { seed, numRuns: 15 },
    );
  });

  it('loads each place once a chunk', () => {
    fc.assert(
      fc.property(chains(6), (specs) => {
        const pure = specs[0]!.map(({ body }) => ({
          body: body.filter((op) => op !== 'counter' && op.op !== 'store'),
          end: 'none',
        }));
        const { base } = link([pure]);
        for (const chunk of fuse(base.rules)) {
          const places = chunk.flatMap(({ hoisted }) => hoisted.map(({ op }) => op.place));
          expect(new Set(places).size).toBe(places.length);
        }
        expect(sourceOf(base)).not.toMatch(/undefined|NaN/);
      }),
      { seed, numRuns: 100 },
    );
  });
});
