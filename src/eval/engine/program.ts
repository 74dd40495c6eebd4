/**
 * Chains ready to run: rules bound to the sets, objects and chains that they name.
 *
 * Both engines run these: step.ts op by op, emit.ts as generated functions. Mirrors struct
 * nft_rule_blob.
 */
import type { Packet } from '../../datapath/packet.ts';
import type { Op } from '../ir.ts';
import type { Domain, Effect, Reader, Source, Writer } from '../row.ts';
import type { Chain, Rule } from '../ruleset/store.ts';
import type { SetElement, SetStore } from './set/index.ts';

type Pure<K extends Op['op']> = Extract<Op, { op: K }>;

/** An op with what it needs at run time; registers are as in the op. */
export type BoundOp =
  | {
      readonly op: 'load';
      readonly dreg: number;
      readonly len: number;
      readonly read: Reader;
      /** What tells it from other loads; absent: read anew each time. */
      readonly place?: string;
      /** Where it reads the packet plainly. */
      readonly source?: Source;
      /** Reads registers. */
      readonly registers: boolean;
    }
  | { readonly op: 'store'; readonly write: Writer; readonly sreg: number }
  | Pure<'immediate' | 'cmp' | 'range' | 'bitwise' | 'byteorder'>
  | { readonly op: 'verdict'; readonly code: number; readonly target?: ChainProgram }
  | {
      readonly op: 'lookup';
      readonly set: SetStore;
      readonly sreg: number;
      readonly dreg?: number;
      readonly dataLen: number;
      readonly verdict: boolean;
      readonly invert: boolean;
      /** With a catch-all in the set an inverted lookup never breaks, and runs the state of that. */
      readonly undone: boolean;
      /** Its elements never change. */
      readonly fixed: boolean;
      /** Runs the element's own state: NFT_CONTINUE, or what ends the rule. */
      readonly touch: (e: SetElement, p: Packet, regs: Uint8Array) => number;
      /** What the verdict of an element leads to. */
      readonly follow: (e: SetElement) => LinkedVerdict;
    }
  | {
      readonly op: 'effect';
      readonly run: Effect;
      /** May change what loads read. */
      readonly writes?: Domain | 'any';
      /** Reads registers. */
      readonly registers: boolean;
    };

export interface LinkedVerdict {
  readonly code: number;
  readonly target?: ChainProgram;
}

export interface RuleProgram {
  readonly rule: Rule;
  readonly ops: readonly BoundOp[];
}

export interface ChainProgram {
  readonly chain: Chain;
  /** Bound anew when a commit changes the chain. */
  rules: readonly RuleProgram[];
  /** The generated function; null until a packet comes after a change. */
  compiled: CompiledChain | null;
}

/** A verdict ≥ 0, or NFT_CONTINUE at the end of the chain. */
export type CompiledChain = (p: Packet) => number;

/** Bytes of the register file, with room for a store of four words behind the last register. */
export const REGISTER_BYTES = 96;
