/** `masquerade`: source address of the device that the packet leaves by. Mirrors nft_masq.c. */
import { expr, kw, opt } from '../../parser/phrase.ts';
import { exprOf, leading } from '../check/arg.ts';
import type { Expr } from '../checked.ts';
import { runMasquerade } from '../engine/run/nat.ts';
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
import { writtenNat } from './nat-written.ts';

export type MasqueradeArgs = { readonly port?: Expr; readonly flags: number };

export const masquerade: StatementRow<MasqueradeArgs> = {
  row: 'statement',
  name: 'masquerade',
  ledBy: () => 'masquerade',
  phrase: [opt(kw('to'), kw(':'), expr('port', 'stmt')), natFlags],
  writes: 'nat',
  terminal: true,
  check(args, span, ctx) {
    const word = leading(span, 'masquerade');
    if (!isNatFamily(word, ctx)) return undefined;
    const flags = checkFlags(args);
    const node = exprOf(args, 'port');
    if (!node) return { flags };
    const port = checkPort(node, word, ctx);
    return port && { port, flags };
  },
  list: ({ port, flags }, ctx) =>
    `masquerade${port ? ` to :${ctx.expr(port)}` : ''}${flagsText(flags)}`,
  json({ port, flags }, ctx) {
    const members = { ...(port && { port: ctx.exprJson(port) }), ...flagsJson(flags) };
    return { masquerade: Object.keys(members).length ? members : null };
  },
  fromJson: { read: portsFromJson },
  lower: (args, to) => lowerPorts(masquerade, args, to),
  bytecode: (args) => `masq${portsText(args)}`,
  validate: (_args, { type, hook }: ChainSite) =>
    type === 'nat' && hook === 'postrouting' ? undefined : 'EOPNOTSUPP',
  mergeable: {
    rewrites: { parts: ['port'] },
    text: (args, print) => writtenNat('masquerade', args, print),
  },
  run: runMasquerade,
};
