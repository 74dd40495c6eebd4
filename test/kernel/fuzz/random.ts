/** Chance out of a seed: the same seed draws the same numbers, here and on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 32 bits (Steele and Vigna's mix of a Weyl sequence). */
  word(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  }

  /** 0 … n - 1 */
  below(n: number): number {
    return Math.floor((this.word() / 0x100000000) * n);
  }

  /** low … high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in so many of 100. */
  percent(n: number): boolean {
    return this.below(100) < n;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** `n` different ones (or all there are), in a random order. */
  some<T>(from: readonly T[], n: number): T[] {
    const rest = [...from];
    const found: T[] = [];
    while (found.length < n && rest.length > 0) {
      found.push(rest.splice(this.below(rest.length), 1)[0]!);
    }
    return found;
  }

  /** By weights. */
  weighted<T>(from: readonly (readonly [weight: number, value: T])[]): T {
    let at = this.below(from.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of from) {
      if (at < weight) return value;
      at -= weight;
    }
    return from.at(-1)![1];
  }

  /** `n` times what `make` gives. */
  times<T>(n: number, make: (i: number) => T): T[] {
    return Array.from({ length: n }, (_, i) => make(i));
  }

  hex(bytes: number): string {
    return this.times(bytes, () => this.below(256).toString(16).padStart(2, '0')).join('');
  }

  /** A generator of its own, so that what it draws moves nothing else. */
  fork(): Random {
    return new Random(this.word());
  }
}
