/**
 * Texts: strings and device names. A value holds them first byte most significant, padded with
 * zeros to the width.
 */
import type { ValueType } from './value-type.ts';

/** The text as a number of `bits` bits. */
export function textValue(text: string, bits: number): bigint {
  let value = 0n;
  const bytes = new TextEncoder().encode(text);
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value << BigInt(Math.max(0, bits - 8 * bytes.length));
}

/** Back to text: the bytes up to the first zero. */
export function valueText(value: bigint, bits: number): string {
  const bytes: number[] = [];
  for (let at = bits - 8; at >= 0; at -= 8) {
    const byte = Number((value >> BigInt(at)) & 0xffn);
    if (byte === 0) break;
    bytes.push(byte);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const textType = (name: string, description: string, id: number, bits: number): ValueType => ({
  name,
  description,
  id,
  bits,
  order: 'host',
  parse: (text, _scope, width) => textValue(text, width || 8 * text.length),
  print: (value, width) => `"${valueText(value, width)}"`,
  json: (value, width) => valueText(value, width),
});

export const string: ValueType = textType('string', 'string', 5, 0);

export const ifname: ValueType = {
  ...textType('ifname', 'network interface name', 41, 128),
  base: string,
};
