/**
 * `selector set value`: `meta mark set 1`, `ip dscp set cs1`. Mirrors stmt_evaluate_meta,
 * stmt_evaluate_ct, stmt_evaluate_payload and stmt_evaluate_arg of nft.
 */
import type { AssignStatement } from '../../parser/ast.ts';
import type { Expr, Load, Statement } from '../checked.ts';
import { rootType } from '../type/index.ts';
import { integer } from '../type/integer.ts';
import type { CheckContext } from './context.ts';
import { compatible } from './map.ts';

type Assign = Extract<Statement, { kind: 'assign' }>;

export function checkAssign(node: AssignStatement, ctx: CheckContext): Assign | undefined {
  if (node.value.kind === 'set') {
    const { start } = node.value.span;
    const brace = { ...node.value.span, end: start + 1 };
    return ctx.error("syntax error, unexpected '{'", brace);
  }
  const target = ctx.expr(node.target);
  if (!target) return undefined;
  if (target.kind === 'load' && target.args.tunnel)
    return ctx.error('payload statement for this expression is not supported', node.target.span);
  if (target.kind !== 'load' || !target.row.lowerStore)
    return ctx.error('syntax error, unexpected set', node.target.span);
  const { type, bits, order } = target;
  const value = ctx.expr(node.value, { type, bits, order, room: bits });
  if (!value || !fits(target, value, node, ctx)) return undefined;
  return { kind: 'assign', target, value, span: node.span };
}

function fits(target: Load, value: Expr, node: AssignStatement, ctx: CheckContext): boolean {
  if (value.kind === 'set' || value.kind === 'setref') {
    const what = 'you cannot use a set here, unknown value to use';
    return !!ctx.error(what, node.value.span, node.span);
  }
  const { type } = target;
  if (type.anyNumber && rootType(value.type) === rootType(type)) return true;
  const mismatch = `datatype mismatch: expected ${type.description}, expression has type ${value.type.description}`;
  if (value.type.id !== integer.id) {
    if (compatible(value.type, type)) return true;
    return !!ctx.error(mismatch, node.value.span, node.span);
  }
  const bytes = value.kind === 'load' && value.row.field !== undefined;
  if (!bytes || (rootType(type) === integer && value.bits === target.bits)) return true;
  return !!ctx.error(`${mismatch} with length ${value.bits}`, node.value.span, node.span);
}
