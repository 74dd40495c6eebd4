/** What the parts of the lowering share while one rule is lowered. */
import type { Span } from '../../parser/ast.ts';
import type { SetLiteral, SetRef } from '../checked.ts';
import type { Op } from '../ir.ts';
import type { Lowering } from '../lower.ts';
import type { Registers } from './registers.ts';
import type { Site } from './shape.ts';

export interface Machine {
  readonly registers: Registers;
  /** What rows are given. */
  readonly lowering: Lowering;
  /** Fields of odd bits are shifted as they lie in the packet (nft before 1.1). */
  readonly shiftsInPlace: boolean;
  /** Where the expressions of the statement at hand stand. */
  site: Site;
  op(op: Op, span?: Span): void;
  /** Whether a set is one of intervals: its keys are big-endian. */
  interval(set: SetLiteral | SetRef): boolean;
}
