/** `ct count`: compares the number of open connections of the rule. Mirrors nft_connlimit.c. */
import { member } from '../../parser/json/reader.ts';
import { choice, listed, num } from '../../parser/phrase.ts';
import { numberOf, wordOf } from '../check/arg.ts';
import { ctCountState } from '../engine/run/ct-count.ts';
import { UNTRACKED } from '../expr/placement.ts';
import type { StatementRow } from '../row.ts';

export type CtCountArgs = { readonly count: number; readonly over: boolean };

export const ctCount: StatementRow<CtCountArgs> = {
  row: 'statement',
  name: 'ct count',
  ledBy: () => 'ct count',
  phrase: [listed(choice('mode', 'over')), num('count')],
  stateful: true,
  collected: true,
  check: (args) => ({
    count: Number(numberOf(args, 'count')?.value),
    over: wordOf(args, 'mode') !== undefined,
  }),
  list: ({ count, over }) => `ct count ${over ? 'over ' : ''}${count}`,
  json: ({ count, over }) => ({ 'ct count': { val: count, ...(over && { inv: true }) } }),
  fromJson: {
    read(value, from) {
      const of = from.unpack(value, { val: 'integer' });
      if (!of) return undefined;
      const over = member(value, 'inv', 'boolean');
      return { count: from.number(of.val), ...(over && { mode: from.word('over') }) };
    },
  },
  lower: (args, to) => to.emit({ op: 'effect', row: ctCount, args }),
  init: (_args, family) => (UNTRACKED.includes(family) ? 'EPROTO' : undefined),
  bytecode: ({ count, over }) => `connlimit count ${count} flags ${over ? 1 : 0}`,
  state: ctCountState,
};
