/** What the parts of the lowering share while one rule is lowered. */
import type { SetLiteral, SetRef } from '../checked.ts';
import type { Lowering } from '../lower.ts';
import type { Site } from './shape.ts';

/** What rows are given, and what only the lowering's own parts know. */
export interface Machine extends Lowering {
  /** Fields of odd bits are shifted as they lie in the packet (nft before 1.1). */
  readonly shiftsInPlace: boolean;
  /** What only the kernel wants in whole words is written in bytes all the same (nft before 1.1). */
  readonly splitsWords: boolean;
  /** Where the expressions of the statement at hand stand. */
  site: Site;
  /** Whether a set is one of intervals: its keys are big-endian. */
  interval(set: SetLiteral | SetRef): boolean;
}
