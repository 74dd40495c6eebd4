/**
 * Register words as expressions: what generated code computes instead of moving bytes about.
 *
 * A word is an int32 whose most significant byte lies first in memory. Words that the machine has in
 * its own byte order are `swap` of that; comparisons and masks move the swap to their constant.
 * Owns the constructors, which simplify as they build.
 */

export type Word =
  | { readonly kind: 'const'; readonly value: number; readonly zeros: number }
  /** Word `index` of a load's value. */
  | { readonly kind: 'load'; readonly load: number; readonly index: number; readonly zeros: number }
  /** Word `index` of what a map gave. */
  | { readonly kind: 'data'; readonly lookup: number; readonly index: number; readonly zeros: 0 }
  | { readonly kind: 'swap'; readonly of: Word; readonly zeros: 0 }
  /** Bytes swapped within each half. */
  | { readonly kind: 'swap2'; readonly of: Word; readonly zeros: number }
  | {
      readonly kind: 'binary';
      readonly op: '&' | '|' | '^';
      readonly left: Word;
      readonly right: Word;
      readonly zeros: number;
    }
  | {
      readonly kind: 'shift';
      readonly op: '<<' | '>>>';
      readonly of: Word;
      readonly by: number;
      readonly zeros: 0;
    };

/** Whole bytes at the end (the last in memory) that are known to be zero. */
const trailingZeros = (value: number): number => {
  let n = 0;
  while (n < 4 && ((value >>> (8 * n)) & 0xff) === 0) n++;
  return n;
};

export const constant = (value: number): Word => ({
  kind: 'const',
  value: value | 0,
  zeros: trailingZeros(value),
});

export const ZERO = constant(0);

/** `bytes`: how many of its four bytes the load fills; the others are zero. */
export const loaded = (load: number, index: number, bytes: number): Word => ({
  kind: 'load',
  load,
  index,
  zeros: 4 - bytes,
});

export const mapped = (lookup: number, index: number): Word => ({
  kind: 'data',
  lookup,
  index,
  zeros: 0,
});

export const swapped = (value: number): number =>
  ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);

const swapped2 = (value: number): number =>
  ((value & 0x00ff00ff) << 8) | ((value >>> 8) & 0x00ff00ff);

export function swap(of: Word): Word {
  if (of.kind === 'swap') return of.of;
  if (of.kind === 'const') return constant(swapped(of.value));
  return { kind: 'swap', of, zeros: 0 };
}

export function swap2(of: Word): Word {
  if (of.kind === 'swap2') return of.of;
  if (of.kind === 'const') return constant(swapped2(of.value));
  return { kind: 'swap2', of, zeros: of.zeros & ~1 };
}

const apply = (op: '&' | '|' | '^', a: number, b: number): number =>
  op === '&' ? a & b : op === '|' ? a | b : a ^ b;

export function binary(op: '&' | '|' | '^', left: Word, right: Word): Word {
  if (right.kind === 'const') {
    if (left.kind === 'const') return constant(apply(op, left.value, right.value));
    if (op === '&' && (right.value & ~lowMask(left.zeros)) === 0) return ZERO;
    if (op === '&' && (right.value | lowMask(left.zeros)) === -1) return left;
    if (op !== '&' && right.value === 0) return left;
    if (left.kind === 'swap') return swap(binary(op, left.of, constant(swapped(right.value))));
  }
  const zeros = op === '&' ? Math.max(left.zeros, right.zeros) : Math.min(left.zeros, right.zeros);
  return { kind: 'binary', op, left, right, zeros };
}

/** The bits of so many bytes at the end of a word. */
export const lowMask = (bytes: number): number =>
  bytes === 0 ? 0 : bytes === 4 ? -1 : (1 << (8 * bytes)) - 1;

export function shift(op: '<<' | '>>>', of: Word, by: number): Word {
  if (by === 0) return of;
  if (of.kind === 'const') return constant(op === '<<' ? of.value << by : of.value >>> by);
  return { kind: 'shift', op, of, by, zeros: 0 };
}

/** The bytes of a constant as words; the last one filled up with zeros. */
export function wordsOf(data: Uint8Array): number[] {
  const words: number[] = [];
  for (let i = 0; i < data.length; i += 4) {
    words.push(
      (data[i]! << 24) |
        ((data[i + 1] ?? 0) << 16) |
        ((data[i + 2] ?? 0) << 8) |
        (data[i + 3] ?? 0),
    );
  }
  return words;
}
