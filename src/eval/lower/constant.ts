/**
 * Constants as numbers and as the bytes that lie in a register.
 *
 * Big-endian values lie first byte first, host-order ones low byte first; a text lies as it reads,
 * whatever its order says. Concatenations pad each part to a register. Mirrors netlink_gen_data.
 */
import type { ByteOrder, Concat, Expr } from '../checked.ts';
import type { ValueType } from '../type/index.ts';

export const byteLength = (bits: number): number => Math.ceil(bits / 8);

const ONES = Array.from({ length: 129 }, (_, bits) => (1n << BigInt(bits)) - 1n);

export const ones = (bits: number): bigint => ONES[bits] ?? (1n << BigInt(bits)) - 1n;

/** Whether a type is text at its base: compared from its first byte on, never byte-swapped. */
export function isText(type: ValueType): boolean {
  for (let t: ValueType | undefined = type; t; t = t.base) if (t.name === 'string') return true;
  return false;
}

/** Bytes that a value of `e` takes in registers: whole ones for each part of a concatenation. */
export const registerBytes = (e: Expr): number =>
  e.kind === 'concat'
    ? e.parts.reduce((n, part) => n + 4 * Math.ceil(part.bits / 32), 0)
    : byteLength(e.bits);

/** The number that a constant stands for, bit operations on constants included; else undefined. */
export function constant(e: Expr): bigint | undefined {
  switch (e.kind) {
    case 'value':
      return e.value;
    case 'list':
      return e.parts.reduce<bigint | undefined>((sum, part) => {
        const value = constant(part);
        return sum === undefined || value === undefined ? undefined : sum | value;
      }, 0n);
    case 'prefix':
      return constant(e.base);
    case 'binop': {
      const left = constant(e.left);
      const right = constant(e.right);
      return left === undefined || right === undefined ? undefined : apply(e.op, left, right);
    }
    default:
      return undefined;
  }
}

function apply(op: '&' | '|' | '^' | '<<' | '>>', left: bigint, right: bigint): bigint {
  switch (op) {
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      return left << right;
    case '>>':
      return left >> right;
  }
}

/** All there are of one byte: they are many, and never written to. */
const SINGLE = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

/** A number of so many bits in so many bytes, in the order given. */
export function bytesOf(value: bigint, bits: number, order: ByteOrder): Uint8Array {
  if (bits > 0 && bits <= 8) return SINGLE[Number(BigInt.asUintN(8, value))]!;
  const bytes = new Uint8Array(byteLength(bits));
  let rest = value;
  for (let i = 0; i < bytes.length; i++, rest >>= 8n) {
    bytes[order === 'host' ? i : bytes.length - 1 - i] = Number(rest & 0xffn);
  }
  return bytes;
}

/** The number that lies in bytes. */
export function numberIn(bytes: Uint8Array, order: ByteOrder): bigint {
  let value = 0n;
  for (let i = 0; i < bytes.length; i++) {
    value = (value << 8n) | BigInt(bytes[order === 'host' ? bytes.length - 1 - i : i]!);
  }
  return value;
}

/** The bytes of a constant expression; `order` where it is to lie otherwise than its type says. */
export function constantBytes(e: Expr, order?: ByteOrder): Uint8Array {
  if (e.kind === 'concat') return concatBytes(e, order);
  const value = constant(e);
  if (value === undefined) throw new TypeError(`not a constant: ${e.kind}`);
  return bytesOf(value, e.bits, isText(e.type) ? 'big' : (order ?? e.order));
}

function concatBytes(e: Concat, order?: ByteOrder): Uint8Array {
  const bytes = new Uint8Array(registerBytes(e));
  let at = 0;
  for (const part of e.parts) {
    bytes.set(constantBytes(part, order), at);
    at += 4 * Math.ceil(part.bits / 32);
  }
  return bytes;
}
