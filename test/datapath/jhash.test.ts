import { expect, it } from 'vitest';
import { jhash2, reciprocalScale } from '../../src/datapath/jhash.ts';

/** The same in 64-bit arithmetic. */
const scale = (hash: number, range: number) => Number((BigInt(hash) * BigInt(range)) >> 32n);

it('scales a hash to a range', () => {
  for (const [hash, range] of [
    [0xffffffff, 0xffffffff],
    [0x12345678, 3],
    [0xdeadbeef, 65536],
    [0, 7],
  ] as const)
    expect(reciprocalScale(hash, range)).toBe(scale(hash, range));
});

it('hashes up to seven words', () => {
  const words = [1, 2, 3, 0xffffffff, 5, 6, 0x80000000];
  const hashes = words.map((_, n) => jhash2(words.slice(0, n + 1), (n + 1) * 7));
  expect(hashes).toEqual([
    3003314766, 3718049718, 2277038749, 3646973413, 1104275692, 3174813201, 2429969633,
  ]);
});
