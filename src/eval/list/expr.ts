/** Expressions as text. Mirrors expr_print and its kin of nft. */
import type { Binop, Element, Expr, SetLiteral, SetRef, Value, Verdict } from '../checked.ts';
import { isText } from '../lower/constant.ts';
import { printDuration } from '../type/time.ts';
import type { ListContext } from './context.ts';
import { flagsOf } from './flags.ts';
import { orderedElements } from './order.ts';

export function listExpr(e: Expr, ctx: ListContext): string {
  switch (e.kind) {
    case 'value':
      return valueText(e, ctx, ' | ');
    case 'range':
      return `${numberText(e.low, ctx)}-${numberText(e.high, ctx)}`;
    case 'prefix':
      return `${ctx.expr(e.base)}/${e.length}`;
    case 'concat':
      return e.parts.map((part) => ctx.expr(part)).join(' . ');
    case 'list':
      return e.parts.map((part) => ctx.expr(part)).join(', ');
    case 'set':
      return setText(e, ctx);
    case 'setref':
      return `@${e.name}`;
    case 'load':
      return e.row.list(e, ctx);
    case 'binop':
      return binopText(e, ctx);
    case 'map':
      return `${ctx.expr(e.key)} map ${ctx.expr(e.map)}`;
    case 'verdict':
      return verdictText(e);
    case 'wildcard':
      return '*';
  }
}

/** A constant; flags with a sign between them. */
export function valueText(e: Value, ctx: ListContext, between: string): string {
  if (e.prefixBits !== undefined && isText(e.type)) return wildcardText(e, ctx);
  return flagsOf(e)
    .map((flag) => printed(flag, ctx))
    .join(between);
}

const printed = ({ type, value, bits }: Value, ctx: ListContext): string =>
  type.print(value, bits, ctx.names, ctx.options);

/** `"eth*"` */
function wildcardText(e: Value, ctx: ListContext): string {
  const text = printed(e, ctx);
  return text.endsWith('"') ? `${text.slice(0, -1)}*"` : `${text}*`;
}

/** The end of a range: by number, for names have no order. */
function numberText(e: Expr, ctx: ListContext): string {
  const options = { ...ctx.options, numericSymbols: true, numericProtocol: true, inRange: true };
  return e.kind === 'value' ? printed(e, { ...ctx, options }) : ctx.expr(e);
}

const PRECEDENCE: Readonly<Record<Binop['op'], number>> = {
  '<<': 3,
  '>>': 3,
  '&': 2,
  '^': 1,
  '|': 0,
};

function binopText(e: Binop, ctx: ListContext): string {
  return `${operandText(e, e.left, ctx)} ${e.op} ${operandText(e, e.right, ctx)}`;
}

function operandText(e: Binop, operand: Expr, ctx: ListContext): string {
  const text = ctx.expr(operand);
  const op = operand.kind === 'binop' ? operand.op : flagCount(operand) > 1 ? '|' : undefined;
  return op && PRECEDENCE[op] < PRECEDENCE[e.op] ? `(${text})` : text;
}

const flagCount = (e: Expr): number => (e.kind === 'value' ? flagsOf(e).length : 0);

export function setText(e: SetLiteral | SetRef, ctx: ListContext): string {
  if (e.kind === 'setref') return `@${e.name}`;
  const elements = orderedElements(e, ctx.options);
  return `{ ${elements.map((element) => elementText(element, ctx)).join(', ')} }`;
}

function elementText(e: Element, ctx: ListContext): string {
  const { timeout, comment, statements = [] } = e;
  const parts = [
    ctx.expr(e.key),
    ...statements.map((s) => ctx.statement(s)),
    ...(timeout === undefined ? [] : [`timeout ${printDuration(BigInt(timeout), ctx.options)}`]),
    ...(comment === undefined ? [] : [`comment "${comment}"`]),
  ];
  return e.data ? `${parts.join(' ')} : ${ctx.expr(e.data)}` : parts.join(' ');
}

export const verdictText = ({ verdict, chain }: Verdict): string =>
  chain === undefined ? verdict : `${verdict} ${chain}`;
