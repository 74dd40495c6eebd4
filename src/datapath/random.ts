/**
 * The machine's only source of randomness: a seeded generator (xoshiro128**), so that a run repeats.
 */

const rotl = (x: number, k: number) => (x << k) | (x >>> (32 - k));

export class Random {
  private readonly s = new Int32Array(4);

  constructor(seed: number) {
    // splitmix32 spreads small seeds over the state
    for (let i = 0, x = seed | 0; i < 4; i++) {
      x = (x + 0x9e3779b9) | 0;
      let z = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.s[i] = z ^ (z >>> 15);
    }
  }

  /** get_random_u32: an unsigned 32-bit number. */
  u32(): number {
    const s = this.s;
    const out = Math.imul(rotl(Math.imul(s[1]!, 5), 7), 9);
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotl(s[3]!, 11);
    return out >>> 0;
  }

  /** get_random_u32_below (prandom_u32_max): 0 … ceiling - 1. */
  below(ceiling: number): number {
    return Math.floor((this.u32() * ceiling) / 0x1_0000_0000);
  }
}
