/**
 * The statements of a chain by kinds: one row for each rule, one column for each kind of statement.
 *
 * Owns which statements are of one kind. Those that cannot be merged share columns of their own.
 * Mirrors rule_collect_stmts and rule_build_stmt_matrix_stmts of nft.
 */
import type { Rule, Statement } from '../../parser/ast.ts';
import { type Comparison, isMergeable } from './alike.ts';

/** Stands for whatever cannot be merged. */
export const UNSUPPORTED = 'unsupported';

export type Cell = Statement | typeof UNSUPPORTED | undefined;

export interface Matrix {
  /** What began each column. */
  readonly columns: readonly (Statement | typeof UNSUPPORTED)[];
  /** By rule and column; of several statements of one kind the last. */
  readonly cells: readonly (readonly Cell[])[];
}

/** MAX_STMTS: chains with as many kinds of statements are left alone. */
const MAX_COLUMNS = 32;

export function matrixOf(rules: readonly Rule[], by: Comparison): Matrix | undefined {
  const columns: (Statement | typeof UNSUPPORTED)[] = [];
  const find = (s: Statement): number =>
    columns.findIndex((c) => c !== UNSUPPORTED && by.sameKind(s, c));
  for (const s of rules.flatMap(({ statements }) => statements)) {
    if (find(s) >= 0) continue;
    const known = by.isKind(s);
    if (!known && columns.includes(UNSUPPORTED)) continue;
    columns.push(known && isMergeable(s) ? s : UNSUPPORTED);
    if (columns.length === MAX_COLUMNS) return undefined;
  }
  const cells = rules.map(({ statements }) => {
    const row: Cell[] = columns.map(() => undefined);
    for (const s of statements) {
      const own = find(s);
      const at = own >= 0 ? own : columns.indexOf(UNSUPPORTED);
      if (at < 0) by.lost(s.span);
      else row[at] = own >= 0 ? s : UNSUPPORTED;
    }
    return row;
  });
  return { columns, cells };
}
