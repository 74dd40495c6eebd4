/**
 * An element of a set as it lies in the kernel: its key, what it maps to, its lifetime, its state.
 *
 * Keys are bytes as they lie in registers: fields of a concatenation each padded to 4 bytes. An
 * interval runs from `key` to `keyEnd`, both included; where the kernel's rbtree keeps an end marker
 * behind it, this keeps one element. Mirrors struct nft_set_ext.
 */
import type { Op, VerdictCode } from '../../ir.ts';
import type { StatefulInstance } from '../../row.ts';

export interface ElementVerdict {
  readonly code: VerdictCode;
  /** The target of jump and goto, by name; follows renames. */
  chain?: string;
}

export interface ElementSpec {
  /** Absent: the catch-all element. */
  readonly key?: Uint8Array;
  /** Absent: a single value. */
  readonly keyEnd?: Uint8Array;
  /** What a map holds, as it lies in registers (an interval: low end, then high end). */
  readonly data?: Uint8Array;
  readonly verdict?: ElementVerdict;
  /** The name of the object that an object map holds. */
  readonly object?: string;
  /** Milliseconds; absent: the set's; 0: never. */
  readonly timeout?: number;
  /** Milliseconds left; absent: the whole timeout. */
  readonly expires?: number;
  readonly comment?: string;
  /** Its own stateful ops, as they start. */
  readonly exprs?: readonly Op[];
}

const NO_KEY = new Uint8Array(0);
const NO_OPS: readonly Op[] = [];

export class SetElement {
  readonly key: Uint8Array;
  readonly keyEnd: Uint8Array;
  readonly catchAll: boolean;
  readonly data: Uint8Array | undefined;
  readonly verdict: ElementVerdict | undefined;
  readonly object: string | undefined;
  readonly comment: string | undefined;
  readonly exprs: readonly Op[];
  /** Milliseconds; 0: lives until deleted. */
  timeout: number;
  /** Milliseconds of the machine's clock; Infinity: never. */
  expiresAt: number;
  /** Instances of `exprs`; undefined until the engine first runs or restores them. */
  state: readonly StatefulInstance[] | undefined;
  /** What the engine made of the verdict or the object; owned by engine/. */
  linked: unknown;
  /** Rank of insertion, kept by the store. */
  serial = 0;

  constructor(spec: ElementSpec, now: number, defaultTimeout: number) {
    this.key = spec.key ?? NO_KEY;
    this.keyEnd = spec.keyEnd ?? this.key;
    this.catchAll = spec.key === undefined;
    this.data = spec.data;
    this.verdict = spec.verdict;
    this.object = spec.object;
    this.comment = spec.comment;
    this.exprs = spec.exprs ?? NO_OPS;
    this.state = undefined;
    this.linked = undefined;
    this.timeout = spec.timeout ?? defaultTimeout;
    this.expiresAt =
      this.timeout === 0 ? Number.POSITIVE_INFINITY : now + (spec.expires ?? this.timeout);
  }

  /** nft_set_elem_expired */
  expired(now: number): boolean {
    return this.expiresAt <= now;
  }
}
