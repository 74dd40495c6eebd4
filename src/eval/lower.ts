/**
 * Checked rule -> intermediate code: registers, byte order, masks, implied set.
 *
 * Mirrors what nft sends to the kernel for a rule; the result is what `-d netlink` prints.
 */
import type { Expr, SetLiteral, SetRef, Statement } from './checked.ts';
import type { Op, Register } from './ir.ts';

export interface Lowering {
  emit(op: Op): void;
  /** A free run of registers for `bytes` bytes, and its release. */
  allocate(bytes: number): Register;
  release(register: Register, bytes: number): void;
  /** Emits what puts the value of `e` into `dreg`. */
  expr(e: Expr, dreg: Register): void;
  statement(s: Statement): void;
  /** The bytes of a constant as they lie in a register. */
  bytes(e: Expr): Uint8Array;
  /** The name of a set: its own, or the one given to a literal. */
  set(map: SetLiteral | SetRef): string;
}
