/**
 * `selector set value`: `meta mark set 1`, `ip dscp set cs1`. Mirrors stmt_evaluate_meta,
 * stmt_evaluate_ct, stmt_evaluate_payload and stmt_evaluate_arg of nft.
 */
import type { AssignStatement, Span } from '../../parser/ast.ts';
import type { Expr, Load, Statement } from '../checked.ts';
import { firstOn, needsWindow } from '../lower/assign.ts';
import { constant } from '../lower/constant.ts';
import { writeWindow } from '../lower/field.ts';
import { shape, WRITTEN } from '../lower/shape.ts';
import type { Field } from '../row.ts';
import { checkSingle } from './argument.ts';
import { undefinedShift } from './binop.ts';
import type { CheckContext } from './context.ts';

const NOT_SUPPORTED = 'payload statement for this expression is not supported';

export type Assign = Extract<Statement, { kind: 'assign' }>;

export function checkAssign(node: AssignStatement, ctx: CheckContext): Assign | undefined {
  const unwritable = ctx.unwritable(node.target);
  if (unwritable) return ctx.error(NOT_SUPPORTED, unwritable);
  const target = ctx.expr(node.target);
  if (!target) return undefined;
  if (target.kind !== 'load' || !target.row.lowerStore)
    return ctx.unread('syntax error, unexpected set', node.target.span);
  const { type, bits, order } = target;
  const field = target.row.field?.(target);
  // What is put into the packet is as long as it is; all else may grow up to what it is put into.
  const wanted = field
    ? { type, bits, order, packet: field.base !== undefined }
    : { type, bits, order, room: bits, widens: true };
  const value = checkSingle(kindOf(target), node.value, wanted, node.span, ctx);
  if (!value) return undefined;
  if (target.opaque && value.kind === 'value')
    return ctx.error(
      `${target.row.name} ${target.args.key} must not be set to constant value`,
      node.span,
    );
  if (field && needsWindow(field) && !fitsBetween(field, target, value, node.value.span, ctx))
    return undefined;
  return { kind: 'assign', target, value, span: node.span };
}

/** What nft calls the statement. */
function kindOf({ row, ...load }: Load): string {
  const field = row.field?.({ row, ...load });
  if (!field) return row.name;
  return field.base === undefined ? 'exthdr' : 'payload';
}

/** Whether nft can write it together with the bytes around the field. */
function fitsBetween(
  field: Field,
  target: Load,
  value: Expr,
  at: Span,
  ctx: CheckContext,
): boolean {
  if (value.kind !== 'binop') return value.kind === 'value' || !!ctx.error(NOT_SUPPORTED, at);
  const { order, bits } = shape(value, WRITTEN);
  if (order === 'host' && bits > 8) return !!ctx.error(NOT_SUPPORTED, at);
  const first = firstOn(field, value);
  if (!first) return true;
  const { op, left, right } = first;
  const by = constant(right);
  if (by === undefined) return !!ctx.error(NOT_SUPPORTED, right.span ?? at);
  if (op !== '<<' && op !== '>>') return true;
  const window = writeWindow(target, field);
  const moved = by << BigInt(window.shift);
  if (moved < window.load.bits) return true;
  return !!ctx.error(undefinedShift(op, moved, window.load.bits), right.span ?? at, left.span);
}
