/** Flags: a number of a bitmask type as the bits that make it up. Mirrors flags_to_list of nft. */
import type { Value } from '../checked.ts';

/** One value for each bit that is set, lowest first; the value itself where there is but one. */
export function flagsOf(value: Value): readonly Value[] {
  if (!value.type.bitmask) return [value];
  const flags: Value[] = [];
  for (let rest = value.value, bit = 1n; rest > 0n; rest >>= 1n, bit <<= 1n) {
    if (rest & 1n) flags.push({ ...value, value: bit });
  }
  return flags.length > 0 ? flags : [value];
}
