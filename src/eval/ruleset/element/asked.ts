/**
 * Elements as a request has them, by number: each for itself, or many with their keys in one place.
 */
import {
  type ElementRest,
  type ElementSpec,
  type KeyPlace,
  placeOf,
} from '../../engine/set/index.ts';

export interface AskedElements {
  readonly length: number;
  /** Where the key of an element lies; nowhere for a catch-all. */
  place(index: number): KeyPlace;
  rest(index: number): ElementRest;
  /** The elements each for itself. */
  specs(): readonly ElementSpec[];
}

/** Elements each for itself. */
export function oneByOne(specs: readonly ElementSpec[]): AskedElements {
  return {
    length: specs.length,
    place: (index) => placeOf(specs[index]!),
    rest: (index) => specs[index]!,
    specs: () => specs,
  };
}
