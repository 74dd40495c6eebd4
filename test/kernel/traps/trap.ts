/** A trap: a behaviour of the kernel that one would guess wrong, and the recorded case that shows it. */
import type { Recorded } from '../compare.ts';
import type { Release } from '../recorded.ts';

export interface Trap {
  /** The behaviour in one sentence; it stands so in docs/kernel-traps.md. */
  readonly trap: string;
  /** The case of fixtures/kernel, AREA/NAME. */
  readonly case: string;
  /** The part of an answer that is the heart of it … */
  readonly shows: (answer: Recorded) => unknown;
  /** … and what it is there; a RegExp where a line is to match. */
  readonly is: unknown;
  /** The releases that show it; without it each release that the case was recorded on. */
  readonly on?: readonly Release[];
}

/** A heading of the list with its traps. */
export interface Section {
  readonly title: string;
  readonly traps: readonly Trap[];
}
