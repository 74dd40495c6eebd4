/** Concatenations: a type made of types. Mirrors concat_type_alloc of nft. */
import { numeric } from './define.ts';
import type { ValueType } from './value-type.ts';

/** Bits of a part's number in the concatenation's own. */
const PART_ID_BITS = 6;

export const concatType = (parts: readonly ValueType[]): ValueType => ({
  ...numeric({
    name: parts.map((part) => part.name).join(' . '),
    description: `concatenation of (${parts.map((part) => part.description).join(', ')})`,
    id: parts.reduce((id, part) => (id << PART_ID_BITS) | part.id, 0) >>> 0,
    bits: parts.reduce((sum, part) => sum + registerBits(part.bits), 0),
  }),
  parts,
});

/** The room of a value in registers: whole 32-bit ones. */
export const registerBits = (bits: number): number => Math.ceil(bits / 32) * 32;
