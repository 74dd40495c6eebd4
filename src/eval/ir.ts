/**
 * The intermediate code: the kernel's own expressions with the kernel's registers.
 *
 * One rule is a straight line of ops, as nf_tables gets it over netlink; `nft -d netlink` prints it
 * (bytecode.ts), step.ts runs it op by op as nft_do_chain does, emit.ts makes JavaScript of it.
 * A closed set: `load`, `store` and `effect` carry the row that knows what is read, written, done.
 *
 * Registers: sixteen of 32 bits, numbered 0–15 here (nft prints 1 for the first, 9 for the second,
 * ...: see bytecode.ts); a wide value takes consecutive ones. Bytes lie in them as in the kernel on a
 * little-endian machine: network-order values first byte first, host-order values low byte first.
 */
import type { KeyRow, StatementRow } from './row.ts';

export type Register = number;

export type VerdictCode = 'accept' | 'drop' | 'continue' | 'return' | 'jump' | 'goto' | 'break';

export type Op =
  /** `[ meta load mark => reg 1 ]`, `[ payload load 2b @ transport header + 2 => reg 1 ]` */
  | {
      readonly op: 'load';
      readonly row: KeyRow;
      readonly args: OpArgs;
      readonly dreg: Register;
      readonly len: number;
    }
  /** `[ meta set mark with reg 1 ]`, `[ payload write reg 1 => … ]` */
  | {
      readonly op: 'store';
      readonly row: KeyRow;
      readonly args: OpArgs;
      readonly sreg?: Register;
      readonly len: number;
    }
  | { readonly op: 'immediate'; readonly dreg: Register; readonly data: Uint8Array }
  | { readonly op: 'verdict'; readonly code: VerdictCode; readonly chain?: string }
  | {
      readonly op: 'cmp';
      readonly rel: 'eq' | 'neq' | 'lt' | 'lte' | 'gt' | 'gte';
      readonly sreg: Register;
      readonly data: Uint8Array;
    }
  | {
      readonly op: 'range';
      readonly rel: 'eq' | 'neq';
      readonly sreg: Register;
      readonly low: Uint8Array;
      readonly high: Uint8Array;
    }
  /** dreg = (sreg & mask) ^ xor, or a shift, or (6.13 on) a binary op of two registers. */
  | {
      readonly op: 'bitwise';
      readonly kind: 'mask';
      readonly sreg: Register;
      readonly dreg: Register;
      readonly len: number;
      readonly mask: Uint8Array;
      readonly xor: Uint8Array;
    }
  | {
      readonly op: 'bitwise';
      readonly kind: 'lshift' | 'rshift';
      readonly sreg: Register;
      readonly dreg: Register;
      readonly len: number;
      readonly bits: number;
    }
  | {
      readonly op: 'bitwise';
      readonly kind: 'and' | 'or' | 'xor';
      readonly sreg: Register;
      readonly sreg2: Register;
      readonly dreg: Register;
      readonly len: number;
    }
  | {
      readonly op: 'byteorder';
      readonly kind: 'hton' | 'ntoh';
      readonly sreg: Register;
      readonly dreg: Register;
      readonly len: number;
      readonly size: number;
    }
  /** dreg absent: membership; present: map. A verdict map writes the verdict register. */
  | {
      readonly op: 'lookup';
      readonly set: string;
      readonly sreg: Register;
      readonly dreg?: Register;
      readonly verdict?: true;
      readonly invert?: true;
    }
  | {
      readonly op: 'dynset';
      readonly action: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly sregKey: Register;
      readonly sregData?: Register;
      /** Milliseconds. */
      readonly timeout?: number;
      readonly invert?: true;
      /** Stateful ops that each new element gets of its own. */
      readonly exprs: readonly Op[];
    }
  /** A named counter, quota, …: by name, or by a map looked up with a register. */
  | { readonly op: 'objref'; readonly object: string; readonly name: string }
  | {
      readonly op: 'objref';
      readonly object: string;
      readonly sreg: Register;
      readonly set: string;
    }
  /** counter, limit, log, nat, reject, notrack, flow_offload, …: what the row's `run` does. */
  | { readonly op: 'effect'; readonly row: StatementRow; readonly args: OpArgs };

/** Plain data; registers are named …reg. */
export type OpArgs = Readonly<Record<string, unknown>>;

/** A set that lowering made for a rule: `__set%d`, `__map%d`. */
export interface AnonymousSet {
  readonly name: string;
  readonly literal: import('./checked.ts').SetLiteral;
  /** The kind of object that an object map holds the names of. */
  readonly object?: string | undefined;
  /** The statement that it is written in. */
  readonly statement: import('./checked.ts').Statement | undefined;
}

export interface LoweredRule {
  readonly ops: readonly Op[];
  /** What each op is written as, for messages of the kernel about it. */
  readonly spans: readonly (import('../parser/ast.ts').Span | undefined)[];
  readonly sets: readonly AnonymousSet[];
  /** Which of the rule's statements have state of their own; those that name an object have none. */
  readonly stateful: readonly number[];
}
