/**
 * Bit operations: `meta mark & 0xff`, `ip dscp << 2`. Operations on constants are done at once.
 *
 * Mirrors expr_evaluate_binop, expr_evaluate_shift and constant_binop_simplify of nft.
 */
import type { BinopExpr } from '../../parser/ast.ts';
import type { Binop, Expr, Value } from '../checked.ts';
import { constant, ones } from '../lower/constant.ts';
import { rootType } from '../type/index.ts';
import { hexInteger, integer } from '../type/integer.ts';
import type { CheckContext, Expected } from './context.ts';
import { isConstant, kindWords } from './kind.ts';

export function checkBinop(
  node: BinopExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
): Expr | undefined {
  const left = ctx.expr(node.left, expected);
  if (!left) return undefined;
  const shift = node.op === '<<' || node.op === '>>';
  const right = ctx.expr(node.right, rightExpected(left, shift, expected));
  if (!right) return undefined;
  const fault = wrongOperand(left, node, ctx) ?? wrongOperand(right, node, ctx);
  if (fault) return undefined;
  if (rootType(left.type) !== rootType(right.type)) {
    const types = `${rootType(left.type).description} vs ${rootType(right.type).description}`;
    const what = `Binary operation (${node.op}) with different base types (${types})`;
    return ctx.error(`${what} is not supported`, node.left.span, node.span);
  }
  return shift ? shifted(node, left, right, expected, ctx) : bitwise(node, left, right);
}

/** Shifts are by plain numbers; other operands are of the left side's type. */
function rightExpected(left: Expr, shift: boolean, expected: Expected | undefined): Expected {
  if (shift) return { type: integer, bits: 32, order: 'host' };
  const { type, order } = left;
  const room = expected?.room ?? 0;
  const max = left.kind === 'load' && !room ? left.max : undefined;
  const bits = Math.max(left.bits, room);
  return { type, bits, order, ...(room && { room }), ...(max !== undefined && { max }) };
}

function wrongOperand(operand: Expr, node: BinopExpr, ctx: CheckContext): true | undefined {
  const place = operand.span ?? node.span;
  const base = rootType(operand.type).name;
  if (base !== 'integer' && base !== 'string') {
    const what = `${operand.type.description} types`;
    ctx.error(`Binary operation (${node.op}) is undefined for ${what}`, place, node.span);
    return true;
  }
  if (!isConstant(operand) || operand.kind === 'value' || operand.kind === 'binop')
    return undefined;
  const what = `${kindWords[operand.kind]} expressions`;
  ctx.error(`Binary operation (${node.op}) is undefined for ${what}`, place, node.span);
  return true;
}

const value = (
  like: Pick<Expr, 'type' | 'order'>,
  bits: number,
  number: bigint,
  node: BinopExpr,
): Value => ({
  kind: 'value',
  type: like.type,
  order: like.order,
  bits,
  value: number & ones(bits),
  span: node.span,
});

function shifted(
  node: BinopExpr,
  left: Expr,
  right: Expr,
  expected: Expected | undefined,
  ctx: CheckContext,
): Expr | undefined {
  const by = constant(right);
  if (by === undefined)
    return ctx.error('Right hand side of shift must be constant', node.right.span, node.span);
  const width = Math.max(left.bits, expected?.room ?? 0);
  if (by >= BigInt(width))
    return ctx.error(undefinedShift(node.op, by, width), node.right.span, node.left.span);
  const given = constant(left);
  if (given !== undefined && isConstant(left)) {
    const bits = expected?.bits ?? left.bits;
    const like = expected?.stated ? { ...left, type: integer } : left;
    return value(like, bits, node.op === '<<' ? given << by : given >> by, node);
  }
  return binop(node, left, right);
}

export const undefinedShift = (op: Binop['op'], by: bigint, width: number): string =>
  `${op === '<<' ? 'Left' : 'Right'} shift of ${by} bits is undefined for type of ${width} bits width`;

function bitwise(node: BinopExpr, left: Expr, right: Expr): Expr {
  const a = isConstant(left) ? constant(left) : undefined;
  const b = isConstant(right) ? constant(right) : undefined;
  if (a === undefined) return binop(node, left, right);
  // The kernel's constant is on the right; all three operations commute.
  if (b === undefined) return binop(node, right, { ...left, type: right.type } as Expr);
  const number = node.op === '&' ? a & b : node.op === '|' ? a | b : a ^ b;
  return value(left, Math.max(left.bits, right.bits), number, node);
}

function binop(node: BinopExpr, left: Expr, right: Expr): Binop {
  const shift = node.op === '<<' || node.op === '>>';
  const bits = shift ? left.bits : Math.max(left.bits, right.bits);
  const { order } = left;
  const type = shift ? hexInteger(0) : left.type;
  return { kind: 'binop', op: node.op, left, right, type, bits, order, span: node.span };
}
