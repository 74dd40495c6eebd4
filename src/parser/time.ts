/**
 * Times as nft writes them: `1w2d3h4m5s6ms`, each unit at most once, the largest first or not.
 */

const units: readonly (readonly [string, number])[] = [
  ['w', 7 * 24 * 60 * 60 * 1000],
  ['d', 24 * 60 * 60 * 1000],
  ['h', 60 * 60 * 1000],
  ['m', 60 * 1000],
  ['s', 1000],
  ['ms', 1],
];

/** Milliseconds; undefined where the text is no time. */
export function milliseconds(text: string): number | undefined {
  const parts = text.match(/\d+[a-z]+/g);
  if (!parts || parts.join('') !== text) return undefined;
  const seen = new Set<string>();
  let total = 0;
  for (const part of parts) {
    const unit = part.replace(/^\d+/, '');
    const factor = units.find(([name]) => name === unit)?.[1];
    if (factor === undefined || seen.has(unit)) return undefined;
    seen.add(unit);
    total += Number.parseInt(part, 10) * factor;
  }
  return total;
}
