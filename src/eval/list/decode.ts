/**
 * What the kernel's code for bytes of the packet under bit operations says, before anything is found in it.
 *
 * Mirrors netlink_parse_payload, netlink_parse_bitwise and netlink_parse_byteorder of nft.
 */
import type { Binop, Load, Statement } from '../checked.ts';
import type { Op } from '../ir.ts';
import { numberIn, ones } from '../lower/constant.ts';
import { lower } from '../lower.ts';
import { extensionAt, isExtension } from './extension.ts';
import { bytesAt } from './field.ts';

/** A constant as it comes from the kernel: bytes, the first the most significant. */
export interface Constant {
  readonly value: bigint;
  readonly bits: number;
}

export interface HeldBinop {
  readonly kind: 'binop';
  readonly op: Binop['op'];
  readonly of: Held;
  readonly by: Constant;
  readonly bits: number;
}

/** What a register holds. */
export type Held =
  | { readonly kind: 'bytes'; readonly load: Load; readonly bits: number }
  | { readonly kind: 'turned'; readonly of: Held; readonly bits: number }
  | HeldBinop;

/** What a register holds, and the operation that takes it up. */
export interface Decoded {
  readonly held: Held;
  readonly by: Op;
}

/** What the code of a statement does; `like`: a load of what the bytes are of. */
export function decode(statement: Statement, like: Load): Decoded | undefined {
  const { ops } = lower({ statements: [statement] }, { family: 'inet', set: () => undefined });
  let held: Held | undefined;
  for (const op of ops) {
    if (op.op === 'load') {
      const { offset } = op.args as { offset: number };
      held = { kind: 'bytes', load: bitsAt(like, offset, 8 * op.len), bits: 8 * op.len };
    } else if (!held) return undefined;
    else if (op.op === 'bitwise') held = bitwise(held, op);
    else if (op.op === 'byteorder') held = { kind: 'turned', of: held, bits: held.bits };
    else return { held, by: op };
  }
  return undefined;
}

const bitsAt = (like: Load, offset: number, bits: number): Load =>
  isExtension(like) ? extensionAt(like, offset, bits) : bytesAt(like, offset, bits);

export const numberOf = (bytes: Uint8Array): Constant => ({
  value: numberIn(bytes, 'big'),
  bits: 8 * bytes.length,
});

type Bitwise = Extract<Op, { op: 'bitwise' }>;

/** A mask and an xor come back as up to three operations. */
function bitwise(of: Held, op: Bitwise): Held | undefined {
  if (op.kind === 'rshift') {
    return {
      kind: 'binop',
      op: '>>',
      of,
      by: { value: BigInt(op.bits), bits: 32 },
      bits: 8 * op.len,
    };
  }
  if (op.kind !== 'mask') return undefined;
  const mask = numberOf(op.mask);
  const xor = numberOf(op.xor).value;
  const or = (mask.value & xor) ^ xor;
  const and = mask.value | or;
  const { bits } = of;
  let held = of;
  const apply = (sign: Binop['op'], value: bigint): void => {
    held = { kind: 'binop', op: sign, of: held, by: { value, bits: mask.bits }, bits };
  };
  if ((and & ones(bits)) !== ones(bits)) apply('&', and);
  if ((xor & mask.value) !== 0n) apply('^', xor & mask.value);
  if (or !== 0n) apply('|', or);
  return held;
}
