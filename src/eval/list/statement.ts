/** Statements as text and JSON. Mirrors stmt_print, relational_expr_print and their JSON in nft. */
import type { Expr, RelOp, Statement } from '../checked.ts';
import { isTurned } from '../lower/field.ts';
import type { ListContext } from './context.ts';
import { valueText, verdictText } from './expr.ts';
import { flagsJson, verdictJson } from './expr-json.ts';
import { flagsOf } from './flags.ts';
import type { Json } from './json.ts';

type Match = Extract<Statement, { kind: 'match' }>;
type Assign = Extract<Statement, { kind: 'assign' }>;

export function listStatement(s: Statement, ctx: ListContext): string {
  switch (s.kind) {
    case 'match':
      return matchText(s, ctx);
    case 'assign':
      return `${ctx.expr(s.target)} set ${assignedText(s, ctx)}`;
    case 'verdict':
      return verdictText(s.verdict);
    case 'vmap':
      return `${ctx.expr(s.key)} vmap ${ctx.expr(s.map)}`;
    case 'effect':
      return s.row.list(s.args, ctx);
  }
}

/** Flags are a list, but in bytes of the packet they are a number. */
const assignedText = ({ target, value }: Assign, ctx: ListContext): string =>
  target.row.field ? ctx.expr(value) : flagList(value, ctx);

function matchText(match: Match, ctx: ListContext): string {
  const { left, op, right } = match;
  const value = isFlagTest(op) ? flagList(right, ctx) : comparedText(match, ctx);
  const sign = signOf(match);
  return `${ctx.expr(left)} ${sign}${value}`;
}

const isFlagTest = (op: RelOp): boolean => op === 'any' || op === 'none';

/** `==` is written where leaving it out would mean something else. */
function signOf({ left, op, right }: Match): string {
  if (op === 'any') return '';
  if (op === 'none') return '! ';
  if (op !== '==') return `${op} `;
  const flags = right.type.bitmask && right.kind === 'value';
  return flags || (left.kind === 'binop' && !isTurned(left, op, right)) ? '== ' : '';
}

/** Several flags compared with bytes of the packet come back as a number. */
const isNumber = ({ left, right }: Match): boolean =>
  left.kind === 'load' &&
  left.row.field !== undefined &&
  right.kind === 'value' &&
  flagsOf(right).length > 1;

function comparedText(match: Match, ctx: ListContext): string {
  const { right } = match;
  if (!isNumber(match) || right.kind !== 'value') return ctx.expr(right);
  return right.type.print(right.value, right.bits, ctx.names, ctx.options);
}

/** `new,established` */
const flagList = (e: Expr, ctx: ListContext): string =>
  e.kind === 'value' && e.type.bitmask ? valueText(e, ctx, ',') : ctx.expr(e);

export function statementJson(s: Statement, ctx: ListContext): Json {
  switch (s.kind) {
    case 'match':
      return matchJson(s, ctx);
    case 'assign':
      return { mangle: { key: ctx.exprJson(s.target), value: assignedJson(s, ctx) } };
    case 'verdict':
      return verdictJson(s.verdict);
    case 'vmap':
      return { vmap: { key: ctx.exprJson(s.key), data: ctx.exprJson(s.map) } };
    case 'effect':
      return s.row.json(s.args, ctx);
  }
}

const assignedJson = ({ target, value }: Assign, ctx: ListContext): Json =>
  target.row.field ? ctx.exprJson(value) : flagListJson(value, ctx);

const JSON_OPS: Readonly<Partial<Record<RelOp, string>>> = { any: 'in', none: '!' };

function matchJson(match: Match, ctx: ListContext): Json {
  const { left, op, right } = match;
  const value = isFlagTest(op) ? flagListJson(right, ctx) : comparedJson(match, ctx);
  return { match: { op: JSON_OPS[op] ?? op, left: ctx.exprJson(left), right: value } };
}

function comparedJson(match: Match, ctx: ListContext): Json {
  const { right } = match;
  return isNumber(match) && right.kind === 'value' ? Number(right.value) : ctx.exprJson(right);
}

function flagListJson(e: Expr, ctx: ListContext): Json {
  if (e.kind !== 'value' || !e.type.bitmask) return ctx.exprJson(e);
  const flags = flagsJson(e, ctx);
  return flags.length === 1 ? flags[0]! : flags;
}
