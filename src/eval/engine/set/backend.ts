/**
 * What a way of storing elements must be able to do. Mirrors struct nft_set_ops.
 */
import type { SetElement } from './element.ts';

/** Why an element was not inserted: EEXIST, the same key; ENOTEMPTY, an overlap. */
export interface Clash {
  readonly errno: 'EEXIST' | 'ENOTEMPTY' | 'EINVAL';
  readonly element?: SetElement;
}

export interface Backend {
  /** The element that matches the key at byte `at` of the registers and has not expired by `now`. */
  lookup(regs: Uint8Array, at: number, now: number): SetElement | null;
  /** Expired elements that were in its way are taken out and put on `displaced`. */
  insert(e: SetElement, now: number, displaced: SetElement[]): Clash | null;
  remove(e: SetElement): void;
  /** The element of exactly this key; expired ones are not found. */
  find(key: Uint8Array, keyEnd: Uint8Array, now: number): SetElement | null;
  /** All elements, expired ones too, in the order of a dump. */
  [Symbol.iterator](): Iterator<SetElement>;
}
