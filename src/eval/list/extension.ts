/**
 * Bits of an extension header of IPv6 named as its fields; those that are none list as `unknown`.
 *
 * nft looks for a field by the first bit and the length, in the header and then in the kinds of
 * routing headers. Mirrors exthdr_init_raw and exthdr_find_template of nft.
 */
import type { Load } from '../checked.ts';
import { exthdrArgs } from '../expr/exthdr-load.ts';
import { keyRows } from '../expr/index.ts';
import { unread } from '../type/integer.ts';

/** Whether a load is of bits that an extension header may have fields at. */
export const isExtension = (load: Load): boolean =>
  exthdrArgs(load).op === 'ipv6' && !exthdrArgs(load).present;

export function extensionAt(load: Load, offset: number, bits: number): Load {
  const args = { ...exthdrArgs(load), offset, bits };
  const rows = keyRows.filter(({ extension }) => extension?.header.number === args.number);
  for (const { extension } of rows) {
    const fields = Object.entries(extension!.header.fields);
    const found = fields.find(([, field]) => field.offset === offset && field.bits === bits);
    if (!found) continue;
    const [field, { type }] = found;
    return { ...load, type, bits, args: { ...args, name: extension!.name, field } };
  }
  return unknown({ ...load, bits, args });
}

/** Bits that are no field. */
export function unknown(load: Load): Load {
  const args = exthdrArgs(load);
  const { name } = keyRows.find((row) => row.extension?.header.number === args.number)!;
  return { ...load, type: unread, args: { ...args, name, field: 'unknown' } };
}

/** Whether it has found its field. */
export const isKnown = (load: Load): boolean => load.type !== unread;
