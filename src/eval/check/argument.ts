/**
 * What a statement is given: `meta mark set VALUE`, `dnat to ADDRESS`, `counter name NAME`. Mirrors
 * stmt_evaluate_arg of nft.
 */
import type { Expr as AstExpr, Span } from '../../parser/ast.ts';
import type { Expr } from '../checked.ts';
import { rootType } from '../type/index.ts';
import { integer } from '../type/integer.ts';
import type { CheckContext, Expected } from './context.ts';
import { compatible } from './map.ts';

/** A value of the type wanted; `statement` is where it is given. */
export function checkArgument(
  node: AstExpr,
  wanted: Expected,
  statement: Span,
  ctx: CheckContext,
): Expr | undefined {
  const value = ctx.expr(node, wanted);
  return value && fits(wanted, value, node.span, statement, ctx) ? value : undefined;
}

function fits(
  { type, bits }: Expected,
  value: Expr,
  span: Span,
  statement: Span,
  ctx: CheckContext,
): boolean {
  if (value.kind === 'set' || value.kind === 'setref') {
    const what = 'you cannot use a set here, unknown value to use';
    return !!ctx.error(what, span, statement);
  }
  if (type.anyNumber && rootType(value.type) === rootType(type)) return true;
  const mismatch = `datatype mismatch: expected ${type.description}, expression has type ${value.type.description}`;
  if (value.type.id !== integer.id) {
    if (compatible(value.type, type)) return true;
    return !!ctx.error(mismatch, span, statement);
  }
  const bytes = value.kind === 'load' && value.row.field !== undefined;
  if (!bytes || (rootType(type) === integer && value.bits === bits)) return true;
  return !!ctx.error(`${mismatch} with length ${value.bits}`, span, statement);
}
