/**
 * Rulesets of every brokenness: taken, or refused with places that lie in the text; never an
 * exception, neither of what reads them nor of what prints them.
 *
 * NIGHTLY=1 tries many more; SEED=n repeats a run.
 */
import { describe, expect, test } from 'vitest';
import { routerOf } from '../../src/cli/session.ts';
import { evaluate } from '../../src/eval/index.ts';
import { type Diagnostic, formatDiagnostics } from '../../src/parser/index.ts';
import { nftParser } from '../../src/replay/language.ts';
import { machine } from '../kernel/fuzz/machine.ts';
import { Random } from '../kernel/fuzz/random.ts';
import { ruleset, rulesetText } from '../kernel/fuzz/ruleset.ts';
import { goodRulesets, mutants } from './hostile/mutants.ts';

const seed = Number(process.env.SEED ?? 1);
const many = process.env.NIGHTLY ? 100_000 : 400;
const rulesets = process.env.NIGHTLY ? 3000 : 8;
/** What takes longer (of the processor's time) is told, not refused: time is no business of a test. */
const SLOW_MS = 2000;

/** Loads a text into a router of its own and prints what came of it; what is wrong with it. */
function load(name: string, text: string): Diagnostic[] {
  const router = routerOf({ seed, entries: [] });
  const { ruleset: tree, sources, diagnostics } = nftParser().parse({ kind: 'text', name, text });
  const broken = diagnostics.some((d) => d.severity === 'error');
  const result = evaluate(tree.commands, router.target, { broken });
  const all = [...diagnostics, ...result.diagnostics];
  formatDiagnostics(all, sources);
  if (result.ok) {
    router.listText();
    router.listJson();
  } else {
    expect(all.length).toBeGreaterThan(0);
  }
  return all;
}

/** Messages have places, and these lie in the text or at its end. */
function expectPlaces(diagnostics: readonly Diagnostic[], text: string): void {
  for (const { message, spans } of diagnostics) {
    expect(message).not.toBe('');
    expect(spans.length, message).toBeGreaterThan(0);
    for (const { start, end } of spans) {
      expect(start, message).toBeLessThanOrEqual(end);
      expect(end, message).toBeLessThanOrEqual(text.length + 1);
    }
  }
}

function tryText(name: string, text: string): void {
  const before = process.cpuUsage();
  try {
    expectPlaces(load(name, text), text);
  } catch (e) {
    throw new Error(`${name}:\n${text}`, { cause: e });
  }
  const took = process.cpuUsage(before).user / 1000;
  if (took > SLOW_MS) console.warn(`${name} took ${Math.round(took)} ms:\n${text}`);
}

const endless = { timeout: 24 * 3_600_000 };

describe('rulesets', () => {
  test(`${many} mutants of seed ${seed}`, endless, () => {
    const source = mutants(new Random(seed), goodRulesets());
    for (let n = 0; n < many; n++) {
      const { name, text } = source.next().value;
      tryText(`mutant ${n} of ${name}`, text);
    }
  });

  test(`${rulesets} random ones of seed ${seed}`, endless, () => {
    const r = new Random(seed);
    for (let n = 0; n < rulesets; n++) {
      const spec = ruleset(r.fork(), machine(r, { bridged: r.percent(20) }), { kernel: '6.12' });
      tryText(`ruleset ${n}`, rulesetText(spec));
    }
  });
});
