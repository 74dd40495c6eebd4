/**
 * Amounts of bytes as nft writes them: bytes, kbytes, mbytes.
 *
 * Mirrors get_rate and data_unit_parse of nft.
 */
import type { NumberWord, Word } from '../../parser/ast.ts';

const UNITS = ['bytes', 'kbytes', 'mbytes'] as const;

/** An amount as it is written: `25 mbytes`. */
export interface Amount {
  readonly value: bigint;
  readonly unit: string;
}

const powerOf = (unit: string): number => UNITS.indexOf(unit as (typeof UNITS)[number]);

/** What is wrong with a unit. */
export const unitFault = (unit: string): string | undefined =>
  powerOf(unit) < 0 ? 'Wrong unit format, expecting bytes, kbytes or mbytes' : undefined;

/** The bytes of `25 mbytes`. */
export const bytesOfAmount = (number: NumberWord, unit: Word): bigint =>
  BigInt(number.value) * 1024n ** BigInt(powerOf(unit.text));

/** The unit that JSON says; bytes where that is none. */
export const byteUnit = (said: string | undefined): string =>
  UNITS.find((unit) => unit === said) ?? 'bytes';

/** The largest unit of which an amount is a whole multiple. */
export function amount(bytes: bigint): Amount {
  let value = bytes;
  let power = 0;
  while (value > 0n && value % 1024n === 0n && power < UNITS.length - 1) {
    value /= 1024n;
    power++;
  }
  return { value, unit: UNITS[power] ?? 'bytes' };
}

export const amountText = (bytes: bigint): string => {
  const { value, unit } = amount(bytes);
  return `${value} ${unit}`;
};
