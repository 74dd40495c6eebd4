/** Concatenations: `ip saddr . tcp dport`. Mirrors expr_evaluate_concat of nft. */
import type { ConcatExpr, SetExpr } from '../../parser/ast.ts';
import type { Concat, Expr } from '../checked.ts';
import { concatType, registerBits, type ValueType } from '../type/index.ts';
import { integer, untyped, unwanted } from '../type/integer.ts';
import type { CheckContext, Expected } from './context.ts';
import { UNTYPED } from './map.ts';

const UNWANTED: Expected = { type: unwanted, bits: unwanted.bits, order: unwanted.order };

/** The most that a key may have, in bits: sixteen registers. */
const MAX_BITS = 512;

export function checkConcat(
  node: ConcatExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
): Concat | undefined {
  const wanted = expected?.type.parts;
  const parts: Expr[] = [];
  for (const [i, child] of node.parts.entries()) {
    const type = wanted?.[i];
    if (ctx.standsAlone(child)) return ctx.error(UNTYPED, child.span);
    if (!type && expected && wanted && !expected.stated)
      return ctx.error('too many concatenation components', node.span, expected?.span);
    const part = ctx.expr(child, type ? partExpected(type, expected!, i) : UNWANTED);
    if (!part || (wanted && child.kind === 'set' && !isWhole(child, expected, ctx)))
      return undefined;
    if (part.kind === 'set' || part.kind === 'concat' || part.kind === 'map')
      return ctx.error(`cannot use ${part.kind} in concatenation`, part.span ?? child.span);
    if (part.type === untyped) {
      const what = 'cannot use exthdr in concatenation, lacks datatype';
      return ctx.error(what, child.span);
    }
    if (!wanted && isUnsized(part.type))
      return ctx.error(unsizedPart(part.type), child.span, node.span);
    parts.push(part);
  }
  if (wanted && parts.length < wanted.length) {
    const what = `expected ${expected!.type.description}`;
    return ctx.error(
      `datatype mismatch, ${what}, expression has type ${describe(parts)}`,
      node.span,
    );
  }
  return concat(parts, node, ctx);
}

/** nft takes elements of a set in a concatenation for elements of the whole. */
const isWhole = ({ elements }: SetExpr, expected: Expected | undefined, ctx: CheckContext) =>
  elements.every(({ key }) => ctx.expr(key, expected) !== undefined);

function concat(parts: Expr[], node: ConcatExpr, ctx: CheckContext): Concat | undefined {
  const bits = parts.reduce((sum, part) => sum + registerBits(part.bits), 0);
  if (bits > MAX_BITS)
    return ctx.error(
      `Concatenation of size ${bits} exceeds maximum size of ${MAX_BITS}`,
      node.span,
    );
  const type = { ...concatType(parts.map(partType)), bits };
  return { kind: 'concat', parts, type, bits, order: 'big', span: node.span };
}

/** What is said of a part that has no size of its own. */
export const unsizedPart = ({ name }: ValueType): string =>
  `can not use variable sized data types (${name}) in concat expressions`;

/** No size by itself, and no number of as many bits as are read. */
const isUnsized = (type: ValueType): boolean => type.bits === 0 && type.id !== integer.id;

const partType = (part: Expr): ValueType =>
  (part.kind === 'load' ? part.row.partType?.(part) : undefined) ?? part.type;

const describe = (parts: readonly Expr[]): string =>
  concatType(parts.map((part) => part.type)).description;

/** What a part of a concatenation is expected to be: the type of the key there, and its width. */
function partExpected(type: ValueType, whole: Expected, index: number): Expected {
  const like = whole.parts?.[index];
  return like ?? { type, bits: type.bits, order: type.order };
}
