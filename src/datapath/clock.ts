/**
 * Virtual time: microseconds since the start of the run, jiffies, and timers that fire in order.
 *
 * Mirrors kernel/time/timer.c as far as the network stack sees it, at HZ=250. Nothing here reads the
 * host's clock; time passes only by `advance`.
 */

export const HZ = 250;
export const US_PER_JIFFY = 1_000_000 / HZ;
/** How far a bucket of the timer wheel has come when time starts, as where cases are recorded. */
const SINCE_BUCKET = 7;
export const US_PER_SECOND = 1_000_000;

export interface Timer {
  readonly at: number;
  readonly fn: () => void;
  /** Place among the timers of one moment. */
  readonly order: number;
  pending: boolean;
}

const before = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * When a timer set at a moment fires, in µs: the farther away, the coarser the wheel (levels of 64
 * buckets, each 8 times as wide as the one below).
 */
export function wheelExpiry(fromUs: number, jiffies: number): number {
  let shift = 0;
  while (jiffies >= 63 << shift) shift += 3;
  const due = Math.floor(fromUs / US_PER_JIFFY) + jiffies;
  const edge = (Math.floor((due + SINCE_BUCKET) / 2 ** shift) + 1) * 2 ** shift;
  return (edge - SINCE_BUCKET) * US_PER_JIFFY;
}

export class Clock {
  /** Now, in µs since the start. */
  now = 0;
  private readonly heap: Timer[] = [];
  private serial = 0;

  get jiffies(): number {
    return Math.floor(this.now / US_PER_JIFFY);
  }

  /** Runs `fn` when time reaches `atUs` (at the next `advance` if that is past). */
  schedule(atUs: number, fn: () => void): Timer {
    return this.add(atUs, fn, this.serial++);
  }

  private add(at: number, fn: () => void, order: number): Timer {
    const timer = { at, fn, order, pending: true };
    this.heap.push(timer);
    this.up(this.heap.length - 1);
    return timer;
  }

  /**
   * mod_timer: runs `fn` some jiffies from now, as late as the timer wheel makes it. Of a bucket the
   * timer added last runs first.
   */
  after(jiffies: number, fn: () => void): Timer {
    return this.add(wheelExpiry(this.now, jiffies), fn, -++this.serial);
  }

  cancel(timer: Timer): void {
    timer.pending = false;
  }

  /**
   * Lets time pass up to and including `toUs`; timers see `now` as the moment they were due. `then`
   * comes after those of each moment: what they left to be received (NET_RX_SOFTIRQ).
   */
  advance(toUs: number, then?: () => void): void {
    for (;;) {
      if (!this.due(this.now)) then?.();
      if (!this.due(toUs)) break;
      const t = this.heap[0]!;
      this.pop();
      if (!t.pending) continue;
      t.pending = false;
      if (t.at > this.now) this.now = t.at;
      t.fn();
    }
    if (toUs > this.now) this.now = toUs;
  }

  private due(at: number): boolean {
    const t = this.heap[0];
    return t !== undefined && t.at <= at;
  }

  private up(i: number): void {
    const h = this.heap;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(h[i]!, h[parent]!)) return;
      [h[i], h[parent]] = [h[parent]!, h[i]!];
      i = parent;
    }
  }

  private pop(): void {
    const h = this.heap;
    const last = h.pop()!;
    if (h.length === 0) return;
    h[0] = last;
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < h.length && before(h[child]!, h[least]!)) least = child;
      if (least === i) return;
      [h[i], h[least]] = [h[least]!, h[i]!];
      i = least;
    }
  }
}
