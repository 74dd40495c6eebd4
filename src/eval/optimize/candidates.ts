/**
 * Which consecutive rules can be merged. Mirrors steps 3 and 4 of chain_optimize of nft.
 */
import type { MatchStatement } from '../../parser/ast.ts';
import { type Comparison, isKeyed, isTarget } from './alike.ts';
import { type Cell, type Matrix, UNSUPPORTED } from './matrix.ts';

/** Rules from one to another, both included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export function candidates(matrix: Matrix, by: Comparison): Stretch[] {
  const found: Stretch[] = [];
  const { cells } = matrix;
  for (let from = 0; from < cells.length; ) {
    let to = from;
    while (to + 1 < cells.length && alike(cells[from]!, cells[to + 1]!, by)) to++;
    if (to > from) found.push({ from, to });
    from = to + 1;
  }
  return found.filter((stretch) => !repeats(stretch, matrix, by));
}

function alike(a: readonly Cell[], b: readonly Cell[], by: Comparison): boolean {
  return a.some(isWorthMerging) && a.every((cell, i) => sameCell(cell, b[i], by));
}

function sameCell(a: Cell, b: Cell, by: Comparison): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a !== UNSUPPORTED && b !== UNSUPPORTED && by.alike(a, b);
}

/** Something that is no verdict and no note. */
const isWorthMerging = (cell: Cell): boolean => isKeyed(cell) || isTarget(cell);

/** Two rules that match the same: the second has never any effect, and both cannot be in one set. */
function repeats({ from, to }: Stretch, { cells }: Matrix, by: Comparison): boolean {
  for (let a = from; a <= to; a++) {
    for (let b = a + 1; b <= to; b++) {
      if (sameMatches(cells[a]!, cells[b]!, by)) return true;
    }
  }
  return false;
}

function sameMatches(a: readonly Cell[], b: readonly Cell[], by: Comparison): boolean {
  const matches = a.flatMap((cell, i) => {
    const other = b[i];
    return isMatch(cell) && isMatch(other) ? [by.sameExpr(cell.right, other.right)] : [];
  });
  return matches.length > 0 && matches.every((same) => same);
}

const isMatch = (cell: Cell): cell is MatchStatement =>
  typeof cell === 'object' && cell.kind === 'match';
