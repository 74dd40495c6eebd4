/** `add @s { … }`, `update @s { … }`, `delete @s { … }`. Mirrors nft_dynset.c. */
import type { SetExpr, SetRefExpr } from '../../parser/ast.ts';
import { expr } from '../../parser/phrase.ts';
import { exprOf } from '../check/arg.ts';
import type { StatementRow } from '../row.ts';
import { checkDynset, type DynsetArgs, jsonDynset, listDynset, lowerDynset } from './dynset.ts';

const setChange = (action: DynsetArgs['action']): StatementRow<DynsetArgs> => ({
  row: 'statement',
  name: action,
  phrase: [expr('set', 'setref'), expr('elements', 'elements')],
  check: (args, span, ctx) =>
    checkDynset(
      action,
      exprOf(args, 'set') as SetRefExpr,
      exprOf(args, 'elements') as SetExpr,
      span,
      ctx,
    ),
  list: listDynset,
  json: jsonDynset,
  lower: lowerDynset,
});

export const addElement = setChange('add');
export const updateElement = setChange('update');
export const deleteElement = setChange('delete');
