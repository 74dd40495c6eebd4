/**
 * Exact keys wider than 32 bits: open addressing over columns of words.
 *
 * Mirrors nft_set_hash.c as far as it shows: one element a key, no order.
 */
import type { Backend, Clash } from './backend.ts';
import type { SetElement } from './element.ts';
import { hashWords, words } from './key.ts';

const EMPTY = 0;
const GONE = -1;
const FIRST_SLOTS = 16;

export class HashWide implements Backend {
  private readonly length: number;
  /** Words of a key. */
  private readonly width: number;
  private readonly probe: Uint32Array;
  /** Row + 1 of `rows` and `keys`, EMPTY or GONE. */
  private slots = new Int32Array(FIRST_SLOTS);
  private keys: Uint32Array;
  private rows: (SetElement | undefined)[] = [];
  private live = 0;
  private used = 0;

  constructor(length: number) {
    this.length = length;
    this.width = (length + 3) >> 2;
    this.probe = new Uint32Array(this.width);
    this.keys = new Uint32Array(FIRST_SLOTS * this.width);
  }

  lookup(regs: Uint8Array, at: number, now: number): SetElement | null {
    const slot = this.slotOf(regs, at);
    if (slot < 0) return null;
    const e = this.rows[this.slots[slot]! - 1]!;
    return e.expired(now) ? null : e;
  }

  insert(e: SetElement, now: number, displaced: SetElement[]): Clash | null {
    const slot = this.slotOf(e.bytes, e.at);
    if (slot >= 0) {
      const row = this.slots[slot]! - 1;
      const old = this.rows[row]!;
      if (!old.expired(now)) return { errno: 'EEXIST', element: old };
      displaced.push(old);
      this.rows[row] = e;
      return null;
    }
    if ((this.used + 1) * 4 > this.slots.length * 3) this.rebuild();
    this.append(e);
    return null;
  }

  remove(e: SetElement): void {
    const slot = this.slotOf(e.bytes, e.at);
    if (slot < 0 || this.rows[this.slots[slot]! - 1] !== e) return;
    this.rows[this.slots[slot]! - 1] = undefined;
    this.slots[slot] = GONE;
    this.live--;
  }

  find(key: Uint8Array, _keyEnd: Uint8Array, now: number): SetElement | null {
    return this.lookup(key, 0, now);
  }

  *[Symbol.iterator](): Iterator<SetElement> {
    for (const e of this.rows) if (e !== undefined) yield e;
  }

  private slotOf(b: Uint8Array, at: number): number {
    const { width, probe, slots, keys } = this;
    words(b, at, this.length, probe);
    const mask = slots.length - 1;
    for (let i = hashWords(probe, width) & mask; slots[i] !== EMPTY; i = (i + 1) & mask) {
      if (slots[i] === GONE) continue;
      const base = (slots[i]! - 1) * width;
      let w = 0;
      while (w < width && keys[base + w] === probe[w]) w++;
      if (w === width) return i;
    }
    return -1;
  }

  /** `probe` need not hold the key. */
  private append(e: SetElement): void {
    words(e.bytes, e.at, this.length, this.probe);
    const mask = this.slots.length - 1;
    let i = hashWords(this.probe, this.width) & mask;
    while (this.slots[i] !== EMPTY) i = (i + 1) & mask;
    this.keys.set(this.probe, this.rows.length * this.width);
    this.rows.push(e);
    this.slots[i] = this.rows.length;
    this.live++;
    this.used++;
  }

  /** Twice the slots if they are needed, and no slots or rows of elements that went. */
  private rebuild(): void {
    const size = this.live * 2 >= this.slots.length ? this.slots.length * 2 : this.slots.length;
    const old = this.rows;
    this.slots = new Int32Array(size);
    this.keys = new Uint32Array(size * this.width);
    this.rows = [];
    this.live = this.used = 0;
    for (const e of old) if (e !== undefined) this.append(e);
  }
}
