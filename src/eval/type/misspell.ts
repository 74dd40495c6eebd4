/** The word of a list that a misspelt one most likely meant. Owns the distance of two words. */

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to another. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let d = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) d = Math.min(d, before[j - 2]! + 1);
      row.push(d);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/** The nearest of `words`, the first of equals; undefined where none is near enough to be meant. */
export function nearest(input: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const word of words) {
    const longest = Math.max(input.length, word.length);
    if (longest <= 1) continue;
    const lengthsDiffer = longest - Math.min(input.length, word.length) > 1;
    const cutoff = Math.max(Math.ceil((lengthsDiffer ? longest + 2 : longest) / 3), 1);
    const d = distance(input, word);
    if (d <= cutoff && d < least) {
      best = word;
      least = d;
    }
  }
  return best;
}
