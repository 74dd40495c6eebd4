/** What a loaded ruleset is made of, in the order of tables. */
import type { Chain, Ruleset, Table } from '../eval/ruleset/store.ts';

export interface TableSummary {
  readonly table: string;
  /** `input hook input priority 0 policy drop`: base chains by hook and priority. */
  readonly baseChains: readonly string[];
  readonly chains: number;
  readonly rules: number;
  readonly sets: number;
  readonly objects: number;
  /** `f on eth0, eth1`. */
  readonly flowtables: readonly string[];
}

const byHook = (a: Chain, b: Chain): number =>
  a.base!.hooknum - b.base!.hooknum || a.base!.priority - b.base!.priority;

function tableSummary(table: Table): TableSummary {
  const chains = [...table.chains.values()].filter((c) => !c.anonymous);
  const bases = chains.filter((c) => c.base).sort(byHook);
  return {
    table: `${table.family} ${table.name}`,
    baseChains: bases.map(({ name, base }) => {
      const devices = base!.devices.length ? ` device ${base!.devices.join(', ')}` : '';
      const at = `${base!.type} hook ${base!.hook}${devices} priority ${base!.priority}`;
      return `${name}: ${at}, policy ${base!.policy}`;
    }),
    chains: chains.length,
    rules: chains.reduce((n, c) => n + c.rules.length, 0),
    sets: [...table.sets.values()].filter((s) => !s.flags.anonymous).length,
    objects: table.objects.size,
    flowtables: [...table.flowtables.values()].map(
      (f) => `${f.name} on ${f.devices.join(', ') || 'no device'}`,
    ),
  };
}

export const rulesetSummary = (ruleset: Ruleset): TableSummary[] =>
  [...ruleset.tables.values()].map(tableSummary);

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** Lines for people. */
export function summaryLines(tables: readonly TableSummary[]): string[] {
  return tables.flatMap((t) => {
    const parts = [plural(t.chains, 'chain'), plural(t.rules, 'rule')];
    if (t.sets) parts.push(plural(t.sets, 'set'));
    if (t.objects) parts.push(plural(t.objects, 'object'));
    return [
      `table ${t.table}: ${parts.join(', ')}`,
      ...t.baseChains.map((c) => `  chain ${c}`),
      ...t.flowtables.map((f) => `  flowtable ${f}`),
    ];
  });
}
