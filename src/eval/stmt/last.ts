/** `last`: remembers when a packet came by last. Mirrors nft_last.c. */
import { member } from '../../parser/json/reader.ts';
import { alt, kw, opt, time } from '../../parser/phrase.ts';
import { choiceOf, numberOf } from '../check/arg.ts';
import { lastState } from '../engine/run/last.ts';
import type { StatementRow } from '../row.ts';
import { printDuration } from '../type/time.ts';

export type LastArgs = {
  /** Milliseconds since then; absent: never. */
  readonly used?: number;
};

export const last: StatementRow<LastArgs> = {
  row: 'statement',
  name: 'last',
  phrase: [opt(kw('used'), alt('used', { never: [kw('never')], ago: [time('ago')] }))],
  stateful: true,
  check(args) {
    const ago = numberOf(choiceOf(args, 'used')?.args ?? {}, 'ago');
    return ago ? { used: Number(ago.value) } : {};
  },
  list({ used }, ctx) {
    if (ctx.options.stateless) return 'last';
    return `last used ${used === undefined ? 'never' : printDuration(BigInt(used), ctx.options)}`;
  },
  json: ({ used }, ctx) => ({
    last: ctx.options.stateless || used === undefined ? null : { used },
  }),
  fromJson: {
    read(value, from) {
      if (value === null) return {};
      const ago = member(value, 'used', 'integer');
      return ago === undefined
        ? undefined
        : { used: from.choice('ago', { ago: from.number(ago) }) };
    },
  },
  lower: (args, to) => to.emit({ op: 'effect', row: last, args }),
  bytecode: ({ used }) => `last ${used ?? 'never'}`,
  init: (_args, _family, kernel) => (kernel.last ? undefined : 'ENOENT'),
  state: lastState,
};
