/** `fwd to`: sends the packet out of another device, past everything. Mirrors nft_fwd_netdev.c. */
import { member } from '../../parser/json/reader.ts';
import { choice, expr, fork, kw } from '../../parser/phrase.ts';
import { exprOf, wordOf } from '../check/arg.ts';
import { checkSingle } from '../check/argument.ts';
import type { Expr } from '../checked.ts';
import { runFwd } from '../engine/run/dup.ts';
import type { Register } from '../ir.ts';
import { registerName } from '../lower/registers.ts';
import type { ChainSite, StatementRow } from '../row.ts';
import { ifindex } from '../type/interface.ts';
import { addressOf, type NatFamily } from './nat-target.ts';

export type FwdArgs = {
  readonly device: Expr;
  /** The neighbour to send it to. */
  readonly addr?: Expr;
  readonly family?: NatFamily;
};

/** What the kernel is told. */
export type FwdOp = {
  readonly devReg: Register;
  readonly addrReg?: Register;
  readonly family?: NatFamily;
};

const DEVICE = { type: ifindex, bits: 32, order: 'host' } as const;
const NFPROTO = { ip: 2, ip6: 10 } as const;

export const fwd: StatementRow<FwdArgs> = {
  row: 'statement',
  name: 'fwd',
  phrase: [
    fork(
      [kw('to'), expr('to', 'stmt')],
      [
        choice('family', 'ip', 'ip6'),
        kw('to'),
        expr('to', 'stmt'),
        kw('device'),
        expr('device', 'stmt'),
      ],
    ),
  ],
  terminal: true,
  check(args, span, ctx) {
    if (ctx.family !== 'netdev') return ctx.error('unsupported family', span);
    const toNode = exprOf(args, 'to');
    const deviceNode = exprOf(args, 'device');
    const family = wordOf(args, 'family')?.text as NatFamily | undefined;
    if (!toNode) return undefined;
    if (!deviceNode) {
      const device = checkSingle('fwd', toNode, DEVICE, span, ctx);
      return device && { device };
    }
    if (!family) return ctx.error('unsupported family', span);
    const device = checkSingle('fwd', deviceNode, DEVICE, span, ctx);
    const addr = device && checkSingle('fwd', toNode, addressOf(family), span, ctx);
    return addr && device && { device, addr, family };
  },
  list({ device, addr, family }, ctx) {
    if (!addr) return `fwd to ${ctx.expr(device)}`;
    return `fwd ${family} to ${ctx.expr(addr)} device ${ctx.expr(device)}`;
  },
  json: ({ device, addr, family }, ctx) => ({
    fwd: {
      dev: ctx.exprJson(device),
      ...(addr && family && { family, addr: ctx.exprJson(addr) }),
    },
  }),
  fromJson: {
    read(value, from) {
      const of = from.unpack(value, { dev: 'any' });
      if (!of) return undefined;
      const device = from.stated(of.dev);
      if (!device) return from.fail('Invalid fwd dev value.');
      const family = from.network(value);
      if (family === null) return undefined;
      const addr = member(value, 'addr', 'any');
      if (family === undefined || addr === undefined) return { to: device };
      const to = from.stated(addr);
      if (!to) return from.fail('Invalid fwd addr value.');
      return { family: from.word(family), to, device };
    },
  },
  lower({ device, addr, family }, to) {
    const devReg = to.operand(device, 'host');
    const addrReg = addr && to.operand(addr, 'big');
    const args: FwdOp = {
      devReg,
      ...(addrReg !== undefined && family && { addrReg, family }),
    };
    to.emit({ op: 'effect', row: fwd, args });
    to.release(devReg);
  },
  bytecode(args) {
    const { devReg, addrReg, family } = args as FwdOp;
    const dev = `fwd sreg_dev ${registerName(devReg)}`;
    if (addrReg === undefined || !family) return dev;
    return `${dev} sreg_addr ${registerName(addrReg)} nfproto ${NFPROTO[family]}`;
  },
  validate: (_args, { family, hook }: ChainSite) =>
    family === 'netdev' && (hook === 'ingress' || hook === 'egress') ? undefined : 'EOPNOTSUPP',
  run: runFwd,
};
