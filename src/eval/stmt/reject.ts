/** `reject`: drops the packet and tells the sender. Mirrors nft_reject.c and its families. */
import type { Args, Expr as AstExpr, Family } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import { alt, expr, kw, listed, opt } from '../../parser/phrase.ts';
import { choiceOf, exprOf, leading } from '../check/arg.ts';
import { runReject } from '../engine/run/reject.ts';
import { ether } from '../expr/ether.ts';
import { vlan } from '../expr/vlan.ts';
import type { ListContext } from '../list/context.ts';
import type { ChainSite, StatementRow } from '../row.ts';
import {
  answerOf,
  codeName,
  conflict,
  ICMP,
  ICMPX_MAX,
  ICMPX_PORT_UNREACHABLE,
  isIp,
  isUnclear,
  kindOf,
  need,
  type RejectArgs,
  TYPES,
  UNCLEAR,
} from './reject-answer.ts';

/** In families of their own the usual answer goes without saying; one of no known family has no words. */
const isUsual = ({ type, family, code }: RejectArgs, table: Family): boolean =>
  type === 'icmpx'
    ? code === ICMPX_PORT_UNREACHABLE
    : type === 'unreachable' &&
      (!family || (family === table && code === ICMP[family].portUnreachable));

function text(args: RejectArgs, ctx: ListContext): string {
  if (isUsual(args, ctx.family)) return 'reject';
  if (args.type === 'tcp reset') return 'reject with tcp reset';
  const { word } = answerOf(args);
  return `reject with ${word} ${codeName(args, ctx.options)}`;
}

const CODED: readonly string[] = ['icmp', 'icmpv6', 'icmpx'];

/** Hooks where an answer may be sent, by family. */
const HOOKS: Readonly<Partial<Record<Family, readonly string[]>>> = {
  ip: ['input', 'forward', 'output', 'prerouting'],
  ip6: ['input', 'forward', 'output', 'prerouting'],
  inet: ['input', 'forward', 'output', 'prerouting', 'ingress'],
  bridge: ['prerouting', 'input'],
  netdev: ['ingress'],
};

export const reject: StatementRow<RejectArgs> = {
  row: 'statement',
  name: 'reject',
  ledBy: () => 'reject',
  phrase: [
    opt(
      kw('with'),
      alt('with', {
        icmp: [kw('icmp'), listed(kw('type')), expr('code', 'code')],
        icmpv6: [kw('icmpv6'), listed(kw('type')), expr('code', 'code')],
        icmpx: [kw('icmpx'), listed(kw('type')), expr('code', 'code')],
        tcp: [kw('tcp'), kw('reset')],
      }),
    ),
  ],
  terminal: true,
  check(args, span, ctx) {
    const at = leading(span, 'reject');
    if (ctx.family === 'arp') return ctx.error('cannot use reject with arp', at);
    const network = ctx.protocol('nh');
    const mixed = ctx.family === 'bridge' || ctx.family === 'netdev';
    const link = mixed ? ctx.protocol('ll') : undefined;
    if (link !== undefined && link !== ether.name && link !== vlan.name)
      return ctx.error('cannot reject from this link layer protocol', at);
    if (mixed && network !== undefined && !isIp(network)) {
      return ctx.error('cannot reject this network family', at, ctx.protocolSpan('nh'));
    }
    const chosen = choiceOf(args, 'with');
    const checked = kindOf(chosen, ctx);
    if (!checked) return undefined;
    if (ctx.family === 'inet' && isUnclear(chosen, checked, network)) return ctx.error(UNCLEAR, at);
    const error = conflict(checked, ctx);
    if (error) {
      const code = exprOf(chosen?.args ?? {}, 'code')?.span ?? at;
      return ctx.error(error, code, (isIp(ctx.family) ? undefined : ctx.protocolSpan('nh')) ?? at);
    }
    return need(checked, at, ctx) ? checked : undefined;
  },
  list: text,
  json(args, ctx) {
    if (args.type === 'tcp reset') return { reject: { type: 'tcp reset' } };
    if (args.type === 'unreachable' && !args.family) return { reject: null };
    return { reject: { type: answerOf(args).word, expr: codeName(args, ctx.options) } };
  },
  fromJson: {
    read(value, from) {
      const type = member(value, 'type', 'string');
      const written = member(value, 'expr', 'any');
      const said = written === undefined ? undefined : from.immediate(written);
      if (written !== undefined && !said) return from.fail('Illegal reject expr.');
      if (type === 'tcp reset') return { with: from.choice('tcp') };
      if (type === undefined || !CODED.includes(type)) return {};
      return { with: from.choice(type, { code: said ?? from.symbol('0') }) };
    },
  },
  lower: (args, to) => to.emit({ op: 'effect', row: reject, args }),
  bytecode(args) {
    const { type, code } = args as RejectArgs;
    return `reject type ${TYPES[type]} code ${code}`;
  },
  init: (args) => {
    const { type, code } = args as RejectArgs;
    return type === 'icmpx' && code > ICMPX_MAX ? 'EINVAL' : undefined;
  },
  validate: (_args, { family, hook }: ChainSite, { rejectAtIngress }) =>
    HOOKS[family]?.includes(hook) && (hook !== 'ingress' || rejectAtIngress)
      ? undefined
      : 'EOPNOTSUPP',
  hides: ({ type }, table) => {
    if (type === 'icmpx') return undefined;
    if (!isIp(table)) return 'nh';
    return type === 'tcp reset' ? 'th' : undefined;
  },
  reread(args, table, known) {
    if (args.type !== 'unreachable') return args;
    const network = isIp(table) ? table : known;
    const { family: _written, ...rest } = args;
    return isIp(network) ? { ...rest, family: network } : rest;
  },
  mergeable: { text: writtenText },
  run: runReject,
};

/** What stands there, be it the usual answer. */
function writtenText(args: Args, print: (e: AstExpr) => string): string {
  const chosen = choiceOf(args, 'with');
  if (!chosen) return 'reject';
  const code = exprOf(chosen.args, 'code');
  return code ? `reject with ${chosen.which} ${print(code)}` : 'reject with tcp reset';
}
