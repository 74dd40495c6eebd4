/**
 * Concatenations with ranges in their fields: of all elements that match, the one inserted first.
 *
 * The leading bits that a field's two ends share make a mask; elements of equal masks share a hash of
 * the masked key, so a lookup asks one bucket for each combination of masks that occurs. Mirrors what
 * nft_set_pipapo.c answers, not how it finds it.
 */
import type { Backend, Clash } from './backend.ts';
import type { SetElement } from './element.ts';
import { compareBytes, hashWords, keyLength, padded, words } from './key.ts';

interface Field {
  readonly at: number;
  readonly bytes: number;
}

/** The byte of a field of this many that a kernel may forget to compare. */
const FORGOTTEN = { field: 16, byte: 5 };

interface Group {
  readonly mask: Uint32Array;
  readonly buckets: Map<number, SetElement[]>;
}

export class ConcatRanges implements Backend {
  private readonly fields: readonly Field[];
  private readonly length: number;
  private readonly compared: number;
  private readonly forgets: boolean;
  private readonly probe: Uint32Array;
  private readonly masked: Uint32Array;
  /** The mask of the element at hand, as bytes and as words. */
  private readonly maskBytes: Uint8Array;
  private readonly mask: Uint32Array;
  private readonly groups: Group[] = [];
  private readonly elements = new Set<SetElement>();

  /**
   * `compared`: bytes of a key by which an insertion tells "the same" from "overlaps"; `forgets`: for
   * packets the sixth byte of fields as long as IPv6 addresses may be any (nft_set_pipapo_avx2.c).
   */
  constructor(fields: readonly number[], compared = Number.POSITIVE_INFINITY, forgets = false) {
    let at = 0;
    this.fields = fields.map((bytes) => {
      const field = { at, bytes };
      at += padded(bytes);
      return field;
    });
    this.length = keyLength(fields);
    this.compared = Math.min(compared, this.length);
    this.forgets = forgets;
    this.probe = new Uint32Array(this.length >> 2);
    this.masked = new Uint32Array(this.length >> 2);
    this.maskBytes = new Uint8Array(this.length);
    this.mask = new Uint32Array(this.length >> 2);
  }

  lookup(regs: Uint8Array, at: number, now: number): SetElement | null {
    return this.first(regs, at, now, this.forgets);
  }

  private first(regs: Uint8Array, at: number, now: number, forgets: boolean): SetElement | null {
    words(regs, at, this.length, this.probe);
    let best: SetElement | null = null;
    for (let g = 0; g < this.groups.length; g++) {
      const group = this.groups[g]!;
      const bucket = group.buckets.get(this.hash(group.mask));
      if (bucket === undefined) continue;
      for (let i = 0; i < bucket.length; i++) {
        const e = bucket[i]!;
        if (best !== null && best.serial < e.serial) break;
        if (e.expired(now) || !this.contains(e, regs, at, forgets)) continue;
        best = e;
        break;
      }
    }
    return best;
  }

  insert(e: SetElement, now: number): Clash | null {
    const same = this.first(e.bytes, e.at, now, false);
    if (same !== null) {
      const equal =
        compareBytes(e.bytes, e.at, same.bytes, same.at, this.compared) === 0 &&
        compareBytes(e.bytes, e.endAt, same.bytes, same.endAt, this.compared) === 0;
      return { errno: equal ? 'EEXIST' : 'ENOTEMPTY', element: same };
    }
    const overlap = this.first(e.bytes, e.endAt, now, false);
    if (overlap !== null) return { errno: 'ENOTEMPTY', element: overlap };
    for (const { at, bytes } of this.fields) {
      if (compareBytes(e.bytes, e.at + at, e.bytes, e.endAt + at, bytes) > 0)
        return { errno: 'EINVAL' };
    }
    this.elements.add(e);
    const bucket = this.bucketOf(e);
    let place = bucket.length;
    while (place > 0 && bucket[place - 1]!.serial > e.serial) place--;
    if (place === bucket.length) bucket.push(e);
    else bucket.splice(place, 0, e);
    return null;
  }

  remove(e: SetElement): void {
    if (!this.elements.delete(e)) return;
    const bucket = this.bucketOf(e);
    bucket.splice(bucket.indexOf(e), 1);
  }

  /** Mirrors nft_pipapo_deactivate, which looks for the element by its start. */
  find(key: Uint8Array, _keyEnd: Uint8Array, now: number): SetElement | null {
    return this.first(key, 0, now, false);
  }

  [Symbol.iterator](): Iterator<SetElement> {
    return [...this.elements].sort((a, b) => a.serial - b.serial).values();
  }

  private contains(e: SetElement, regs: Uint8Array, start: number, forgets: boolean): boolean {
    for (const { at, bytes } of this.fields) {
      if (forgets && this.forgetsOf(e, at, bytes)) {
        if (!inRange(e, at, regs, start + at, 0, FORGOTTEN.byte)) return false;
        if (!inRange(e, at, regs, start + at, FORGOTTEN.byte + 1, bytes)) return false;
      } else if (!inRange(e, at, regs, start + at, 0, bytes)) return false;
    }
    return true;
  }

  /** Whether a byte is forgotten, and neither end of the range has another before it. */
  private forgetsOf(e: SetElement, at: number, bytes: number): boolean {
    if (!this.forgets || bytes !== FORGOTTEN.field) return false;
    return compareBytes(e.bytes, e.at + at, e.bytes, e.endAt + at, FORGOTTEN.byte) === 0;
  }

  private hash(mask: Uint32Array): number {
    const { probe, masked } = this;
    for (let i = 0; i < probe.length; i++) masked[i] = probe[i]! & mask[i]!;
    return hashWords(masked, masked.length);
  }

  private bucketOf(e: SetElement): SetElement[] {
    const { buckets, mask } = this.groupOf(e);
    words(e.bytes, e.at, this.length, this.probe);
    const hash = this.hash(mask);
    let bucket = buckets.get(hash);
    if (bucket === undefined) buckets.set(hash, (bucket = []));
    return bucket;
  }

  private groupOf(e: SetElement): Group {
    this.findMask(e);
    for (const group of this.groups) if (equalWords(group.mask, this.mask)) return group;
    const group: Group = { mask: this.mask.slice(), buckets: new Map() };
    this.groups.push(group);
    return group;
  }

  /** Bits that both ends of each field share, down to the first that differs. */
  private findMask(e: SetElement): void {
    const mask = this.maskBytes.fill(0);
    for (const { at, bytes } of this.fields) {
      for (let i = at; i < at + bytes; i++) {
        const differ = e.bytes[e.at + i]! ^ e.bytes[e.endAt + i]!;
        mask[i] = 0xff & ~((1 << (32 - Math.clz32(differ))) - 1);
        if (differ !== 0) break;
      }
      if (this.forgetsOf(e, at, bytes)) mask[at + FORGOTTEN.byte] = 0;
    }
    words(mask, 0, this.length, this.mask);
  }
}

function equalWords(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether the bytes of a field from one on and before another are between those of an element's ends. */
function inRange(
  e: SetElement,
  at: number,
  regs: Uint8Array,
  start: number,
  from: number,
  to: number,
): boolean {
  const length = to - from;
  if (compareBytes(e.bytes, e.at + at + from, regs, start + from, length) > 0) return false;
  return compareBytes(e.bytes, e.endAt + at + from, regs, start + from, length) >= 0;
}
