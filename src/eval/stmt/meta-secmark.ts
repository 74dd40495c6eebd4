/**
 * `meta secmark set`: gives a named object of kind `secmark`, or what a selector reads.
 *
 * Mirrors the two forms of nft's grammar, nft_objref.c and nft_meta.c.
 */
import type { Expr as AstExpr, Span } from '../../parser/ast.ts';
import { exprOf } from '../check/arg.ts';
import type { CheckContext } from '../check/context.ts';
import type { Statement } from '../checked.ts';
import type { StatementRow } from '../row.ts';
import { assignedObject } from './assigned-object.ts';
import type { Named } from './objref.ts';

type Args = Named | { readonly assign: Statement };

const byObject = assignedObject('meta secmark set', 'secmark');

/** `meta secmark set ct secmark` is an assignment like any other. */
function checkAssign(value: AstExpr, span: Span, ctx: CheckContext): Args | undefined {
  const key = { text: 'secmark', span };
  const target = { kind: 'selector', word: 'meta', args: { key }, span } as const;
  const checked = ctx.statement({ kind: 'assign', target, value, span });
  const assign = checked?.find((s) => s.kind === 'assign');
  return assign && { assign };
}

export const metaSecmark: StatementRow<Args> = {
  ...byObject,
  check(args, span, ctx) {
    const value = exprOf(args, 'object');
    return value?.kind === 'selector'
      ? checkAssign(value, span, ctx)
      : (byObject.check(args, span, ctx) as Args | undefined);
  },
  list: (args, ctx) => ('assign' in args ? ctx.statement(args.assign) : byObject.list(args, ctx)),
  json: (args, ctx) =>
    'assign' in args ? ctx.statementJson(args.assign) : byObject.json(args, ctx),
  lower: (args, to) => ('assign' in args ? to.statement(args.assign) : byObject.lower(args, to)),
};
