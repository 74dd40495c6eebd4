/** Expressions as libnftables JSON. Mirrors expr_print_json and its kin of nft. */
import type { Binop, Element, Expr, Value, Verdict } from '../checked.ts';
import { jsonNumber } from '../type/define.ts';
import type { ListContext } from './context.ts';
import { flagsOf } from './flags.ts';
import type { Json } from './json.ts';
import { orderedElements } from './order.ts';

export function exprJson(e: Expr, ctx: ListContext): Json {
  switch (e.kind) {
    case 'value':
      return valueJson(e, ctx);
    case 'range':
      return { range: [endJson(e.low, ctx), endJson(e.high, ctx)] };
    case 'prefix':
      return { prefix: { addr: ctx.exprJson(e.base), len: e.length } };
    case 'concat':
      return { concat: e.parts.map((part) => ctx.exprJson(part)) };
    case 'list':
      return e.parts.map((part) => ctx.exprJson(part));
    case 'set':
      return { set: orderedElements(e, ctx.options).map((element) => elementJson(element, ctx)) };
    case 'setref':
      return `@${e.name}`;
    case 'load':
      return e.row.json(e, ctx);
    case 'binop':
      return { [e.op]: operandsJson(e, ctx) };
    case 'map':
      return { map: { key: ctx.exprJson(e.key), data: ctx.exprJson(e.map) } };
    case 'verdict':
      return verdictJson(e);
    case 'wildcard':
      return '*';
  }
}

/** What one sign joins stands side by side, but for what a change of byte order stands around. */
function operandsJson(e: Binop, ctx: ListContext): Json[] {
  return [e.left, e.right].flatMap((operand) => {
    const joined = operand.kind === 'binop' && operand.op === e.op && operand.order === e.order;
    if (joined) return operandsJson(operand, ctx);
    if (e.op === '|' && operand.kind === 'value') return flagsJson(operand, ctx);
    return [ctx.exprJson(operand)];
  });
}

/** Several flags are joined by `|`. */
function valueJson(e: Value, ctx: ListContext): Json {
  const flags = flagsJson(e, ctx);
  return flags.length === 1 ? flags[0]! : { '|': flags };
}

export function flagsJson(e: Value, ctx: ListContext): readonly Json[] {
  return flagsOf(e).map((flag) => numberJson(flag, ctx));
}

function numberJson(e: Expr, ctx: ListContext): Json {
  if (e.kind !== 'value') return ctx.exprJson(e);
  const json = e.type.json(e.value, e.bits, ctx.names, ctx.options);
  return e.prefixBits !== undefined && typeof json === 'string' ? `${json}*` : json;
}

/** The end of a range: flags in host order, as the kernel has them for ranges, are numbers. */
function endJson(e: Expr, ctx: ListContext): Json {
  if (e.kind === 'value' && e.type.bitmask && e.type.symbols && e.bits > 8)
    return jsonNumber(e.value);
  return numberJson(e, { ...ctx, options: { ...ctx.options, inRange: true } });
}

function elementJson(e: Element, ctx: ListContext): Json {
  const key = keyJson(e, ctx);
  return e.data ? [key, ctx.exprJson(e.data)] : key;
}

function keyJson(e: Element, ctx: ListContext): Json {
  const val = ctx.exprJson(e.key);
  const { timeout, comment, statements = [] } = e;
  if (timeout === undefined && comment === undefined && statements.length === 0) return val;
  const state = Object.assign({}, ...statements.map((s) => ctx.statementJson(s))) as object;
  return {
    elem: {
      val,
      ...(timeout !== undefined && { timeout: Math.floor(timeout / 1000) }),
      ...(comment !== undefined && { comment }),
      ...state,
    },
  };
}

export const verdictJson = ({ verdict, chain }: Verdict): Json =>
  chain === undefined ? { [verdict]: null } : { [verdict]: { target: chain } };
