/**
 * What statements that rewrite addresses have in common: flags, ports, registers of ranges.
 *
 * Mirrors NF_NAT_RANGE_* of the kernel, nat_evaluate_transport of nft.
 */
import type { Args, Expr as AstExpr, Family, Span, Word } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import { choice, type Item, many, opt } from '../../parser/phrase.ts';
import { manyOf } from '../check/arg.ts';
import { checkArgument } from '../check/argument.ts';
import type { CheckContext } from '../check/context.ts';
import type { Expr } from '../checked.ts';
import type { OpArgs, Register } from '../ir.ts';
import type { Json } from '../list/json.ts';
import { number } from '../lower/field.ts';
import { registerName } from '../lower/registers.ts';
import type { Lowering } from '../lower.ts';
import type { StatementRow } from '../row.ts';
import { inetService } from '../type/inet.ts';

/** NF_NAT_RANGE_PROTO_SPECIFIED */
export const PORT_GIVEN = 0x02;
/** NF_NAT_RANGE_NETMAP */
export const NETMAP = 0x40;

/** NF_NAT_RANGE_PROTO_RANDOM, _PROTO_RANDOM_FULLY, _PERSISTENT, in the order of listing. */
const FLAGS: readonly (readonly [name: string, bit: number])[] = [
  ['random', 0x04],
  ['fully-random', 0x10],
  ['persistent', 0x08],
];

export const natFlags: Item = opt(
  many('flags', [choice('flag', ...FLAGS.map(([name]) => name))], ','),
);

export const checkFlags = (args: Args): number =>
  manyOf<Word>(args, 'flags').reduce(
    (bits, { text }) => bits | (FLAGS.find(([name]) => name === text)?.[1] ?? 0),
    0,
  );

const names = (flags: number): readonly string[] =>
  FLAGS.filter(([, bit]) => flags & bit).map(([name]) => name);

/** ` random,persistent`, or nothing. */
export const flagsText = (flags: number): string => (flags ? ` ${names(flags).join(',')}` : '');

export function flagsJson(flags: number): { readonly flags?: Json } {
  const all = [...names(flags), ...(flags & NETMAP ? ['netmap'] : [])];
  return all.length ? { flags: all.length > 1 ? all : (all[0] ?? null) } : {};
}

export const NO_TRANSPORT =
  'transport protocol mapping is only valid after transport protocol match';

const JSON_FLAGS = [...FLAGS.map(([name]) => name), 'netmap'];

/** Port and flags as the phrases of NAT have them; a prefix says `netmap` by itself. */
export function portsFromJson(
  value: JsonValue,
  from: JsonStatements,
): { readonly port?: AstExpr; readonly flags?: Word[] } | undefined {
  const ported = member(value, 'port', 'any');
  const port = ported === undefined ? undefined : from.stated(ported);
  if (ported !== undefined && !port) return from.fail('Invalid nat port.');
  const flagged = member(value, 'flags', 'any');
  const flags = flagged === undefined ? [] : from.flags(flagged, 'nat', JSON_FLAGS);
  if (!flags) return undefined;
  const words = flags.filter((flag) => flag !== 'netmap').map((flag) => from.word(flag));
  return { ...(port && { port }), ...(words.length > 0 && { flags: words }) };
}

export const PORT = { type: inetService, bits: 16, order: 'big' } as const;

const FAMILIES: readonly Family[] = ['ip', 'ip6', 'inet'];

/** Tables whose packets have addresses to rewrite. */
export const isNatFamily = (word: Span, ctx: CheckContext): boolean =>
  FAMILIES.includes(ctx.family) || !!ctx.error('NAT is only supported for IPv4/IPv6', word);

/** A port, a range or map of them; needs to know that the packet has ports. */
export function checkPort(node: AstExpr, word: Span, ctx: CheckContext): Expr | undefined {
  const port = checkArgument(node, PORT, word, ctx);
  if (!port || ctx.protocol('th')) return port && asRange(port);
  return ctx.error(NO_TRANSPORT, port.span ?? node.span, word);
}

/** A range of one value is that value, a range that is a prefix lists as one. */
export function asRange(e: Expr): Expr {
  if (e.kind !== 'range' || e.low.kind !== 'value' || e.high.kind !== 'value') return e;
  const low = e.low.value;
  const high = e.high.value;
  if (low === high) return e.low;
  const host = low ^ high;
  const isPrefix = (host & (host + 1n)) === 0n && (low & host) === 0n;
  if (!isPrefix || e.bits < 32) return e;
  return {
    kind: 'prefix',
    type: e.type,
    bits: e.bits,
    order: e.order,
    base: e.low,
    length: e.bits - host.toString(2).length,
    ...(e.span && { span: e.span }),
  };
}

/** Registers of the two ends; `max` is absent for a single value. */
export interface Ends {
  readonly min: Register;
  readonly max?: Register;
}

/** Emits a value, or the ends of a range, into registers of their own. */
export function lowerEnds(e: Expr, to: Lowering): Ends {
  const range = endsOf(e);
  if (!range) return { min: to.operand(e, 'big') };
  const min = to.allocate(range.low);
  const max = to.allocate(range.high);
  to.expr(range.low, min);
  to.expr(range.high, max);
  return { min, max };
}

function endsOf(e: Expr): { low: Expr; high: Expr } | undefined {
  if (e.kind === 'range') return e;
  if (e.kind !== 'prefix' || e.base.kind !== 'value') return undefined;
  const host = (1n << BigInt(e.bits - e.length)) - 1n;
  const low = e.base.value & ~host;
  return { low: number(e.base, low, e.bits), high: number(e.base, low | host, e.bits) };
}

/** What the kernel is told of ports and flags. */
export type PortsOp = {
  readonly family: string;
  readonly protoMinReg?: Register;
  readonly protoMaxReg?: Register;
  /** NF_NAT_RANGE_* */
  readonly flags: number;
};

export function lowerPorts(
  row: StatementRow,
  { port, flags }: { readonly port?: Expr; readonly flags: number },
  to: Lowering,
): void {
  const ends = port && lowerEnds(port, to);
  const args: PortsOp = {
    family: to.family,
    ...(ends && { protoMinReg: ends.min }),
    ...(ends?.max !== undefined && { protoMaxReg: ends.max }),
    flags: flags | (ends ? PORT_GIVEN : 0),
  };
  to.emit({ op: 'effect', row, args });
  if (ends) to.release(ends.min);
}

export function portsText(op: OpArgs): string {
  const { protoMinReg, protoMaxReg, flags } = op as PortsOp;
  const min = protoMinReg === undefined ? '' : ` proto_min reg ${registerName(protoMinReg)}`;
  const max = protoMaxReg === undefined ? '' : ` proto_max reg ${registerName(protoMaxReg)}`;
  return `${min}${max}${flags ? ` flags 0x${flags.toString(16)}` : ''}`;
}
