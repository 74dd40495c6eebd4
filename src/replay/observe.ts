/** What expectations are held against: counters by name, conntrack's lines. */
import type { Rule, Ruleset } from '../eval/ruleset/store.ts';
import type { Observed } from './expect.ts';
import type { Router } from './router.ts';

type Count = { readonly packets: number; readonly bytes: number };

/** What a rule's `counter` says; every rule's own count where it has none. */
function countOf(rule: Rule): Count {
  for (const instance of rule.state) {
    const { packets, bytes } = instance.dump();
    if (packets !== undefined && bytes !== undefined) {
      return { packets: Number(packets), bytes: Number(bytes) };
    }
  }
  return { packets: rule.packets, bytes: rule.bytes };
}

function counters(ruleset: Ruleset): Map<string, Count> {
  const all = new Map<string, Count>();
  for (const table of ruleset.tables.values()) {
    const at = `${table.family} ${table.name}`;
    for (const chain of table.chains.values()) {
      for (const rule of chain.rules) {
        const count = countOf(rule);
        all.set(`${at} ${chain.name} handle ${rule.handle}`, count);
        const { comment } = rule.checked;
        if (comment !== undefined) all.set(`${at} ${chain.name} "${comment}"`, count);
      }
    }
    for (const object of table.objects.values()) {
      const { packets, bytes } = object.state?.dump() ?? {};
      if (packets === undefined) continue;
      all.set(`${at} ${object.kind} ${object.name}`, {
        packets: Number(packets),
        bytes: Number(bytes),
      });
    }
  }
  return all;
}

export function observe(router: Router): Observed {
  return { counters: counters(router.ruleset), conntrack: router.conntrackLines(false) };
}
