/** `set add ip saddr @s`: the old way to write `add @s { ip saddr }`, as which it lists. */
import type { SetExpr, SetRefExpr } from '../../parser/ast.ts';
import { choice, expr } from '../../parser/phrase.ts';
import { exprOf, wordOf } from '../check/arg.ts';
import type { StatementRow } from '../row.ts';
import { checkDynset, type DynsetArgs, jsonDynset, listDynset, lowerDynset } from './dynset.ts';

export const set: StatementRow<DynsetArgs> = {
  row: 'statement',
  name: 'set',
  phrase: [
    choice('action', 'add', 'update', 'delete'),
    expr('elements', 'element'),
    expr('set', 'setref'),
  ],
  check: (args, span, ctx) =>
    checkDynset(
      wordOf(args, 'action')?.text as DynsetArgs['action'],
      exprOf(args, 'set') as SetRefExpr,
      exprOf(args, 'elements') as SetExpr,
      span,
      ctx,
    ),
  list: listDynset,
  json: jsonDynset,
  lower: lowerDynset,
};
