/** The plain types: integer, bitmask, boolean, marks. */
import { hex, numeric, parseNumber, symbolic } from './define.ts';
import type { ValueType } from './value-type.ts';

export const integer: ValueType = numeric({
  name: 'integer',
  description: 'integer',
  id: 4,
  bits: 0,
});

/** Integers that print in hexadecimal: `ip frag-off`, raw payloads. */
export const hexInteger = (digits: number): ValueType =>
  numeric({ name: 'integer', description: 'integer', id: 4, bits: 0, base: integer }, hex(digits));

export const bitmask: ValueType = numeric(
  { name: 'bitmask', description: 'bitmask', id: 3, bits: 0, base: integer },
  hex(0),
);

const booleanNames = symbolic(
  { name: 'boolean', description: 'boolean type', id: 39, bits: 1, base: integer },
  { exists: 1, missing: 0 },
);
export const boolean: ValueType = {
  ...booleanNames,
  words: ['exists', 'missing'],
  /** Any number but zero is `exists`. */
  parse(text, scope, bits) {
    const number = parseNumber(text);
    if (number !== undefined) return number === 0n ? 0n : 1n;
    return booleanNames.parse(text, scope, bits);
  },
  json: (value) => (value === 1n ? true : value === 0n ? false : Number(value)),
};

/** What has no type of its own, nor gives one to what it is compared with. */
export const untyped: ValueType = numeric(
  { name: 'invalid', description: 'invalid type', id: 0, bits: 0, base: integer },
  hex(0),
);

/** What nft has read from the kernel and given no type: it says so. */
export const unread: ValueType = {
  ...untyped,
  print: (value) => `0x${value.toString(16)} [invalid type]`,
  json: (value) => `0x${value.toString(16)} [invalid type]`,
};

/** What a part of a concatenation is where none is wanted. */
export const unwanted: ValueType = {
  ...untyped,
  parse: () => 'Could not parse symbolic invalid expression',
};

export const mark: ValueType = numeric(
  { name: 'mark', description: 'packet mark', id: 19, bits: 32, base: integer, anyNumber: true },
  hex(8),
);
