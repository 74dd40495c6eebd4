/** What kinds of expressions are called in messages, and which are constant. */
import type { Expr } from '../checked.ts';

/** nft's names of expressions, by kind. */
export const kindWords: Readonly<Record<Expr['kind'], string>> = {
  value: 'value',
  range: 'range',
  prefix: 'prefix',
  concat: 'concat',
  list: 'list',
  set: 'set',
  setref: 'set reference',
  load: 'selector',
  binop: 'binop',
  map: 'map',
  verdict: 'verdict',
  wildcard: 'catch-all set element',
};

export function isConstant(e: Expr): boolean {
  switch (e.kind) {
    case 'load':
    case 'map':
      return false;
    case 'binop':
      return isConstant(e.left) && isConstant(e.right);
    case 'concat':
    case 'list':
      return e.parts.every(isConstant);
    default:
      return true;
  }
}
