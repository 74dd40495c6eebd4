/**
 * Amounts of bytes as nft writes them: bytes, kbytes, mbytes.
 *
 * Mirrors get_rate and data_unit_parse of nft.
 */
import type { NumberWord, Word } from '../../parser/ast.ts';
import { nameOr } from '../../parser/phrase.ts';
import { across } from '../check/arg.ts';
import type { CheckContext } from '../check/context.ts';

const UNITS = ['bytes', 'kbytes', 'mbytes'] as const;

/** The unit as the grammar has it. */
export const unitWord = nameOr('unit', 'bytes');

/** An amount as it is written: `25 mbytes`. */
export interface Amount {
  readonly value: bigint;
  readonly unit: string;
}

/** The bytes of `25 mbytes`; undefined after an error, which points at `place`. */
export function bytesOfAmount(
  number: NumberWord,
  unit: Word,
  ctx: CheckContext,
  place = across(number.span, unit.span),
): bigint | undefined {
  const power = UNITS.indexOf(unit.text as (typeof UNITS)[number]);
  if (power < 0) {
    return ctx.error('Wrong unit format, expecting bytes, kbytes or mbytes', place);
  }
  return BigInt(number.value) * 1024n ** BigInt(power);
}

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

/** A count as JSON has it: a number as long as it is exact. */
export const jsonNumber = (value: bigint): number | bigint =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
