/** Statements: the choice by kind. Mirrors stmt_evaluate of nft. */
import type {
  Statement as AstStatement,
  PhraseStatement,
  Span,
  VerdictStatement,
  VmapStatement,
} from '../../parser/ast.ts';
import type { Statement, Verdict } from '../checked.ts';
import type { StatementRow } from '../row.ts';
import { verdict } from '../type/verdict.ts';
import { leading } from './arg.ts';
import { checkAssign } from './assign.ts';
import type { CheckContext, Expected } from './context.ts';
import { checkKey, checkMapSource } from './map.ts';
import { checkMatch } from './relational.ts';

export type StatementRows = ReadonlyMap<string, StatementRow>;

/** A statement becomes one or, with what its row implies, several. */
export function checkStatement(
  node: AstStatement,
  ctx: CheckContext,
  rows: StatementRows,
): Statement | undefined {
  switch (node.kind) {
    case 'match':
      return checkMatch(node, ctx);
    case 'assign':
      return checkAssign(node, ctx);
    case 'verdict':
      return checkVerdictStatement(node, ctx);
    case 'vmap':
      return checkVmap(node, ctx);
    case 'phrase':
      return checkEffect(node, ctx, rows);
  }
}

function checkVerdictStatement(node: VerdictStatement, ctx: CheckContext): Statement | undefined {
  const checked = ctx.expr(node.expr) as Verdict | undefined;
  return checked && { kind: 'verdict', verdict: checked, span: node.span };
}

const VERDICT: Expected = { type: verdict, bits: verdict.bits, order: 'host' };

function checkVmap(node: VmapStatement, ctx: CheckContext): Statement | undefined {
  const key = checkKey(node.key, ctx);
  const map = key && checkMapSource(node.map, key, VERDICT, ctx);
  return key && map && { kind: 'vmap', key, map, span: node.span };
}

function checkEffect(
  node: PhraseStatement,
  ctx: CheckContext,
  rows: StatementRows,
): Statement | undefined {
  const row = rows.get(node.word);
  if (!row) throw new TypeError(`no row for ${node.word}`);
  const args = row.check(node.args, node.span, ctx);
  return args && { kind: 'effect', row, args, span: statementSpan(node, rows) };
}

/** Where messages about a statement point. */
export function statementSpan(node: AstStatement, rows: StatementRows): Span {
  if (node.kind !== 'phrase') return node.span;
  const words = rows.get(node.word)?.ledBy?.(node.args);
  return words === undefined ? node.span : leading(node.span, words);
}

/** Whether nothing can come after a statement. */
export function isTerminal(statement: Statement): boolean {
  if (statement.kind === 'verdict') return statement.verdict.verdict !== 'continue';
  return statement.kind === 'effect' && statement.row.terminal === true;
}
