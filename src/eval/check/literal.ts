/**
 * Literals: texts and numbers that get their type from what they are compared with or set to.
 *
 * Mirrors expr_evaluate_symbol, expr_evaluate_integer and expr_evaluate_string of nft.
 */
import type { SymbolExpr } from '../../parser/ast.ts';
import type { Value } from '../checked.ts';
import { isText, ones } from '../lower/constant.ts';
import { typeOfWord, type ValueType } from '../type/index.ts';
import { boolean, untyped } from '../type/integer.ts';
import { textValue } from '../type/string.ts';
import type { CheckContext, Expected } from './context.ts';

/** The type of a word that has one wherever it stands: `exists`, `tcp`. */
export const ownType = ({ quoted, number, text }: SymbolExpr): ValueType | undefined =>
  quoted || number ? undefined : typeOfWord(text);

/** The words that say whether something is there. */
export const isPresenceWord = (node: SymbolExpr): boolean => ownType(node) === boolean;

export function checkSymbol(
  node: SymbolExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
): Value | undefined {
  const type = ownType(node);
  // As wide as what stands beside it.
  if (type) return checkNumber(node, { ...(expected ?? sizeOf(type)), type }, ctx);
  if (!expected || expected.type === untyped)
    return ctx.error('No symbol type information', node.span);
  return isText(expected.type) ? checkText(node, expected, ctx) : checkNumber(node, expected, ctx);
}

const sizeOf = ({ bits, order }: ValueType) => ({ bits, order });

function checkNumber(node: SymbolExpr, expected: Expected, ctx: CheckContext): Value | undefined {
  const { type, bits, order, max } = expected;
  if (type.parts) return ctx.error(`invalid data type, expected ${type.description}`, node.span);
  const value = type.parse(node.text, ctx.names, bits);
  if (typeof value === 'string') return ctx.error(value, node.span);
  const wide = bits || type.bits;
  const limit = max ?? (wide ? ones(wide) : undefined);
  if (limit !== undefined && value > limit && !isPresence(expected))
    return ctx.error(`Value ${value} exceeds valid range 0-${limit}`, node.span);
  return { kind: 'value', value, type, bits: wide, order, span: node.span };
}

/** Numbers other than 0 and 1 say `exists`, too. */
const isPresence = ({ type }: Expected): boolean => type === boolean;

function checkText(node: SymbolExpr, expected: Expected, ctx: CheckContext): Value | undefined {
  const { type, order } = expected;
  const bytes = new TextEncoder().encode(node.text).length;
  const bits = expected.bits || 8 * bytes;
  if (expected.bits && 8 * (bytes + 1) > expected.bits)
    return ctx.error(`String exceeds maximum length of ${expected.bits / 8}`, node.span);
  if (bytes === 0) return ctx.error('Empty string is not allowed', node.span);
  const base = { kind: 'value', type, bits, order, span: node.span } as const;
  if (!node.text.endsWith('*')) return { ...base, value: textValue(node.text, bits) };
  if (bytes === 1) return ctx.error('All-wildcard strings are not supported', node.span);
  const start = node.text.slice(0, -1);
  if (start.endsWith('\\')) return { ...base, value: textValue(`${start.slice(0, -1)}*`, bits) };
  return { ...base, value: textValue(start, bits), prefixBits: 8 * (bytes - 1) };
}
