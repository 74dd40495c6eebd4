/** Rules as they list now: the args of stateful statements overlaid with those of their instances. */
import type { Rule as CheckedRule, Statement } from '../checked.ts';
import type { Rule } from '../ruleset/store.ts';

/** The statements of a rule that have an instance, in the order of `rule.state`. */
export function withState(rule: Rule): CheckedRule {
  if (rule.state.length === 0) return rule.checked;
  const statements = [...rule.checked.statements];
  for (const [i, at] of rule.stateful.entries()) {
    const statement = statements[at];
    const instance = rule.state[i];
    if (statement?.kind !== 'effect' || !instance) continue;
    const args = { ...statement.args, ...instance.dump() };
    statements[at] = { ...statement, args } satisfies Statement;
  }
  return { ...rule.checked, statements };
}
