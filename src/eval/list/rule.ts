/**
 * Rules as text and JSON, and the context that their parts list in. Mirrors rule_print and
 * rule_print_json of nft.
 */
import type { Family } from '../../parser/ast.ts';
import type { Rule } from '../checked.ts';
import type { NameScope, PrintOptions } from '../type/index.ts';
import type { ListContext } from './context.ts';
import { listedStatements } from './dependency.ts';
import { listExpr } from './expr.ts';
import { exprJson } from './expr-json.ts';
import type { Json } from './json.ts';
import { listStatement, statementJson } from './statement.ts';

export interface ListSite {
  /** Of the table whose rules are listed. */
  readonly family: Family;
  readonly names: NameScope;
  readonly options: PrintOptions;
}

export function listContext(site: ListSite): ListContext {
  const ctx: ListContext = {
    ...site,
    with: (options) => listContext({ ...site, options }),
    expr: (e) => listExpr(e, ctx),
    statement: (s) => listStatement(s, ctx),
    exprJson: (e) => exprJson(e, ctx),
    statementJson: (s) => statementJson(s, ctx),
  };
  return ctx;
}

export function ruleText(rule: Rule, ctx: ListContext): string {
  const statements = listedStatements(rule.statements, ctx.family);
  const parts = statements.map((statement) => ctx.statement(statement));
  if (rule.comment !== undefined) parts.push(`comment "${rule.comment}"`);
  return parts.join(' ');
}

/** The members of `expr`. */
export const ruleJson = (rule: Rule, ctx: ListContext): Json[] =>
  listedStatements(rule.statements, ctx.family).map((statement) => ctx.statementJson(statement));
