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

/** Where a key lies among others: it begins at byte `at`, its interval's end at `endAt`. */
export interface KeyPlace {
  readonly bytes: Uint8Array;
  readonly at: number;
  /** `at` where the key is a single value. */
  readonly endAt: number;
  readonly length: number;
}

/** What an element has beside its key; elements that have the same may share it. */
export type ElementRest = Omit<ElementSpec, 'key' | 'keyEnd'>;

const NO_KEY: KeyPlace = { bytes: new Uint8Array(0), at: 0, endAt: 0, length: 0 };
const NO_OPS: readonly Op[] = [];

function clearedOp(op: Op): Op {
  const cleared = op.op === 'effect' ? op.row.state?.cleared : undefined;
  return op.op === 'effect' && cleared ? { ...op, args: cleared(op.args) } : op;
}

export class SetElement implements KeyPlace {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly endAt: number;
  /** Bytes of the key; 0: the catch-all element. */
  readonly length: number;
  private readonly rest: ElementRest;
  /** Milliseconds; 0: lives until deleted. */
  timeout: number;
  /** Milliseconds of the machine's clock; Infinity: never. */
  expiresAt: number;
  /** Instances of `exprs`; undefined until the engine first runs or restores them. */
  state: readonly StatefulInstance[] | undefined;
  /** What the engine made of the verdict or the object; owned by engine/. */
  linked: unknown;
  /** `exprs` after a reset before there were instances. */
  private cleared: readonly Op[] | undefined = undefined;
  /** Rank of insertion, kept by the store. */
  serial = 0;

  constructor(place: KeyPlace, rest: ElementRest, now: number, defaultTimeout: number) {
    this.bytes = place.bytes;
    this.at = place.at;
    this.endAt = place.endAt;
    this.length = place.length;
    this.rest = rest;
    this.state = undefined;
    this.linked = undefined;
    this.timeout = rest.timeout ?? defaultTimeout;
    this.expiresAt =
      this.timeout === 0 ? Number.POSITIVE_INFINITY : now + (rest.expires ?? this.timeout);
  }

  get key(): Uint8Array {
    return part(this.bytes, this.at, this.length);
  }

  get keyEnd(): Uint8Array {
    return part(this.bytes, this.endAt, this.length);
  }

  get catchAll(): boolean {
    return this.length === 0;
  }

  get data(): Uint8Array | undefined {
    return this.rest.data;
  }

  get verdict(): ElementVerdict | undefined {
    return this.rest.verdict;
  }

  get object(): string | undefined {
    return this.rest.object;
  }

  get comment(): string | undefined {
    return this.rest.comment;
  }

  get exprs(): readonly Op[] {
    return this.cleared ?? this.rest.exprs ?? NO_OPS;
  }

  /** Its state begins anew, be it that nothing has run yet. */
  reset(): void {
    for (const instance of this.state ?? []) instance.reset();
    if (!this.state && this.exprs.length > 0) this.cleared = this.exprs.map(clearedOp);
  }

  /** nft_set_elem_expired */
  expired(now: number): boolean {
    return this.expiresAt <= now;
  }
}

const part = (bytes: Uint8Array, at: number, length: number): Uint8Array =>
  bytes.length === length ? bytes : bytes.subarray(at, at + length);

/** The place of a key and an end that lie apart. */
export function placeOf({ key, keyEnd }: ElementSpec): KeyPlace {
  if (key === undefined) return NO_KEY;
  const { length } = key;
  if (keyEnd === undefined) return { bytes: key, at: 0, endAt: 0, length };
  const bytes = new Uint8Array(length * 2);
  bytes.set(key);
  bytes.set(keyEnd, length);
  return { bytes, at: 0, endAt: length, length };
}
