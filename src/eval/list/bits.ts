/**
 * Bit operations with constants in the one form that comes back from the kernel.
 *
 * The kernel keeps a mask and an xor for a chain of them; back from it come at most one `&`, one `^`
 * and one `|`. Mirrors netlink_parse_bitwise_mask_xor of nft.
 */
import type { Binop, Expr, Value } from '../checked.ts';
import { constant, ones } from '../lower/constant.ts';

/** A chain of operations by constants on one expression. */
interface Chain {
  readonly of: Expr;
  readonly mask: bigint;
  readonly xor: bigint;
  /** What the constants are printed as. */
  readonly like: Expr;
  readonly bits: number;
}

export function canonicalBits(e: Binop): Expr {
  const chain = chainOf(e);
  return chain ? rebuilt(e, chain) : e;
}

function chainOf(e: Expr): Chain | undefined {
  if (e.kind !== 'binop' || e.op === '<<' || e.op === '>>') return undefined;
  const by = constant(e.right);
  if (by === undefined) return undefined;
  const bits = Math.max(e.bits, widthOf(by));
  const inner = chainOf(e.left);
  const of = inner?.of ?? e.left;
  const all = ones(Math.max(bits, inner?.bits ?? 0));
  const mask = inner?.mask ?? all;
  const xor = inner?.xor ?? 0n;
  const shared = { of, like: e.right, bits };
  if (e.op === '&') return { ...shared, mask: mask & by, xor: xor & by };
  if (e.op === '^') return { ...shared, mask, xor: xor ^ by };
  return { ...shared, mask: mask & (all ^ by), xor: (xor & (all ^ by)) | by };
}

const widthOf = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);

function rebuilt(e: Binop, { of, mask, xor, like, bits }: Chain): Expr {
  const all = ones(bits);
  const set = xor & (all ^ mask);
  const and = mask | set;
  const flip = xor & mask;
  let result = of;
  const apply = (op: Binop['op'], value: bigint): void => {
    result = { ...e, op, left: result, right: number(like, value, bits) };
  };
  if (and !== all) apply('&', and);
  if (flip !== 0n) apply('^', flip);
  if (set !== 0n) apply('|', set);
  return result;
}

const number = ({ type, order }: Expr, value: bigint, bits: number): Value => ({
  kind: 'value',
  value,
  type,
  order,
  bits,
});
