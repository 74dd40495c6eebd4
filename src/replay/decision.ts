/**
 * Which rule decided: the last verdict that a chain gave while an event played.
 *
 * Owns the words in which it is told: `family table chain handle N "comment"`, or the chain's policy.
 */
import type { Tracer } from '../eval/engine/step.ts';
import type { Chain, Rule } from '../eval/ruleset/store.ts';

const place = ({ table, name }: Chain): string => `${table.family} ${table.name} ${name}`;

function ruleName(chain: Chain, { handle, checked }: Rule): string {
  const comment = checked.comment === undefined ? '' : ` "${checked.comment}"`;
  return `${place(chain)} handle ${handle}${comment}`;
}

/** Tells `decided` of every verdict of a rule that ends its base chain, and of every policy. */
export const decisionTracer = (decided: (by: string) => void): Tracer => ({
  begin() {},
  broke() {},
  end() {},
  rule(_p, chain, rule, verdict) {
    if (verdict >= 0) decided(ruleName(chain, rule));
  },
  policy(_p, base) {
    decided(`${place(base)} policy ${base.base!.policy}`);
  },
});

/** Two that hear the same. */
export const bothTracers = (a: Tracer, b: Tracer): Tracer => ({
  begin(p, base) {
    a.begin(p, base);
    b.begin(p, base);
  },
  broke(p) {
    a.broke(p);
    b.broke(p);
  },
  rule(p, chain, rule, verdict, target) {
    a.rule(p, chain, rule, verdict, target);
    b.rule(p, chain, rule, verdict, target);
  },
  end(p, chain, rule, verdict) {
    a.end(p, chain, rule, verdict);
    b.end(p, chain, rule, verdict);
  },
  policy(p, base, policy) {
    a.policy(p, base, policy);
    b.policy(p, base, policy);
  },
});
