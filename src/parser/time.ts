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

/** The digits of a number before a unit. */
const MAX_DIGITS = 8;

/** Milliseconds, or what is wrong. A mere number, which the lexer took for none, is of seconds. */
export function milliseconds(text: string): number | string {
  if (text.match(/\d+/g)?.some(({ length }) => length > MAX_DIGITS)) return 'value too large';
  if (/^\d+$/.test(text)) return Number.parseInt(text, 10) * 1000;
  const parts = text.match(/\d*[a-z]+/g);
  if (!parts || parts.join('') !== text) return 'wrong time format';
  const seen = new Set<string>();
  let total = 0;
  for (const part of parts) {
    const unit = part.replace(/^\d*/, '');
    const factor = units.find(([name]) => name === unit)?.[1];
    if (factor === undefined || seen.has(unit)) return 'wrong time format';
    seen.add(unit);
    // A unit alone is none of it.
    total += (Number.parseInt(part, 10) || 0) * factor;
  }
  return total;
}
