/** `dup to`: sends a copy to another host, or out of another device. Mirrors nft_dup_ipv4.c. */
import { member } from '../../parser/json/reader.ts';
import { expr, kw, opt } from '../../parser/phrase.ts';
import { exprOf } from '../check/arg.ts';
import { checkSingle } from '../check/argument.ts';
import type { Expr } from '../checked.ts';
import { runDup } from '../engine/run/dup.ts';
import type { Register } from '../ir.ts';
import { registerName } from '../lower/registers.ts';
import type { ChainSite, StatementRow } from '../row.ts';
import { ifindex } from '../type/interface.ts';
import { addressOf } from './nat-target.ts';

export type DupArgs = {
  /** An address; in netdev tables a device. */
  readonly to: Expr;
  readonly device?: Expr;
};

/** What the kernel is told. */
export type DupOp = { readonly addrReg?: Register; readonly devReg?: Register };

const DEVICE = { type: ifindex, bits: 32, order: 'host' } as const;

export const dup: StatementRow<DupArgs> = {
  row: 'statement',
  name: 'dup',
  phrase: [kw('to'), expr('to', 'stmt'), opt(kw('device'), expr('device', 'stmt'))],
  check(args, span, ctx) {
    const { family } = ctx;
    const toNode = exprOf(args, 'to');
    const deviceNode = exprOf(args, 'device');
    if (!toNode) return undefined;
    if (family === 'netdev') {
      if (deviceNode) return ctx.error('cannot specify device', span);
      const to = checkSingle('dup', toNode, DEVICE, span, ctx);
      return to && { to };
    }
    if (family !== 'ip' && family !== 'ip6') return ctx.error('unsupported family', span);
    const to = checkSingle('dup', toNode, addressOf(family), span, ctx);
    const device = to && deviceNode && checkSingle('dup', deviceNode, DEVICE, span, ctx);
    if (!to || (deviceNode && !device)) return undefined;
    return { to, ...(device && { device }) };
  },
  list: ({ to, device }, ctx) =>
    `dup to ${ctx.expr(to)}${device ? ` device ${ctx.expr(device)}` : ''}`,
  json: ({ to, device }, ctx) => ({
    dup:
      ctx.family === 'netdev'
        ? { addr: ctx.exprJson(to) }
        : { addr: ctx.exprJson(to), ...(device && { dev: ctx.exprJson(device) }) },
  }),
  fromJson: {
    read(value, from) {
      const of = from.unpack(value, { addr: 'any' });
      if (!of) return undefined;
      const to = from.stated(of.addr);
      if (!to) return from.fail('Illegal dup addr arg.');
      const dev = member(value, 'dev', 'any');
      if (dev === undefined) return { to };
      const device = from.stated(dev);
      return device ? { to, device } : from.fail('Illegal dup dev.');
    },
  },
  lower({ to: target, device }, to) {
    const first = to.operand(target, to.family === 'netdev' ? 'host' : 'big');
    const second = device && to.operand(device, 'host');
    const args: DupOp =
      to.family === 'netdev'
        ? { devReg: first }
        : { addrReg: first, ...(second !== undefined && { devReg: second }) };
    to.emit({ op: 'effect', row: dup, args });
    to.release(first);
  },
  bytecode(args) {
    const { addrReg, devReg } = args as DupOp;
    const addr = addrReg === undefined ? '' : ` sreg_addr ${registerName(addrReg)}`;
    const dev = devReg === undefined ? '' : ` sreg_dev ${registerName(devReg)}`;
    return `dup${addr}${dev}`;
  },
  validate: (_args, { family, hook }: ChainSite) =>
    family !== 'netdev' || hook === 'ingress' || hook === 'egress' ? undefined : 'EOPNOTSUPP',
  run: runDup,
};
