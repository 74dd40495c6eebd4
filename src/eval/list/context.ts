/** What a row may ask while it is listed as text or JSON. */
import type { Family } from '../../parser/ast.ts';
import type { Expr, Statement } from '../checked.ts';
import type { NameScope, PrintOptions } from '../type/index.ts';
import type { Json } from './json.ts';

export interface ListContext {
  /** Of the table whose rules are listed. */
  readonly family: Family;
  readonly names: NameScope;
  readonly options: PrintOptions;
  /** The same with other options: statements of elements list without their state. */
  with(options: PrintOptions): ListContext;
  /** The text of an expression. */
  expr(e: Expr): string;
  statement(s: Statement): string;
  exprJson(e: Expr): Json;
  statementJson(s: Statement): Json;
}
