/** What a row may ask while it is listed as text or JSON. */
import type { Expr, Statement } from '../checked.ts';
import type { NameScope, PrintOptions } from '../type/index.ts';
import type { Json } from './json.ts';

export interface ListContext {
  readonly names: NameScope;
  readonly options: PrintOptions;
  /** The text of an expression. */
  expr(e: Expr): string;
  statement(s: Statement): string;
  exprJson(e: Expr): Json;
  statementJson(s: Statement): Json;
}
