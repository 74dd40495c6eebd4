/**
 * Keys that are intervals: none overlaps another.
 *
 * Elements lie sorted in blocks, so that inserting moves few; lookups go through flat columns made of
 * the blocks at the first lookup after a change. Mirrors nft_set_rbtree.c.
 */
import type { Backend, Clash } from './backend.ts';
import type { SetElement } from './element.ts';
import { compareBytes, equalBytes, words } from './key.ts';

const BLOCK = 512;

export class Intervals implements Backend {
  private readonly length: number;
  private readonly width: number;
  private readonly probe: Uint32Array;
  private blocks: SetElement[][] = [];
  /** The blocks end to end; null after a change. */
  private flat: SetElement[] | null = null;
  private low = new Uint32Array(0);
  private high = new Uint32Array(0);

  constructor(length: number) {
    this.length = length;
    this.width = (length + 3) >> 2;
    this.probe = new Uint32Array(this.width);
  }

  lookup(regs: Uint8Array, at: number, now: number): SetElement | null {
    const flat = this.flat ?? this.flatten();
    const { probe, width } = this;
    words(regs, at, this.length, probe);
    let first = 0;
    let last = flat.length;
    while (first < last) {
      const middle = (first + last) >> 1;
      if (this.compare(this.low, middle * width) <= 0) first = middle + 1;
      else last = middle;
    }
    if (first === 0 || this.compare(this.high, (first - 1) * width) < 0) return null;
    const e = flat[first - 1]!;
    return e.expired(now) ? null : e;
  }

  insert(e: SetElement, now: number, displaced: SetElement[]): Clash | null {
    if (this.append(e)) return null;
    for (let other = this.overlapping(e); other !== null; other = this.overlapping(e)) {
      if (!other.expired(now)) {
        const same =
          compareBytes(other.bytes, other.at, e.bytes, e.at, this.length) === 0 &&
          compareBytes(other.bytes, other.endAt, e.bytes, e.endAt, this.length) === 0;
        return { errno: same ? 'EEXIST' : 'ENOTEMPTY', element: other };
      }
      displaced.push(other);
      this.remove(other);
    }
    const b = this.blockOf(e.bytes, e.at);
    const block = this.blocks[b];
    if (block === undefined) this.blocks.push([e]);
    else {
      block.splice(placeIn(block, e.bytes, e.at), 0, e);
      if (block.length > BLOCK) this.blocks.splice(b + 1, 0, block.splice(BLOCK >> 1));
    }
    this.flat = null;
    return null;
  }

  /** What lists in order begins behind all that is there; false: this does not. */
  private append(e: SetElement): boolean {
    const block = this.blocks[this.blocks.length - 1];
    if (block === undefined || !endsBefore(block[block.length - 1]!, e)) return false;
    if (block.length < BLOCK) block.push(e);
    else this.blocks.push([e]);
    this.flat = null;
    return true;
  }

  remove(e: SetElement): void {
    const b = this.blockOf(e.bytes, e.at);
    const block = this.blocks[b];
    const at = block === undefined ? -1 : placeIn(block, e.bytes, e.at) - 1;
    if (block?.[at] !== e) return;
    block.splice(at, 1);
    if (block.length === 0) this.blocks.splice(b, 1);
    this.flat = null;
  }

  find(key: Uint8Array, keyEnd: Uint8Array, now: number): SetElement | null {
    const e = this.before(key);
    if (e === null || e.expired(now)) return null;
    return equalBytes(e.key, key) && equalBytes(e.keyEnd, keyEnd) ? e : null;
  }

  *[Symbol.iterator](): Iterator<SetElement> {
    for (const block of this.blocks) yield* block;
  }

  /** The probe against a row of a column. */
  private compare(column: Uint32Array, base: number): number {
    for (let i = 0; i < this.width; i++) {
      const d = column[base + i]! - this.probe[i]!;
      if (d !== 0) return d;
    }
    return 0;
  }

  private flatten(): SetElement[] {
    const flat = this.blocks.flat();
    this.low = new Uint32Array(flat.length * this.width);
    this.high = new Uint32Array(flat.length * this.width);
    flat.forEach((e, i) => {
      words(e.bytes, e.at, this.length, this.low.subarray(i * this.width));
      words(e.bytes, e.endAt, this.length, this.high.subarray(i * this.width));
    });
    this.flat = flat;
    return flat;
  }

  /** The last block that starts at or below the key; 0 if none does. */
  private blockOf(key: Uint8Array, at: number): number {
    let first = 1;
    let last = this.blocks.length;
    while (first < last) {
      const middle = (first + last) >> 1;
      if (!isAbove(this.blocks[middle]![0]!, key, at)) first = middle + 1;
      else last = middle;
    }
    return first - 1;
  }

  /** The element with the greatest start at or below the key. */
  private before(key: Uint8Array): SetElement | null {
    const block = this.blocks[this.blockOf(key, 0)];
    return block?.[placeIn(block, key, 0) - 1] ?? null;
  }

  private overlapping(e: SetElement): SetElement | null {
    const b = this.blockOf(e.bytes, e.at);
    const block = this.blocks[b];
    if (block === undefined) return null;
    const at = placeIn(block, e.bytes, e.at);
    const before = block[at - 1];
    if (before !== undefined && !endsBefore(before, e)) return before;
    const behind = block[at] ?? this.blocks[b + 1]?.[0];
    return behind !== undefined && !endsBefore(e, behind) ? behind : null;
  }
}

const endsBefore = (a: SetElement, b: SetElement): boolean =>
  compareBytes(a.bytes, a.endAt, b.bytes, b.at, a.length) < 0;

/** Whether an element starts above a key. */
const isAbove = (e: SetElement, key: Uint8Array, at: number): boolean =>
  compareBytes(e.bytes, e.at, key, at, e.length) > 0;

/** How many elements of the block start at or below the key. */
function placeIn(block: readonly SetElement[], key: Uint8Array, at: number): number {
  let first = 0;
  let last = block.length;
  while (first < last) {
    const middle = (first + last) >> 1;
    if (!isAbove(block[middle]!, key, at)) first = middle + 1;
    else last = middle;
  }
  return first;
}
