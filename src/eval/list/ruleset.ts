/**
 * Whole tables as `nft list ruleset` and `nft list table` print them, text and JSON.
 *
 * Mirrors table_print and table_print_json_full of nft.
 */
import type { Table } from '../ruleset/store.ts';
import { chainJson, chainText, ruleObjectJson } from './chain.ts';
import { flowtableJson, flowtableText } from './flowtable.ts';
import type { Json } from './json.ts';
import type { Listing } from './listing.ts';
import { objectJson, objectText } from './object.ts';
import { setJson, setText } from './set.ts';
import { tableFlags, tableHead, tableJson, tableLines } from './table.ts';

const shown = (table: Table) => ({
  chains: [...table.chains.values()].filter((c) => !c.anonymous),
  sets: [...table.sets.values()].filter((s) => !s.flags.anonymous),
  objects: [...table.objects.values()],
  flowtables: [...table.flowtables.values()],
});

export function tableText(table: Table, to: Listing): string {
  const { chains, sets, objects, flowtables } = shown(table);
  const blocks = [
    ...objects.map((object) => objectText(object, to)),
    ...sets.map((set) => setText(set, to)),
    ...flowtables.map((flowtable) => flowtableText(flowtable, to)),
    ...chains.map((chain) => chainText(chain, to)),
  ];
  const lines = tableLines(table).map((line) => `\t${line}\n`);
  // Flags stand apart from what follows, a comment alone does not.
  const apart = tableFlags(table).length > 0 && blocks.length > 0 ? '\n' : '';
  return `${tableHead(table, to)}${lines.join('')}${apart}${blocks.join('\n')}}\n`;
}

/** The table, then what is in it, its rules last. */
export function tableItemsJson(table: Table, to: Listing): Json[] {
  const { chains, sets, objects, flowtables } = shown(table);
  return [
    tableJson(table),
    ...chains.map(chainJson),
    ...objects.map((object) => objectJson(object, to)),
    ...sets.map((set) => setJson(set, to)),
    ...flowtables.map(flowtableJson),
    ...chains.flatMap((chain) => chain.rules.map((rule) => ruleObjectJson(rule, to))),
  ];
}
