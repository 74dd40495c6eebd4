/**
 * `xt`: what iptables-nft left in a ruleset. It lists, nft refuses to load it. Mirrors nft_compat.c.
 */
import { str, word } from '../../parser/phrase.ts';
import type { StatementRow } from '../row.ts';

export type XtArgs = { readonly type: string; readonly target: string };

const UNSUPPORTED = 'unsupported xtables compat expression, use iptables-nft with this ruleset';

export const xt: StatementRow<XtArgs> = {
  row: 'statement',
  name: 'xt',
  phrase: [word('type'), str('target')],
  check(_args, span, ctx) {
    return ctx.error(UNSUPPORTED, span);
  },
  list: ({ type, target }) => `xt ${type} "${target}"`,
  json: ({ type, target }) => ({ xt: { type, name: target } }),
  fromJson: { read: (_value, from) => from.fail(UNSUPPORTED) },
  lower: (args, to) => to.emit({ op: 'effect', row: xt, args }),
  bytecode: ({ type, target }) => `${type} name ${target} rev 0`,
};
