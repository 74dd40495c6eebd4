/**
 * What a statement is given: `meta mark set VALUE`, `dnat to ADDRESS`, `counter name NAME`. Mirrors
 * stmt_evaluate_arg of nft.
 */
import type { Expr as AstExpr, Span } from '../../parser/ast.ts';
import type { Expr, Load } from '../checked.ts';
import { isRange } from '../lower/elements.ts';
import { rootType, type ValueType } from '../type/index.ts';
import { integer } from '../type/integer.ts';
import type { CheckContext, Expected } from './context.ts';
import { compatible, isNumber } from './map.ts';

/** A value of the type wanted; `statement` is where it is given. */
export function checkArgument(
  node: AstExpr,
  wanted: Expected,
  statement: Span,
  ctx: CheckContext,
): Expr | undefined {
  const value = ctx.expr(node, { ...wanted, stated: true });
  return value && fitsArgument(wanted, value, node.span, statement, ctx) ? value : undefined;
}

/** The same where the kernel takes one value only; `word` is the statement's. */
export function checkSingle(
  word: string,
  node: AstExpr,
  wanted: Expected,
  statement: Span,
  ctx: CheckContext,
): Expr | undefined {
  const value = checkArgument(node, wanted, statement, ctx);
  if (!value || !isRange(value)) return value;
  return ctx.error(`${word}: range argument not supported`, node.span);
}

export function fitsArgument(
  { type, bits, widens, packet }: Expected,
  value: Expr,
  span: Span,
  statement: Span,
  ctx: CheckContext,
): boolean {
  if (value.kind === 'set' || value.kind === 'setref') {
    const what = 'you cannot use a set here, unknown value to use';
    return !!ctx.error(what, span, statement);
  }
  const widened = widens && value.kind === 'binop' && firstBits(value) < bits;
  const given = widened ? integer : dataOf(value, ctx);
  const mismatch = `datatype mismatch: expected ${type.description}, expression has type ${given.description}`;
  if (given.parts && !type.parts) return !!ctx.error(mismatch, span, statement);
  if (isNumberOfHeader(value, packet) && (rootType(type) !== integer || value.bits !== bits)) {
    return !!ctx.error(`${mismatch} with length ${value.bits}`, span, statement);
  }
  if (type.anyNumber && isNumber(given)) return true;
  if (given.id !== integer.id) {
    const isRoot = value.kind === 'load' && type.id === integer.id;
    if (!isRoot && compatible(type, given)) return true;
    return !!ctx.error(mismatch, span, statement);
  }
  if (type.id === integer.id || takesType(value, type, bits)) return true;
  return !!ctx.error(mismatch, span, statement);
}

const firstBits = (e: Expr): number => (e.kind === 'binop' ? firstBits(e.left) : e.bits);

/** What a named map gives, of which only one part may be wanted; else the type of the value. */
function dataOf(value: Expr, ctx: CheckContext): ValueType {
  const named = value.kind === 'map' && value.map.kind === 'setref' ? value.map : undefined;
  return (named && ctx.scope.set(named.name)?.data) ?? value.type;
}

/** A field of a header that is a mere number; elsewhere one of odd bits comes out of others by a mask. */
const isNumberOfHeader = (value: Expr, packet = false): boolean =>
  value.kind === 'load' &&
  value.type.id === integer.id &&
  (value.args.layer !== undefined || isRaw(value)) &&
  (packet || value.bits % 8 === 0);

/** Bytes that are no field of a header. */
const isRaw = ({ row, args }: Load): boolean => row.field !== undefined && args.field === undefined;

/** Generated numbers are of any type of 32 bits. Mirrors expr_dtype_integer_compatible of nft. */
const takesType = (value: Expr, type: ValueType, bits: number): boolean =>
  value.kind === 'load' &&
  value.max !== undefined &&
  bits === 32 &&
  !type.bitmask &&
  rootType(type) === integer;
