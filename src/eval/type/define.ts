/**
 * Makers of value types: numbers, numbers with names, flags.
 *
 * Owns what types of a kind have in common: reading by name first and then as a number, printing by
 * name or in the type's number format. Mirrors symbolic_constant_parse and integer_type_parse of nft.
 */
import { nearest } from './misspell.ts';
import type { Symbols, ValueType } from './value-type.ts';

/** A number in a type's own format. */
export type NumberFormat = (value: bigint) => string;

export const decimal: NumberFormat = (value) => value.toString();
/** Hexadecimal of at least so many digits. */
export const hex =
  (digits: number): NumberFormat =>
  (value) =>
    `0x${value.toString(16).padStart(digits, '0')}`;

/** A JSON number, of 64 bits with a sign as in jansson; a bigint where a double would lose digits, a text beyond. */
export function jsonNumber(value: bigint): number | bigint | string {
  if (value >> 64n) return `0x${value.toString(16)}`;
  const signed = BigInt.asIntN(64, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

const DIGITS = /^\d+$/;
const DECIMAL = /^[1-9]\d*$/;
const OCTAL = /^0[0-7]*$/;
const HEX = /^0x[0-9a-f]+$/i;

/** A decimal number, as the lexer has normalized it. */
export const parseDecimal = (text: string): bigint | undefined =>
  DIGITS.test(text) ? BigInt(text) : undefined;

/** Also what the lexer takes for no number: one that is too large, in quotes, octal with an 8 in it. */
export function parseNumber(text: string): bigint | undefined {
  if (OCTAL.test(text)) return BigInt(`0o${text}`);
  return DECIMAL.test(text) || HEX.test(text) ? BigInt(text) : undefined;
}

/** A number of at most nine digits where it stands; -1: not it. */
export function scanDecimal(text: string, start: number, end: number): number {
  if (end - start > 9) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

type Given = Pick<ValueType, 'name' | 'description' | 'id' | 'bits'> &
  Partial<Omit<ValueType, 'symbols'>>;

/** A type whose values are numbers. */
export function numeric(given: Given, format: NumberFormat = decimal): ValueType {
  return {
    order: 'host',
    parse: (text) => parseNumber(text) ?? `Could not parse ${given.description}`,
    print: (value) => format(value),
    json: jsonNumber,
    ...given,
  };
}

export const symbolTable = (table: Readonly<Record<string, number>>): Symbols =>
  Object.entries(table).map(([name, value]) => [name, BigInt(value)]);

/** The name of a value: the first in the table. */
const symbolOf = (symbols: Symbols, value: bigint): string | undefined =>
  symbols.find(([, v]) => v === value)?.[0];

function parseSymbol(text: string, given: Given, symbols: Symbols): bigint | string {
  const found = symbols.find(([name]) => name === text) ?? undefined;
  const value = found ? found[1] : parseNumber(text);
  if (value !== undefined) return value;
  const meant = nearest(
    text,
    symbols.map(([name]) => name),
    'written',
  );
  const what = `Could not parse ${given.description}`;
  return meant ? `${what} expression; did you you mean \`${meant}\`?` : what;
}

/** nft prints the number of a name in JSON as its bytes lie in the packet, read as the machine does. */
const unswapped = (value: bigint, { order, bits }: Given): bigint =>
  order === 'big' && bits === 16 ? ((value & 0xffn) << 8n) | (value >> 8n) : value;

/** A type whose values have names; others print in the number format. `quote`: names in quotes. */
export function symbolic(
  given: Given,
  table: Readonly<Record<string, number>>,
  format: NumberFormat = decimal,
  quote = '',
): ValueType {
  const symbols = symbolTable(table);
  return {
    ...numeric(given, format),
    symbols,
    parse: (text) => parseSymbol(text, given, symbols),
    print: (value, _bits, _scope, options) => {
      const name = options.numericSymbols ? undefined : symbolOf(symbols, value);
      return name === undefined ? format(value) : quote + name + quote;
    },
    json: (value, _bits, _scope, options) => {
      const name = symbolOf(symbols, value);
      if (name === undefined) return jsonNumber(value);
      return options.numericSymbols ? jsonNumber(unswapped(value, given)) : name;
    },
  };
}
