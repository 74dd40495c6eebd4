/**
 * Where `snat` and `dnat` send packets: an address, a range, a map of addresses or of addresses with
 * ports, and of which family. Mirrors stmt_evaluate_nat and nat_evaluate_family of nft.
 */
import type { Args, Expr as AstExpr, Span, Word } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import { alt, choice, expr, fork, type Item, kw, opt } from '../../parser/phrase.ts';
import { choiceOf, exprOf, wordOf } from '../check/arg.ts';
import { checkArgument } from '../check/argument.ts';
import type { CheckContext, Expected } from '../check/context.ts';
import type { Expr } from '../checked.ts';
import { mapsToRanges } from '../lower/elements.ts';
import { ipv4Addr, ipv6Addr } from '../type/address.ts';
import { concatType } from '../type/index.ts';
import { inetService } from '../type/inet.ts';
import { asRange, checkPort, isNatFamily, NO_TRANSPORT } from './nat-flags.ts';

export type NatFamily = 'ip' | 'ip6';

export type NatTarget = {
  /** Of the addresses; `inet`: only the port changes. */
  readonly family: NatFamily | 'inet';
  readonly addr?: Expr;
  readonly port?: Expr;
  /** Host bits are kept: prefix to prefix. */
  readonly prefix?: true;
  /** A map holds addresses with ports. */
  readonly concat?: true;
  /** A map holds ranges: two values for each. */
  readonly ranges?: true;
};

/** `to`, `ip to`, `ip6 prefix to`, `ip addr . port to`: the family is one only before these. */
export const natLead: Item = opt(
  alt('lead', {
    family: [
      choice('family', 'ip', 'ip6'),
      opt(
        alt('as', {
          concat: [kw('addr'), kw('.'), kw('port')],
          interval: [kw('interval')],
          prefix: [kw('prefix')],
        }),
      ),
      kw('to'),
    ],
    interval: [kw('interval'), kw('to')],
    prefix: [kw('prefix'), kw('to')],
    to: [kw('to')],
  }),
);

const JSON_FORMS = ['interval', 'prefix', 'concat'];

/** The parts before the port, as `natLead` and `natDestination` have them. */
export function targetFromJson(value: JsonValue, from: JsonStatements): Args | undefined {
  const family = from.network(value);
  if (family === null) return undefined;
  const written = member(value, 'addr', 'any');
  const addr = written === undefined ? undefined : from.stated(written);
  if (written !== undefined && !addr) return from.fail('Invalid nat addr.');
  const said = member(value, 'type_flags', 'any');
  const forms = said === undefined ? [] : from.flags(said, 'nat type', JSON_FORMS);
  if (!forms) return undefined;
  const form = forms.find((f) => f !== 'interval') ?? forms[0];
  const as = form === undefined ? {} : { as: from.choice(form) };
  const lead = family
    ? from.choice('family', { family: from.word(family), ...as })
    : from.choice(form ?? 'to');
  return { lead, ...(addr && { addr }) };
}

const natPort: readonly Item[] = [kw(':'), expr('port', 'stmt')];

/** An address, a port or both. */
export const natDestination: Item = fork(natPort, [expr('addr', 'stmt'), opt(...natPort)]);

const ADDRESS = { ip: ipv4Addr, ip6: ipv6Addr } as const;

export const addressOf = (family: NatFamily): Expected => {
  const type = ADDRESS[family];
  return { type, bits: type.bits, order: 'big' };
};

const addressAndPort = (family: NatFamily): Expected => {
  const type = concatType([ADDRESS[family], inetService]);
  return { type, bits: type.bits, order: 'big' };
};

export function checkTarget(args: Args, word: Word, ctx: CheckContext): NatTarget | undefined {
  const lead = choiceOf(args, 'lead');
  const as = choiceOf(lead?.args ?? {}, 'as')?.which ?? lead?.which;
  const node = exprOf(args, 'addr');
  const port = exprOf(args, 'port');
  const given = wordOf(lead?.args ?? {}, 'family')?.text as NatFamily | undefined;
  const family = familyOf(given, node, word, ctx);
  if (!family) return undefined;
  const target = node ? checkAddress(node, family as NatFamily, as, word, ctx) : { family };
  if (!target || !port) return target;
  const checked = checkPort(port, word.span, ctx);
  return checked && { ...target, port: checked };
}

/** Addresses of a family, in a statement that goes with what is known of the packet (stmt_evaluate_l3proto). */
export function fitsNetwork(
  given: NatFamily | 'unknown',
  statement: string,
  span: Span,
  ctx: CheckContext,
): boolean {
  const known = ctx.protocol('nh');
  if ((known !== 'ip' && known !== 'ip6') || known === given) return true;
  ctx.error(
    `conflicting protocols specified: ${known} vs. ${given}. ` +
      `You must specify ip or ip6 family in ${statement} statement`,
    span,
    ctx.protocolSpan('nh'),
  );
  return false;
}

function familyOf(
  given: NatFamily | undefined,
  addr: AstExpr | undefined,
  word: Word,
  ctx: CheckContext,
): NatFamily | 'inet' | undefined {
  const { family } = ctx;
  if (family === 'ip' || family === 'ip6')
    return fitsNetwork(given ?? family, word.text, word.span, ctx) ? family : undefined;
  if (!isNatFamily(word.span, ctx)) return undefined;
  if (!addr) return 'inet';
  if (given) return fitsNetwork(given, word.text, word.span, ctx) ? given : undefined;
  // What a map is keyed by may say which family it is; nft asks for it first where ports come along.
  if (addr.kind === 'map' && !ctx.protocol('nh') && !holdsPorts(addr, ctx)) ctx.expr(addr.key);
  const known = ctx.protocol('nh');
  if (known === 'ip' || known === 'ip6') return known;
  return ctx.error(
    `specify \`${word.text} ip' or '${word.text} ip6' in inet table to disambiguate`,
    word.span,
  );
}

/** Whether the data of a map are addresses with ports. */
function holdsPorts(node: AstExpr, ctx: CheckContext): boolean {
  if (node.kind !== 'map') return false;
  const map = node.map.kind === 'variable' ? node.map.value : node.map;
  if (map.kind === 'setref') return ctx.scope.set(map.name)?.data?.parts !== undefined;
  return map.kind === 'set' && map.elements.some(({ data }) => data?.kind === 'concat');
}

function holdsRanges(e: Expr, ctx: CheckContext): boolean {
  if (e.kind !== 'map') return false;
  return e.map.kind === 'set'
    ? mapsToRanges(e.map.elements)
    : ctx.scope.set(e.map.name)?.dataInterval === true;
}

/** A map whose key tells the transport protocol: `meta l4proto . th dport` (nat_evaluate_addr_has_th_expr). */
const asksForTransport = (e: Expr): boolean =>
  e.kind === 'map' &&
  e.key.kind === 'concat' &&
  e.key.parts.some((p) => {
    const naming = p.kind === 'load' ? p.row.names?.(p) : undefined;
    return naming?.numbering === 'l4proto' && !naming.above;
  });

function checkAddress(
  node: AstExpr,
  family: NatFamily,
  as: string | undefined,
  word: Word,
  ctx: CheckContext,
): NatTarget | undefined {
  // nft looks for the map once for what it holds, and once more for the address.
  if (node.kind === 'map' && node.map.kind === 'setref' && !ctx.scope.set(node.map.name)) {
    ctx.expr(node.map);
  }
  const concat = as === 'concat' || holdsPorts(node, ctx);
  const addr = checkArgument(
    node,
    concat ? addressAndPort(family) : addressOf(family),
    word.span,
    ctx,
  );
  if (!addr) return undefined;
  if (concat && !ctx.protocol('th') && !asksForTransport(addr)) {
    return ctx.error(NO_TRANSPORT, node.span, word.span);
  }
  return {
    family,
    addr: asRange(addr),
    ...(as === 'prefix' && { prefix: true as const }),
    ...(concat && { concat: true as const }),
    ...(holdsRanges(addr, ctx) && { ranges: true as const }),
  };
}
