/** `reject`: drops the packet and tells the sender. Mirrors nft_reject.c and its families. */
import type { Expr as AstExpr, Choice, Family, Span } from '../../parser/ast.ts';
import { alt, expr, kw, opt } from '../../parser/phrase.ts';
import { choiceOf, exprOf, leading } from '../check/arg.ts';
import type { CheckContext } from '../check/context.ts';
import { runReject } from '../engine/run/reject.ts';
import { ip } from '../expr/ip.ts';
import { ip6 } from '../expr/ip6.ts';
import { tcp } from '../expr/tcp.ts';
import type { ListContext } from '../list/context.ts';
import type { ChainSite, StatementRow } from '../row.ts';
import { icmpCode, icmpv6Code, icmpxCode } from '../type/icmp.ts';

/** How the sender is told; the numbers are the kernel's NFT_REJECT_*. */
const TYPES = { unreachable: 0, 'tcp reset': 1, icmpx: 2 } as const;

export type RejectArgs = {
  readonly type: keyof typeof TYPES;
  /** Of an ICMP message. */
  readonly family?: 'ip' | 'ip6';
  readonly code: number;
};

const ICMP = {
  ip: { word: 'icmp', type: icmpCode, protocol: ip, portUnreachable: 3 },
  ip6: { word: 'icmpv6', type: icmpv6Code, protocol: ip6, portUnreachable: 4 },
} as const;

const ICMPX_PORT_UNREACHABLE = 1;
/** NFT_REJECT_ICMPX_MAX */
const ICMPX_MAX = 3;

const unreachable = (family: 'ip' | 'ip6'): RejectArgs => ({
  type: 'unreachable',
  family,
  code: ICMP[family].portUnreachable,
});

/** A code by name or number. */
function codeOf(node: AstExpr, kind: string, ctx: CheckContext): number | undefined {
  const literal = node.kind === 'variable' ? node.value : node;
  const { type } = kind === 'icmpx' ? { type: icmpxCode } : ICMP[kind === 'icmp' ? 'ip' : 'ip6'];
  const text = literal.kind === 'symbol' ? literal.text : '';
  if (/^\d+$/.test(text)) {
    if (Number(text) <= 255) return Number(text);
    return ctx.error('reject code must be integer in range 0-255', node.span);
  }
  const symbol = type.symbols?.find(([name]) => name === text);
  return symbol ? Number(symbol[1]) : ctx.error(`Could not parse reject ${kind} code`, node.span);
}

/** What is written, or what the packet's family suggests. */
function kindOf(chosen: Choice | undefined, ctx: CheckContext): RejectArgs | undefined {
  const which = chosen?.which;
  if (which === 'tcp') return { type: 'tcp reset', code: 0 };
  if (!chosen || !which) {
    const family = ctx.family === 'ip' || ctx.family === 'ip6' ? ctx.family : ctx.protocol('nh');
    return family === 'ip' || family === 'ip6'
      ? unreachable(family)
      : { type: 'icmpx', code: ICMPX_PORT_UNREACHABLE };
  }
  const node = exprOf(chosen.args, 'code');
  const code = node && codeOf(node, which, ctx);
  if (code === undefined) return undefined;
  if (which === 'icmpx') return { type: 'icmpx', code };
  return { type: 'unreachable', family: which === 'icmp' ? 'ip' : 'ip6', code };
}

/** Where such an answer makes no sense; the message. */
function conflict(args: RejectArgs, ctx: CheckContext): string | undefined {
  const own = ctx.family === 'ip' || ctx.family === 'ip6' ? ctx.family : undefined;
  if (own && args.type === 'icmpx') return 'abstracted ICMP unreachable not supported';
  const known = own ?? ctx.protocol('nh');
  if (args.family && (known === 'ip' || known === 'ip6') && known !== args.family) {
    return 'conflicting protocols specified: ip vs ip6';
  }
  return undefined;
}

/** Sees to it that the packet is one that can be answered so. */
function need(args: RejectArgs, at: Span, ctx: CheckContext): boolean {
  const transport = ctx.protocol('th');
  if (args.type === 'tcp reset') {
    if (transport !== undefined && transport !== 'tcp') {
      ctx.error('you cannot use tcp reset with this protocol', at);
      return false;
    }
    return ctx.needFirst(tcp.spec, at);
  }
  return args.family === undefined || ctx.needFirst(ICMP[args.family].protocol.spec, at);
}

const answerOf = ({ family }: RejectArgs) =>
  family ? ICMP[family] : { word: 'icmpx', type: icmpxCode };

/** A code that has no name stands as a number. */
const codeName = (args: RejectArgs): string | number =>
  answerOf(args).type.symbols?.find(([, code]) => Number(code) === args.code)?.[0] ?? args.code;

/** In families of their own the usual answer goes without saying. */
const isUsual = ({ type, family, code }: RejectArgs, table: Family): boolean =>
  type === 'icmpx'
    ? code === ICMPX_PORT_UNREACHABLE
    : type === 'unreachable' && family === table && code === ICMP[family].portUnreachable;

function text(args: RejectArgs, ctx: ListContext): string {
  if (isUsual(args, ctx.family)) return 'reject';
  if (args.type === 'tcp reset') return 'reject with tcp reset';
  const { word } = answerOf(args);
  return `reject with ${word} ${codeName(args)}`;
}

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
  phrase: [
    opt(
      kw('with'),
      alt('with', {
        icmp: [kw('icmp'), opt(kw('type')), expr('code', 'literal')],
        icmpv6: [kw('icmpv6'), opt(kw('type')), expr('code', 'literal')],
        icmpx: [kw('icmpx'), opt(kw('type')), expr('code', 'literal')],
        tcp: [kw('tcp'), kw('reset')],
      }),
    ),
  ],
  terminal: true,
  check(args, span, ctx) {
    const at = leading(span, 'reject');
    if (ctx.family === 'arp') return ctx.error('cannot use reject with arp', at);
    const network = ctx.protocol('nh');
    if (ctx.family === 'bridge' && network === 'arp') {
      return ctx.error('cannot reject this network family', at);
    }
    const chosen = choiceOf(args, 'with');
    const checked = kindOf(chosen, ctx);
    if (!checked) return undefined;
    const error = conflict(checked, ctx);
    if (error) return ctx.error(error, exprOf(chosen?.args ?? {}, 'code')?.span ?? at, at);
    return need(checked, at, ctx) ? checked : undefined;
  },
  list: text,
  json(args) {
    if (args.type === 'tcp reset') return { reject: { type: 'tcp reset' } };
    return { reject: { type: answerOf(args).word, expr: codeName(args) } };
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
  validate: (_args, { family, hook }: ChainSite) =>
    HOOKS[family]?.includes(hook) ? undefined : 'EOPNOTSUPP',
  hides: ({ type }, table) => {
    const own = table === 'ip' || table === 'ip6';
    if (type === 'tcp reset') return own ? 'th' : undefined;
    return type === 'unreachable' && !own ? 'nh' : undefined;
  },
  run: runReject,
};
