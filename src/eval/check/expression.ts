/**
 * Expressions: from what is written to typed nodes.
 *
 * Owns the choice by kind, and the kinds that need no file of their own. Mirrors expr_evaluate of nft.
 */
import type {
  Expr as AstExpr,
  ListExpr,
  PrefixExpr,
  RangeExpr,
  SelectorExpr,
  SetRefExpr,
  VerdictExpr,
} from '../../parser/ast.ts';
import type { Expr, Prefix, Range, SetRef, Value, Verdict } from '../checked.ts';
import { constant, isText, ones } from '../lower/constant.ts';
import type { KeyRow } from '../row.ts';
import { rootType } from '../type/index.ts';
import { verdict as verdictType } from '../type/verdict.ts';
import { checkBinop } from './binop.ts';
import { checkConcat } from './concat.ts';
import type { CheckContext, Expected } from './context.ts';
import { kindWords } from './kind.ts';
import { checkSymbol } from './literal.ts';
import { checkMap } from './map.ts';
import { checkSetLiteral } from './set.ts';

export function checkExpr(
  node: AstExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
  rows: ReadonlyMap<string, KeyRow>,
): Expr | undefined {
  switch (node.kind) {
    case 'symbol':
      return checkSymbol(node, expected, ctx);
    case 'variable':
      return ctx.expr(node.value, expected);
    case 'selector':
      return checkSelector(node, ctx, rows);
    case 'binop':
      return checkBinop(node, expected, ctx);
    case 'concat':
      return checkConcat(node, expected, ctx);
    case 'list':
      return checkList(node, expected, ctx);
    case 'range':
      return checkRange(node, expected, ctx);
    case 'prefix':
      return checkPrefix(node, expected, ctx);
    case 'set':
      return checkSetLiteral(node, expected, ctx);
    case 'setref':
      return checkSetRef(node, ctx);
    case 'map':
      return checkMap(node, expected, ctx);
    case 'verdict':
      return checkVerdict(node, ctx);
    case 'wildcard':
      return { kind: 'wildcard', type: expected?.type ?? verdictType, bits: 0, order: 'host' };
  }
}

function checkSelector(
  node: SelectorExpr,
  ctx: CheckContext,
  rows: ReadonlyMap<string, KeyRow>,
): Expr | undefined {
  const row = rows.get(node.word);
  if (!row) throw new TypeError(`no row for ${node.word}`);
  const checked = row.check(node.args, node, ctx);
  if (!node.presence || checked?.kind !== 'load') return checked;
  return row.presence?.(checked) ?? checked;
}

function checkSetRef(node: SetRefExpr, ctx: CheckContext): SetRef | undefined {
  const info = ctx.scope.set(node.name);
  if (!info) return noSet(node, ctx);
  const { key, keyBits } = info;
  return {
    kind: 'setref',
    name: node.name,
    type: key,
    bits: keyBits,
    order: key.order,
    span: node.span,
  };
}

function noSet({ name, span }: SetRefExpr, ctx: CheckContext): undefined {
  if (ctx.lacksTable()) return undefined;
  const meant = ctx.scope.nearestSet?.(name);
  const missing = 'No such file or directory';
  if (!meant) return ctx.error(missing, span);
  const what = `${meant.kind} '${meant.name}' in table ${meant.family} '${meant.table}'`;
  return ctx.error(`${missing}; did you mean ${what}?`, span);
}

/** `a, b`: flags of which any may be set, as one number. */
function checkList(
  node: ListExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
): Value | undefined {
  let sum = 0n;
  for (const part of node.parts) {
    const flag = ctx.expr(part, expected);
    if (!flag) return undefined;
    const value = constant(flag);
    if (flag.kind !== 'value' || value === undefined)
      return ctx.error('List member must be a constant value', part.span);
    if (!flag.type.bitmask)
      return ctx.error(`Basetype of type ${flag.type.description} is not bitmask`, part.span);
    sum |= value;
  }
  if (!expected) return undefined;
  const { type, bits, order } = expected;
  return { kind: 'value', value: sum, type, bits, order, span: node.span };
}

function checkRange(
  node: RangeExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
): Range | Value | undefined {
  const low = rangeEnd(node, node.low, expected, ctx);
  const high = low && rangeEnd(node, node.high, expected, ctx);
  if (!low || !high) return undefined;
  const { type, bits, order } = low;
  if (isText(type))
    return ctx.error(
      `Range expression is undefined for ${type.description} types`,
      low.span ?? node.span,
      node.span,
    );
  const from = low.value;
  const to = high.value;
  if (from > to) return ctx.error('Range negative size', node.span);
  if (from === to && !expected?.room) return { ...low, span: node.span };
  return { kind: 'range', low, high, type, bits, order, span: node.span };
}

function rangeEnd(
  node: RangeExpr,
  end: AstExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
): Value | undefined {
  // Ends that are texts both are read with the range's own place, but where statements are given them.
  const texts = node.low.kind === 'symbol' && node.high.kind === 'symbol';
  const plain = texts && !expected?.stated;
  const value = ctx.expr(plain ? { ...end, span: node.span } : end, expected);
  if (!value) return undefined;
  if (value.kind !== 'value') {
    const what = `${kindWords[value.kind]} expressions`;
    return ctx.error(`Range expression is undefined for ${what}`, end.span, node.span);
  }
  return value;
}

function checkPrefix(
  node: PrefixExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
): Prefix | undefined {
  const base = ctx.expr(node.base, expected);
  if (!base) return undefined;
  if (base.kind !== 'value') {
    const what = `${kindWords[base.kind]} expressions`;
    return ctx.error(`Prefix expression is undefined for ${what}`, node.base.span, node.span);
  }
  const { type, bits, order } = base;
  if (isText(type) || rootType(type).name !== 'integer')
    return ctx.error(`Prefix expression is undefined for ${type.description} types`, node.span);
  const length = Number(node.length.value);
  if (length > bits)
    return ctx.error(
      `Prefix length ${length} is invalid for type of ${bits} bits width`,
      node.span,
    );
  const mask = ones(length) << BigInt(bits - length);
  const masked = { ...base, value: base.value & mask };
  return { kind: 'prefix', base: masked, length, type, bits, order, span: node.span };
}

function checkVerdict(node: VerdictExpr, ctx: CheckContext): Verdict | undefined {
  const base = { kind: 'verdict', verdict: node.verdict, span: node.span } as const;
  const typed = { ...base, type: verdictType, bits: verdictType.bits, order: 'host' } as const;
  if (!node.chain) return typed;
  const name = chainName(node.chain, ctx);
  return name === undefined ? undefined : { ...typed, chain: name };
}

function chainName(node: NonNullable<VerdictExpr['chain']>, ctx: CheckContext): string | undefined {
  const value: AstExpr = node.kind === 'variable' ? node.value : node;
  if (value.kind === 'variable') return chainName(value, ctx);
  if (value.kind === 'symbol') return value.text;
  return ctx.error('invalid verdict chain expression value', node.span);
}
