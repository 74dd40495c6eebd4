/**
 * The contents of a set or map: what rules look up and commands insert, list and delete.
 *
 * Owns the element count, the catch-all element, lifetimes and the collector; how keys are found is
 * the backend's, chosen by the shape of the key as nft_select_set_ops does. Times are milliseconds of
 * the machine's clock. Mirrors the set part of nf_tables_api.c and nft_dynset.c.
 */
import { wheelExpiry } from '../../../datapath/clock.ts';
import type { Backend, Clash } from './backend.ts';
import { ConcatRanges } from './concat-ranges.ts';
import { type ElementSpec, type KeyPlace, placeOf, SetElement } from './element.ts';
import { HashWide } from './hash-wide.ts';
import { Hash32 } from './hash32.ts';
import { Intervals } from './intervals.ts';
import { keyLength } from './key.ts';

export type { Clash } from './backend.ts';
export type { ElementRest, ElementSpec, ElementVerdict, KeyPlace } from './element.ts';
export { placeOf, SetElement } from './element.ts';

export interface SetShape {
  /** Bytes of each field of the key as the type has them (a concatenation: several). */
  readonly fields: readonly number[];
  readonly interval: boolean;
  /** Bytes by which the insertion of a concatenation with ranges knows the same key; absent: all. */
  readonly compared?: number;
  /** Packets match whatever the sixth byte of fields as long as IPv6 addresses is. */
  readonly forgets?: boolean;
}

/** What `add set` may change later; read whenever it matters. */
export interface SetSettings {
  /** Milliseconds. */
  readonly timeout?: number;
  readonly gcInterval?: number;
  readonly size?: number;
}

const DEFAULT_GC_INTERVAL = 1000;
const MS_PER_JIFFY = 4;
/** What is there when time starts was made so long before the first packet. */
const MADE_BEFORE = 110;

export class SetStore {
  readonly shape: SetShape;
  /** Bytes of a whole key. */
  readonly keyLength: number;
  private readonly settings: SetSettings;
  private readonly backend: Backend;
  private readonly numeric: Hash32 | null;
  private readonly now: () => number;
  private readonly collectedFrom: number;
  private catchAll: SetElement | null = null;
  private count = 0;
  /** Dead elements and expired ones whose key has been taken again, until they are collected. */
  private displaced: SetElement[] = [];
  private serial = 0;
  /** Earliest expiry among the elements, or before it. */
  private nextExpiry = Number.POSITIVE_INFINITY;

  /** `settings` is kept and read again (the NftSet itself). `now`: the machine's clock in ms. */
  constructor(shape: SetShape, settings: SetSettings, now: () => number) {
    this.shape = shape;
    this.settings = settings;
    this.now = () => now() - (now() % MS_PER_JIFFY);
    this.keyLength = keyLength(shape.fields);
    this.backend = backendFor(shape, this.keyLength);
    this.numeric = this.backend instanceof Hash32 ? this.backend : null;
    this.collectedFrom = this.now() || -MADE_BEFORE;
  }

  /** An element with the set's own timeout where it names none; not yet inserted. */
  element(rest: ElementSpec, place: KeyPlace = placeOf(rest)): SetElement {
    return new SetElement(place, rest, this.now(), this.settings.timeout ?? 0);
  }

  /**
   * Inserts an element made by `element`. A clash names the element in the way; `add element` is
   * content with EEXIST if the data is the same, and reports ENOTEMPTY as EEXIST
   * (nft_add_set_elem). Whether the set is full is asked with `full` before (ENFILE).
   */
  insert(e: SetElement): Clash | null {
    e.serial = this.serial++;
    return this.put(e);
  }

  /** Takes back a `remove`: the element stands where it stood. */
  restore(e: SetElement): void {
    this.put(e);
  }

  private put(e: SetElement): Clash | null {
    const now = this.now();
    if (e.catchAll) {
      if (this.catchAll !== null && !this.catchAll.expired(now)) {
        return { errno: 'EEXIST', element: this.catchAll };
      }
      this.catchAll = e;
    } else {
      const clash = this.backend.insert(e, now, this.displaced);
      if (clash) return clash;
      this.count++;
      if (this.shape.interval) this.forgetDisplaced();
    }
    if (e.expiresAt < this.nextExpiry) this.nextExpiry = e.expiresAt;
    return null;
  }

  remove(e: SetElement): void {
    if (e.catchAll) {
      if (this.catchAll === e) this.catchAll = null;
      return;
    }
    this.backend.remove(e);
    this.count--;
  }

  /** The element that `delete element` names: the same key and end; no key: the catch-all. */
  find(key?: Uint8Array, keyEnd: Uint8Array | undefined = key): SetElement | null {
    const now = this.now();
    if (key !== undefined) return this.backend.find(key, keyEnd!, now);
    return this.catchAll !== null && !this.catchAll.expired(now) ? this.catchAll : null;
  }

  /** What a packet with this key at byte `at` of the registers finds; the catch-all last. */
  lookup(regs: Uint8Array, at: number): SetElement | null {
    const now = this.nextExpiry === Number.POSITIVE_INFINITY ? 0 : this.now();
    const found = this.backend.lookup(regs, at, now);
    if (found !== null) return found;
    return this.catchAll !== null && !this.catchAll.expired(now) ? this.catchAll : null;
  }

  /** The catch-all element; null: there is none. */
  get rest(): SetElement | null {
    const e = this.catchAll;
    return e !== null && !e.expired(this.now()) ? e : null;
  }

  /** Keys are exact numbers of at most 32 bits: `lookupNumber` finds them. */
  get isNumeric(): boolean {
    return this.numeric !== null;
  }

  /** As `lookup`, by the key as an unsigned number, its first byte most significant. */
  lookupNumber(key: number): SetElement | null {
    const now = this.nextExpiry === Number.POSITIVE_INFINITY ? 0 : this.now();
    const found = this.numeric!.get(key, now);
    if (found !== null) return found;
    return this.catchAll !== null && !this.catchAll.expired(now) ? this.catchAll : null;
  }

  /** No further element fits. */
  get full(): boolean {
    const { size } = this.settings;
    if (!size || this.count < size) return false;
    this.collect();
    return this.count >= size;
  }

  /** Elements in the set, the catch-all aside; expired ones count until they are collected. */
  get size(): number {
    return this.count;
  }

  /** Live elements as a dump gives them, the catch-all last. */
  *[Symbol.iterator](): Iterator<SetElement> {
    const now = this.now();
    for (const e of this.backend) if (!e.expired(now)) yield e;
    if (this.catchAll !== null && !this.catchAll.expired(now)) yield this.catchAll;
  }

  /** Milliseconds until an element expires, as `expires` lists it; undefined: never. */
  expiresIn(e: SetElement): number | undefined {
    return e.timeout === 0 ? undefined : Math.max(0, e.expiresAt - this.now());
  }

  /** Gives an element another lifetime from now on (`update @set`, and `add element` from 6.12). */
  refresh(e: SetElement, timeout: number, expires = timeout): void {
    e.timeout = timeout;
    e.expiresAt = timeout === 0 ? Number.POSITIVE_INFINITY : this.now() + expires;
    if (e.expiresAt < this.nextExpiry) this.nextExpiry = e.expiresAt;
  }

  /** `add @set`, `update @set`: the element of the key, made where it is missing; null: set full. */
  obtain(
    regs: Uint8Array,
    at: number,
    make: (key: Uint8Array, regs: Uint8Array) => ElementSpec,
  ): SetElement | null {
    const found = this.backend.lookup(regs, at, this.now());
    if (found !== null) return found;
    if (this.full) return null;
    const made = this.element(make(regs.slice(at, at + this.keyLength), regs));
    return this.insert(made) === null ? made : null;
  }

  /** `delete @set`: the element is dead at once and takes its place until it is collected. */
  discard(regs: Uint8Array, at: number): void {
    const now = this.now();
    const found = this.backend.lookup(regs, at, now);
    if (found === null) return;
    this.backend.remove(found);
    found.expiresAt = now;
    this.displaced.push(found);
    if (now < this.nextExpiry) this.nextExpiry = now;
  }

  /** Trees collect what is in the way of an insertion at once (nft_rbtree_gc_elem). */
  private forgetDisplaced(): void {
    this.count -= this.displaced.length;
    this.displaced = [];
  }

  /** When the collector came last, as late each time as the timer wheel makes it. */
  private lastRound(): number {
    const jiffies = (this.settings.gcInterval || DEFAULT_GC_INTERVAL) / MS_PER_JIFFY;
    const after = (ms: number) => wheelExpiry(ms * 1000, jiffies) / 1000;
    const first = after(this.collectedFrom);
    const since = this.now() - first;
    // What starts on a bucket's edge ends on one: all further rounds are equally long
    return since < 0 ? this.collectedFrom : first + since - (since % (after(first) - first));
  }

  /** What the collector's last round took: elements that had expired by then. */
  private collect(): void {
    if (this.now() < this.nextExpiry) return;
    const round = this.lastRound();
    if (round < this.nextExpiry) return;
    let next = Number.POSITIVE_INFINITY;
    for (const e of [...this.backend]) {
      if (e.expiresAt <= round) this.remove(e);
      else if (e.expiresAt < next) next = e.expiresAt;
    }
    const left = this.displaced.filter((e) => e.expiresAt > round);
    this.count -= this.displaced.length - left.length;
    this.displaced = left;
    for (const e of left) next = Math.min(next, e.expiresAt);
    if (this.catchAll !== null && this.catchAll.expiresAt < next) next = this.catchAll.expiresAt;
    this.nextExpiry = next;
  }
}

/** Mirrors nft_select_set_ops: ranges of concatenations, intervals, or a hash. */
function backendFor(shape: SetShape, length: number): Backend {
  if (shape.interval) {
    return shape.fields.length > 1
      ? new ConcatRanges(shape.fields, shape.compared, shape.forgets)
      : new Intervals(length);
  }
  return length <= 4 ? new Hash32(length) : new HashWide(length);
}
