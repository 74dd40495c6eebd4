/**
 * What a set is keyed by and maps to: `type ipv4_addr . inet_service`, `typeof ip saddr`.
 *
 * Mirrors the evaluation of key and data of set_evaluate in nft.
 */
import type { Expr as AstExpr, KeySpec, Word } from '../../parser/ast.ts';
import type { Expr } from '../checked.ts';
import { typeofRows } from '../expr/index.ts';
import { concatType, registerBits, typeByName, type ValueType } from '../type/index.ts';
import { verdict } from '../type/verdict.ts';
import { across } from './arg.ts';
import { unsizedPart } from './concat.ts';
import type { CheckContext } from './context.ts';
import { checkExample } from './example.ts';

export interface KeyInfo {
  readonly type: ValueType;
  readonly bits: number;
  /** Of `typeof`: the expression, for listing. */
  readonly expr?: Expr;
}

export function checkKeySpec(spec: KeySpec, ctx: CheckContext): KeyInfo | undefined {
  if (spec.by === 'type') return checkTypes(spec.types, ctx);
  const expr = wordOnly(spec.expr) ?? checkExample(spec.expr, ctx);
  if (!expr) return undefined;
  // What has no size by its type lists by example all the same.
  const unsaid = spec.unsaid && sized(expr.type);
  return { type: expr.type, bits: expr.bits, ...(!unsaid && { expr }) };
}

const sized = ({ parts, bits }: ValueType): boolean => (parts ? parts.every(sized) : bits > 0);

/** Words that name a type by example, though they are no selectors elsewhere. */
function wordOnly(node: AstExpr): Expr | undefined {
  const row = node.kind === 'symbol' && typeofRows.find(({ name }) => name === node.text);
  return row ? row.example(node.span) : undefined;
}

function checkTypes(words: readonly Word[], ctx: CheckContext): KeyInfo | undefined {
  const types: ValueType[] = [];
  for (const { text, span } of words) {
    const type = typeByName(text);
    if (!type) return ctx.error(`unknown datatype ${text}`, span);
    types.push(type);
  }
  if (types.length > 1) {
    const unsized = types.findIndex((type) => type.bits === 0 || type === verdict);
    if (unsized >= 0) {
      const whole = across(words[0]!.span, words.at(-1)!.span);
      return ctx.error(unsizedPart(types[unsized]!), words[unsized]!.span, whole);
    }
  }
  if (types.length === 1) return { type: types[0]!, bits: types[0]!.bits };
  const bits = types.reduce((sum, type) => sum + registerBits(type.bits), 0);
  return { type: concatType(types), bits };
}
