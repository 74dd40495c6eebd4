/** `redirect`: to this machine, perhaps to another port. Mirrors nft_redir.c. */
import { expr, kw, opt } from '../../parser/phrase.ts';
import { exprOf, leading } from '../check/arg.ts';
import type { Expr } from '../checked.ts';
import { runRedirect } from '../engine/run/nat.ts';
import type { ChainSite, StatementRow } from '../row.ts';
import {
  checkFlags,
  checkPort,
  flagsJson,
  flagsText,
  isNatFamily,
  lowerPorts,
  natFlags,
  portsFromJson,
  portsText,
} from './nat-flags.ts';
import { checkTarget } from './nat-target.ts';
import { writtenNat } from './nat-written.ts';

export type RedirectArgs = { readonly port?: Expr; readonly flags: number };

export const redirect: StatementRow<RedirectArgs> = {
  row: 'statement',
  name: 'redirect',
  ledBy: () => 'redirect',
  phrase: [opt(kw('to'), opt(kw(':')), expr('port', 'stmt')), natFlags],
  writes: 'nat',
  terminal: true,
  check(args, span, ctx) {
    const word = leading(span, 'redirect');
    if (!isNatFamily(word, ctx)) return undefined;
    const flags = checkFlags(args);
    const misplaced = exprOf(args, 'addr');
    if (misplaced && !checkTarget(args, { text: 'redirect', span: word }, ctx)) return undefined;
    const node = exprOf(args, 'port');
    if (!node) return { flags };
    const port = checkPort(node, word, ctx);
    return port && { port, flags };
  },
  list: ({ port, flags }, ctx) =>
    `redirect${port ? ` to :${ctx.expr(port)}` : ''}${flagsText(flags)}`,
  json({ port, flags }, ctx) {
    const members = { ...(port && { port: ctx.exprJson(port) }), ...flagsJson(flags) };
    return { redirect: Object.keys(members).length ? members : null };
  },
  fromJson: { read: portsFromJson },
  lower: (args, to) => lowerPorts(redirect, args, to),
  bytecode: (args) => `redir${portsText(args)}`,
  validate: (_args, { type, hook }: ChainSite) =>
    type === 'nat' && (hook === 'prerouting' || hook === 'output') ? undefined : 'EOPNOTSUPP',
  mergeable: {
    rewrites: {
      parts: ['port'],
      // A map of several selectors lands where it is checked and no more, as nft has it.
      into: (selectors) => (selectors > 1 ? 'addr' : 'port'),
    },
    text: (args, print) => writtenNat('redirect', args, print),
  },
  run: runRedirect,
};
