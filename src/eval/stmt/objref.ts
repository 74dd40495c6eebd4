/**
 * References to named objects: `counter name "x"`, `ct helper set tcp dport map { 21 : "ftp" }`.
 *
 * What the statements that may name an object have in common. Mirrors objref_stmt of nft and
 * nft_objref.c.
 */
import type { Args, Expr as AstExpr, Span } from '../../parser/ast.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import { choiceOf } from '../check/arg.ts';
import { checkArgument } from '../check/argument.ts';
import type { CheckContext } from '../check/context.ts';
import type { Lookup, Value } from '../checked.ts';
import type { ListContext } from '../list/context.ts';
import type { Json } from '../list/json.ts';
import type { Lowering } from '../lower.ts';
import { string, valueText } from '../type/string.ts';

/** NFT_NAME_MAXLEN */
const NAME_BITS = 8 * 256;

/** The object named: a text, or a map that holds names. */
export type Named = { readonly object: Value | Lookup };

const NAME = { type: string, bits: NAME_BITS, order: 'host' } as const;

/** What messages point at: the statement that names an object as a whole, else its first words. */
export const ledUnlessNamed = (words: string) => (args: Args) =>
  choiceOf(args, 'form')?.which === 'named' ? undefined : words;

/** `statement` is where it is named. */
export function checkNamed(node: AstExpr, statement: Span, ctx: CheckContext): Named | undefined {
  const object = checkArgument(node, NAME, statement, ctx);
  if (!object) return undefined;
  if (object.kind === 'value' || object.kind === 'map') return { object };
  return ctx.error('Counter expression must be constant', node.span);
}

/** The object named; messages call it by `kind`. */
export const namedFromJson = (
  kind: string,
  value: JsonValue,
  from: JsonStatements,
): AstExpr | undefined => from.stated(value) ?? from.fail(`Invalid ${kind} reference.`);

const nameOf = (object: Named['object']): string | undefined =>
  object.kind === 'value' ? valueText(object.value, object.bits) : undefined;

export function listNamed({ object }: Named, ctx: ListContext): string {
  const name = nameOf(object);
  return name === undefined ? ctx.expr(object) : `"${name}"`;
}

export const jsonNamed = ({ object }: Named, ctx: ListContext): Json =>
  nameOf(object) ?? ctx.exprJson(object);

/** `kind` is the kind of object: `counter`, `ct helper`. */
export function lowerNamed(kind: string, { object }: Named, to: Lowering): void {
  if (object.kind === 'value') {
    to.emit(
      { op: 'objref', object: kind, name: valueText(object.value, object.bits) },
      object.span,
    );
    return;
  }
  const { sreg, set } = to.key(object.key, object.map, kind);
  to.emit({ op: 'objref', object: kind, sreg, set }, object.span);
  to.release(sreg);
}
