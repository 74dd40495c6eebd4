/** The word of a list that a misspelt one most likely meant. Owns nft's distance of two words, and ours. */

/**
 * Insertions, deletions, replacements and swaps of neighbours that lead from one word to another,
 * counted as nft counts them (string_distance): it leaves the first characters out, and its rows
 * are one cell too short, so that the last cell of a row is the first of the next.
 */
function distance(first: string, second: string): number {
  const width = second.length;
  const cells = new Uint32Array((first.length + 1) * (width + 1));
  for (let i = 0; i <= first.length; i++) cells[i * width] = i;
  for (let j = 0; j <= width; j++) cells[j] = j;
  for (let i = 1; i <= first.length; i++) {
    for (let j = 1; j <= width; j++) {
      const at = i * width + j;
      const cost = first[i] === second[j] ? 0 : 1;
      let d = Math.min(cells[at - width]! + 1, cells[at - 1]! + 1, cells[at - width - 1]! + cost);
      const swapped = i > 1 && j > 1 && first[i] === second[j - 1] && first[i - 1] === second[j];
      if (swapped) d = Math.min(d, cells[at - 2 * width - 2]! + cost);
      cells[at] = d;
    }
  }
  return cells[first.length * width + width]!;
}

/**
 * The nearest of `words`, the first of equals; undefined where none is near enough to be meant. The
 * distance is not the same both ways: nft measures names of values from what was written (`written`).
 */
export function nearest(
  input: string,
  words: Iterable<string>,
  from: 'known' | 'written' = 'known',
): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const word of words) {
    const longest = Math.max(input.length, word.length);
    if (longest <= 1) continue;
    const lengthsDiffer = longest - Math.min(input.length, word.length) > 1;
    const cutoff = Math.max(Math.ceil((lengthsDiffer ? longest + 2 : longest) / 3), 1);
    const d = from === 'known' ? distance(word, input) : distance(input, word);
    if (d <= cutoff && d < least) {
      best = word;
      least = d;
    }
  }
  return best;
}

/** One slip in three letters. */
const LETTERS_PER_SLIP = 3;

/** The same as people count: for hints of our own. A word of the list is meant as it is. */
export function closest(input: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(input.length / LETTERS_PER_SLIP)) + 1;
  for (const word of words) {
    if (Math.abs(word.length - input.length) >= least) continue;
    const d = slips(input, word);
    if (d === 0) return undefined;
    if (d < least) {
      best = word;
      least = d;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to another. */
function slips(first: string, second: string): number {
  let before: number[] = [];
  let row = Array.from({ length: second.length + 1 }, (_, j) => j);
  for (let i = 1; i <= first.length; i++) {
    const next = [i];
    for (let j = 1; j <= second.length; j++) {
      const cost = first[i - 1] === second[j - 1] ? 0 : 1;
      let d = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + cost);
      const swapped =
        i > 1 && j > 1 && first[i - 1] === second[j - 2] && first[i - 2] === second[j - 1];
      if (swapped) d = Math.min(d, before[j - 2]! + 1);
      next.push(d);
    }
    before = row;
    row = next;
  }
  return row[second.length]!;
}
