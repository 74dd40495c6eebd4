/**
 * What of a ruleset is taken and listed and yet not done: words that no packet can be held against
 * here, helpers that do not read their protocol.
 */
import { HELPERS } from '../datapath/conntrack/index.ts';
import type { Rule } from '../eval/ruleset/store.ts';
import type { Router } from './router.ts';

const place = ({ chain, handle }: Rule): string =>
  `${chain.table.family} ${chain.table.name} ${chain.name} handle ${handle}`;

const isUnread = (name: unknown): boolean => HELPERS.some((h) => h.unread && h.name === name);

/** A line for each; nothing where all is done. */
export function limits({ engine, ruleset }: Router): string[] {
  const rules = [...engine.unsupported].map(
    ([rule, words]) => `${place(rule)}: ${words.join(', ')}: not supported, the rule never matches`,
  );
  const helpers = [...ruleset.tables.values()].flatMap(({ family, name, objects }) =>
    [...objects.values()]
      .filter(({ kind, args }) => kind === 'ct helper' && isUnread(args.type))
      .map(
        (o) =>
          `ct helper ${family} ${name} ${o.name}: ${o.args.type} is not read: ` +
          'its connections carry the name and expect no others',
      ),
  );
  return [...rules, ...helpers];
}
