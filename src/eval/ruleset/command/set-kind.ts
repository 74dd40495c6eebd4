/** What `set`, `map` and `meter` mean in commands. Mirrors set_is_literal, map_is_literal and set_is_meter_compat. */
import { isMap, type NftSet } from '../store.ts';

interface SetKind {
  readonly is: (set: NftSet) => boolean;
  /** nft looks for a near name where none is there. */
  readonly hinted?: true;
}

/** By noun. */
export const SET_KINDS: Readonly<Record<string, SetKind>> = {
  set: { is: (set) => !isMap(set) },
  map: { is: isMap },
  meter: { is: (set) => set.flags.dynamic, hinted: true },
};
