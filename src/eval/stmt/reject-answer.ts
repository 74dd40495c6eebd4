/** How a rejected packet is answered: the forms of `reject with`, and what they need to know. */
import type { Expr as AstExpr, Choice, Span } from '../../parser/ast.ts';
import { exprOf } from '../check/arg.ts';
import type { CheckContext } from '../check/context.ts';
import { ip } from '../expr/ip.ts';
import { ip6 } from '../expr/ip6.ts';
import { tcp } from '../expr/tcp.ts';
import { icmpCode, icmpv6Code, icmpxCode } from '../type/icmp.ts';
import type { PrintOptions } from '../type/index.ts';

/** How the sender is told; the numbers are the kernel's NFT_REJECT_*. */
export const TYPES = { unreachable: 0, 'tcp reset': 1, icmpx: 2 } as const;

export type RejectArgs = {
  readonly type: keyof typeof TYPES;
  /** Of an ICMP message. */
  readonly family?: 'ip' | 'ip6';
  readonly code: number;
};

export const ICMP = {
  ip: { word: 'icmp', type: icmpCode, protocol: ip, portUnreachable: 3 },
  ip6: { word: 'icmpv6', type: icmpv6Code, protocol: ip6, portUnreachable: 4 },
} as const;

export const ICMPX_PORT_UNREACHABLE = 1;
/** NFT_REJECT_ICMPX_MAX */
export const ICMPX_MAX = 3;

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
  const value = type.parse(text, ctx.names, 8);
  if (typeof value === 'bigint') return Number(value);
  return ctx.error(value.replace('parse', 'parse reject'), node.span);
}

/** What is written, or what the packet's family suggests. */
export function kindOf(chosen: Choice | undefined, ctx: CheckContext): RejectArgs | undefined {
  const which = chosen?.which;
  if (which === 'tcp') return { type: 'tcp reset', code: 0 };
  if (!chosen || !which) {
    const family = isIp(ctx.family) ? ctx.family : ctx.protocol('nh');
    return isIp(family) ? unreachable(family) : { type: 'icmpx', code: ICMPX_PORT_UNREACHABLE };
  }
  const node = exprOf(chosen.args, 'code');
  const code = node && codeOf(node, which, ctx);
  if (code === undefined) return undefined;
  if (which === 'icmpx') return { type: 'icmpx', code };
  return { type: 'unreachable', family: which === 'icmp' ? 'ip' : 'ip6', code };
}

/** Of a family: that it is one network protocol's; of a network protocol: that ICMP answers it. */
export const isIp = (name: string | undefined): name is 'ip' | 'ip6' =>
  name === 'ip' || name === 'ip6';

/** With nft's own line break. */
export const UNCLEAR = 'cannot infer ICMP reject variant to use: explicit value required.\n';

/** Whether an ICMP message is asked for, or none said, of packets that are neither IPv4 nor IPv6. */
export const isUnclear = (
  chosen: Choice | undefined,
  { type }: RejectArgs,
  network: string | undefined,
): boolean =>
  (chosen?.which === undefined || type === 'unreachable') &&
  network !== undefined &&
  !isIp(network);

/** Where such an answer makes no sense; the message. */
export function conflict(args: RejectArgs, ctx: CheckContext): string | undefined {
  const own = isIp(ctx.family) ? ctx.family : undefined;
  if (own && args.type === 'icmpx') return 'abstracted ICMP unreachable not supported';
  const known = own ?? ctx.protocol('nh');
  if (args.family && isIp(known) && known !== args.family) {
    return 'conflicting protocols specified: ip vs ip6';
  }
  return undefined;
}

/** Sees to it that the packet is one that can be answered so. */
export function need(args: RejectArgs, at: Span, ctx: CheckContext): boolean {
  const transport = ctx.protocol('th');
  if (args.type === 'tcp reset') {
    if (transport !== undefined && transport !== 'tcp') {
      ctx.error('you cannot use tcp reset with this protocol', at, ctx.protocolSpan('th'));
      return false;
    }
    return ctx.needFirst(tcp.spec, at);
  }
  if (args.family === undefined || isIp(ctx.family)) return true;
  return ctx.needFirst(ICMP[args.family].protocol.spec, at);
}

/** How the message is called, and its codes. */
export const answerOf = ({ family }: RejectArgs) =>
  family ? ICMP[family] : { word: 'icmpx', type: icmpxCode };

/** A code that has no name stands as a number. */
export function codeName(args: RejectArgs, { numericSymbols }: PrintOptions): string | number {
  const names = numericSymbols ? [] : (answerOf(args).type.symbols ?? []);
  return names.find(([, code]) => Number(code) === args.code)?.[0] ?? args.code;
}
