/** `tproxy`: gives the packet to a local socket. Mirrors nft_tproxy.c. */
import type { Span } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import { choice, expr, fork, kw, listed, opt } from '../../parser/phrase.ts';
import { exprOf, leading, wordOf } from '../check/arg.ts';
import { checkArgument } from '../check/argument.ts';
import type { CheckContext } from '../check/context.ts';
import type { Expr } from '../checked.ts';
import { runTproxy } from '../engine/run/socket.ts';
import type { Register } from '../ir.ts';
import { registerName } from '../lower/registers.ts';
import type { ChainSite, StatementRow } from '../row.ts';
import { PORT } from './nat-flags.ts';
import { addressOf, fitsNetwork, type NatFamily } from './nat-target.ts';

export type TproxyArgs = {
  /** Of the table where nothing is said; `inet`: both. */
  readonly family: NatFamily | 'inet';
  readonly addr?: Expr;
  readonly port?: Expr;
};

/** What the kernel is told. */
export type TproxyOp = {
  readonly family: TproxyArgs['family'];
  readonly addrReg?: Register;
  readonly portReg?: Register;
};

function familyOf(
  given: NatFamily | undefined,
  own: NatFamily | 'inet',
  hasAddress: boolean,
  span: Span,
  ctx: CheckContext,
): TproxyArgs['family'] | undefined {
  if (given || own !== 'inet') return given ?? own;
  if (!fitsNetwork('unknown', 'tproxy', span, ctx)) return undefined;
  if (!hasAddress) return 'inet';
  return ctx.error("specify `tproxy ip' or 'tproxy ip6' in inet table to disambiguate", span);
}

export const tproxy: StatementRow<TproxyArgs> = {
  row: 'statement',
  name: 'tproxy',
  phrase: [
    listed(choice('family', 'ip', 'ip6')),
    kw('to'),
    fork(
      [kw(':'), expr('port', 'stmt')],
      [expr('addr', 'stmt'), opt(kw(':'), expr('port', 'stmt'))],
    ),
  ],
  writes: 'meta',
  check(args, span, ctx) {
    const addrNode = exprOf(args, 'addr');
    const portNode = exprOf(args, 'port');
    const given = wordOf(args, 'family')?.text as NatFamily | undefined;
    const own = ctx.family;
    if (own !== 'ip' && own !== 'ip6' && own !== 'inet') {
      return ctx.error('tproxy is only supported for IPv4/IPv6/INET', span);
    }
    if (!ctx.protocol('th')) {
      return ctx.error('Transparent proxy support requires transport protocol match', span);
    }
    const family = familyOf(given, own, addrNode !== undefined, span, ctx);
    if (!family) return undefined;
    if (family !== 'inet' && !fitsNetwork(family, 'tproxy', span, ctx)) return undefined;
    const addr = addrNode && checkArgument(addrNode, addressOf(family as NatFamily), span, ctx);
    const port = portNode && checkArgument(portNode, PORT, span, ctx);
    if ((addrNode && !addr) || (portNode && !port)) return undefined;
    if (addr?.kind === 'range' || addr?.kind === 'prefix') {
      return ctx.error('Address ranges are not supported for tproxy.', span, leading(span, ''));
    }
    if (port?.kind === 'range') {
      return ctx.error('Port ranges are not supported for tproxy.', span, leading(span, ''));
    }
    return { family, ...(addr && { addr }), ...(port && { port }) };
  },
  list({ family, addr, port }, ctx) {
    const said = ctx.family === 'inet' && family !== 'inet' ? ` ${family}` : '';
    const bracketed = addr?.kind === 'value' && addr.bits === 128;
    const target = addr ? (bracketed ? `[${ctx.expr(addr)}]` : ctx.expr(addr)) : '';
    return `tproxy${said} to ${target}${port ? `:${ctx.expr(port)}` : ''}`;
  },
  json: ({ family, addr, port }, ctx) => ({
    tproxy: {
      ...(ctx.family === 'inet' && family !== 'inet' && { family }),
      ...(addr && { addr: ctx.exprJson(addr) }),
      ...(port && { port: ctx.exprJson(port) }),
    },
  }),
  fromJson: {
    read(value, from) {
      const family = from.network(value);
      if (family === null) return undefined;
      const parts = { addr: member(value, 'addr', 'any'), port: member(value, 'port', 'any') };
      const addr = parts.addr === undefined ? undefined : from.stated(parts.addr);
      if (parts.addr !== undefined && !addr) return from.fail('Invalid addr.');
      const port = parts.port === undefined ? undefined : from.stated(parts.port);
      if (parts.port !== undefined && !port) return from.fail('Invalid port.');
      return {
        ...(family && { family: from.word(family) }),
        ...(addr && { addr }),
        ...(port && { port }),
      };
    },
  },
  lower({ family, addr, port }, to) {
    const addrReg = addr && to.operand(addr, 'big');
    const portReg = port && to.operand(port, 'big');
    const args: TproxyOp = {
      family,
      ...(addrReg !== undefined && { addrReg }),
      ...(portReg !== undefined && { portReg }),
    };
    to.emit({ op: 'effect', row: tproxy, args });
    to.release(addrReg ?? portReg ?? 0);
  },
  bytecode(args) {
    const { family, addrReg, portReg } = args as TproxyOp;
    const said = family === 'inet' ? '' : ` ${family}`;
    const addr = addrReg === undefined ? '' : ` addr reg ${registerName(addrReg)}`;
    const port = portReg === undefined ? '' : ` port reg ${registerName(portReg)}`;
    return `tproxy${said}${addr}${port}`;
  },
  validate: (_args, { hook }: ChainSite) => (hook === 'prerouting' ? undefined : 'EOPNOTSUPP'),
  run: runTproxy,
};
