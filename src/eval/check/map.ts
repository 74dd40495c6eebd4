/**
 * Maps: `tcp dport map { 22 : 1 }`, `ip saddr vmap @m`. Mirrors expr_evaluate_map and
 * stmt_evaluate_objref_map of nft.
 */
import type { Expr as AstExpr, MapExpr } from '../../parser/ast.ts';
import type { Expr, Lookup, SetLiteral, SetRef } from '../checked.ts';
import { constant } from '../lower/constant.ts';
import type { ValueType } from '../type/index.ts';
import { integer, mark } from '../type/integer.ts';
import { string } from '../type/string.ts';
import { verdict } from '../type/verdict.ts';
import { across } from './arg.ts';
import type { CheckContext, Expected, SetInfo } from './context.ts';
import { checkSetOf } from './set.ts';

export const expectedOf = (e: Expr): Expected => ({
  type: e.type,
  bits: e.bits,
  order: e.order,
  span: e.span,
  max: e.kind === 'load' ? e.max : undefined,
  parts: e.kind === 'concat' ? e.parts.map(keyOf) : undefined,
});

/** Keys of a map, and parts of any key, may be any number of their bits. */
const keyOf = (e: Expr): Expected => ({ ...expectedOf(e), max: undefined });

export function checkMap(
  node: MapExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
): Lookup | undefined {
  const wanted = expected ?? dataOf(node.map, ctx);
  if (!wanted) return ctx.error('Implicit map expression without known datatype', node.span);
  const key = checkKey(node.key, ctx);
  if (!key) return undefined;
  const { type, bits, order } = wanted;
  const map = checkMapSource(node.map, key, wanted, ctx);
  return map && { kind: 'map', key, map, type, bits, order, span: node.span };
}

/** The data of a map that has a name. */
function dataOf(node: AstExpr, ctx: CheckContext): Expected | undefined {
  const source = plain(node);
  const info = source.kind === 'setref' ? ctx.scope.set(source.name) : undefined;
  return info?.data && { type: info.data, bits: info.data.bits, order: info.data.order };
}

/** What nft says of addresses of connections that are to be looked up. */
export const UNTYPED = 'specify either ip or ip6 for address matching';

/** What is looked up: an expression that has a type by itself. */
export function checkKey(node: AstExpr, ctx: CheckContext): Expr | undefined {
  return ctx.standsAlone(node) ? ctx.error(UNTYPED, node.span) : ctx.expr(node);
}

/** The map of a key: in braces, or by name with a key and data of the right types. */
export function checkMapSource(
  node: AstExpr,
  key: Expr,
  data: Expected,
  ctx: CheckContext,
): SetLiteral | SetRef | undefined {
  const source = plain(node);
  if (source.kind === 'set') {
    const set = checkSetOf(source, { key: keyOf(key), data }, ctx);
    return set && canShift(key, set, ctx) ? set : undefined;
  }
  if (source.kind !== 'setref') return ctx.error('Expression is not a map', node.span);
  const ref = ctx.expr(source) as SetRef | undefined;
  const info = ref && ctx.scope.set(source.name);
  if (!ref || !info) return undefined;
  const unfit = unlike(info, data.type);
  if (unfit) return ctx.error(unfit, source.span);
  return agree(info, key, data, ref, ctx) ? ref : undefined;
}

/** Objects are named by maps of objects, all else comes from maps of data. */
function unlike({ data, object }: SetInfo, wanted: ValueType): string | undefined {
  if (!data && object === undefined) return 'Expression is not a map';
  if (wanted === string)
    return object === undefined ? 'Expression is not a map with objects' : undefined;
  return data ? undefined : 'Expression is not a map';
}

/** What is written in a variable's place. */
export function plain(node: AstExpr): AstExpr {
  return node.kind === 'variable' ? plain(node.value) : node;
}

function agree(info: SetInfo, key: Expr, data: Expected, ref: SetRef, ctx: CheckContext): boolean {
  const span = ref.span!;
  if (!compatible(info.key, key.type)) {
    const what = `map expects ${info.key.description}, mapping expression has type ${key.type.description}`;
    ctx.error(`datatype mismatch, ${what}`, span, key.span ?? span);
    return false;
  }
  if (data.type === verdict && info.data !== verdict) {
    const what = `expected ${verdict.description}, expression has type ${info.data!.description}`;
    ctx.error(`datatype mismatch: ${what}`, across(key.span ?? span, span));
    return false;
  }
  return true;
}

/**
 * nft moves a left shift to the constants that its result is compared with, of which the lowest bits
 * must be none.
 */
export function canShift(left: Expr, right: Expr, ctx: CheckContext): boolean {
  if (left.kind !== 'binop' || left.op !== '<<') return true;
  const by = constant(left.right);
  if (by === undefined) return true;
  const keys = right.kind === 'set' ? right.elements.map(({ key }) => key) : [right];
  if (keys.some((key) => key.kind !== 'value')) return true;
  const odd = keys.find((key) => BigInt.asUintN(Number(by), constant(key) ?? 0n) !== 0n);
  return !odd || !!ctx.error('Comparison is always false', odd.span ?? left.span!, left.span!);
}

/** Whether a mark may be compared with it or set to it: an integer, and no flags. */
export const isNumber = (type: ValueType): boolean =>
  (type.base ?? type) === integer && !type.bitmask;

/** Whether values of `b` may be compared with one of `a`: of the same type, or integers with a mark. */
export function compatible(a: ValueType, b: ValueType): boolean {
  if (a.parts || b.parts) {
    if (!a.parts || !b.parts || a.parts.length !== b.parts.length) return false;
    return a.parts.every((part, i) => part.id === b.parts![i]!.id);
  }
  return a.id === b.id || (a.id === mark.id && isNumber(b));
}
