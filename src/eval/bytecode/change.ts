/**
 * What a batch sends to the kernel, as `nft -d netlink` shows it.
 *
 * Mirrors the debug output of mnl.c and libnftnl's snprintf of chains, sets, objects and rules.
 */
import { ruleText } from '../bytecode.ts';
import type { Change } from '../ruleset/commit.ts';
import type { NftSet } from '../ruleset/store.ts';
import { elementsText } from './element.ts';
import { setName } from './word.ts';

export const sentText = (changes: readonly Change[]): string => changes.map(changeText).join('');

function changeText(change: Change): string {
  switch (change.what) {
    case 'chain':
      return change.change === 'new' ? chainText(change.chain.table, change.chain.name) : '';
    case 'set':
      return change.change === 'new' ? setText(change.set) : '';
    case 'element':
      return change.elements.length ? elementsOf(change) : '';
    case 'object': {
      const { row, args } = change.object;
      const text = row.bytecode(args);
      return change.change === 'del' ? '' : `table (null) name (null) use 0 [ ${text} ]\n`;
    }
    case 'flowtable':
      return change.change === 'new' ? 'flow table (null) (null) use 0 size 0 flags 0\n' : '';
    case 'rule': {
      if (change.change === 'del') return '';
      const { chain, ops } = change.rule;
      const { family, name } = chain.table;
      return ruleText({ family, table: name, chain: chain.name }, ops);
    }
    case 'table':
      return '';
  }
}

const chainText = ({ family, name }: { family: string; name: string }, chain: string): string =>
  `${family} ${name} ${chain} use 0\n`;

function elementsOf({ change, set, elements }: Extract<Change, { what: 'element' }>): string {
  const sent = elements.filter((e) => !e.catchAll).length;
  const first = change === 'new' && set.elements.size === sent;
  return elementsText(set, elements, first);
}

/** NFT_SET_*; only sets of intervals need to know that their keys are concatenations. */
function flagsOf({ flags, data, object, key }: NftSet): number {
  const { anonymous, constant, interval, timeout, dynamic } = flags;
  return (
    (anonymous ? 0x01 : 0) |
    (constant ? 0x02 : 0) |
    (interval ? 0x04 : 0) |
    (data ? 0x08 : 0) |
    (timeout ? 0x10 : 0) |
    (dynamic ? 0x20 : 0) |
    (object === undefined ? 0 : 0x40) |
    (interval && key.parts ? 0x80 : 0)
  );
}

function setText(set: NftSet): string {
  const { timeout, gcInterval, size } = set;
  const parts = [setName(set.name), set.table.name, flagsOf(set).toString(16)];
  if (timeout !== undefined) parts.push(`timeout ${timeout}ms`);
  if (gcInterval !== undefined) parts.push(`gc_interval ${gcInterval}ms`);
  if (size !== undefined && !set.flags.anonymous) parts.push(`size ${size}`);
  return `${parts.join(' ')}\n`;
}
