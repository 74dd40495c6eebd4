/**
 * Checked rule -> intermediate code: registers, byte order, masks, implied set.
 *
 * Mirrors what nft sends to the kernel for a rule; the result is what `-d netlink` prints.
 */
import type { Family } from '../parser/ast.ts';
import type { ByteOrder, Expr, SetLiteral, SetRef, Statement } from './checked.ts';
import type { Op, Register } from './ir.ts';

export interface Lowering {
  readonly family: Family;
  emit(op: Op): void;
  /** Fresh registers wide enough for `e`. They are a stack: the last taken are released first. */
  allocate(e: Expr): Register;
  /** Gives back `register` and all that were taken after it. */
  release(register: Register): void;
  /** Emits what puts the value of `e` into `dreg`, in byte order `order` (absent: its own). */
  expr(e: Expr, dreg: Register, order?: ByteOrder): void;
  /** `allocate` and `expr` at once. */
  operand(e: Expr, order?: ByteOrder): Register;
  statement(s: Statement): void;
  /** The ops of stateful statements that belong to a set's elements. */
  effects(statements: readonly Statement[]): readonly Op[];
  /** The bytes of a constant as they lie in a register. */
  bytes(e: Expr): Uint8Array;
  /** The name of a set: its own, or the one given to a literal. */
  set(map: SetLiteral | SetRef): string;
}
