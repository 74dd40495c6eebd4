/**
 * Exact keys of at most 32 bits. Mirrors nft_set_bitmap.c and nft_set_hash.c's nft_hash_fast.
 */
import type { Backend, Clash } from './backend.ts';
import type { SetElement } from './element.ts';
import { bigEndian } from './key.ts';

export class Hash32 implements Backend {
  private readonly length: number;
  private readonly byKey = new Map<number, SetElement>();

  constructor(length: number) {
    this.length = length;
  }

  lookup(regs: Uint8Array, at: number, now: number): SetElement | null {
    return this.get(bigEndian(regs, at, this.length), now);
  }

  get(key: number, now: number): SetElement | null {
    const e = this.byKey.get(key);
    return e !== undefined && !e.expired(now) ? e : null;
  }

  insert(e: SetElement, now: number, displaced: SetElement[]): Clash | null {
    const key = bigEndian(e.bytes, e.at, this.length);
    const old = this.byKey.get(key);
    if (old !== undefined) {
      if (!old.expired(now)) return { errno: 'EEXIST', element: old };
      displaced.push(old);
    }
    this.byKey.set(key, e);
    return null;
  }

  remove(e: SetElement): void {
    const key = bigEndian(e.bytes, e.at, this.length);
    if (this.byKey.get(key) === e) this.byKey.delete(key);
  }

  find(key: Uint8Array, _keyEnd: Uint8Array, now: number): SetElement | null {
    return this.lookup(key, 0, now);
  }

  [Symbol.iterator](): Iterator<SetElement> {
    return this.byKey.values();
  }
}
