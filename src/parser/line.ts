/**
 * Offsets to lines and columns, as nft counts them: from 1, columns in bytes of UTF-8.
 */
import type { Source, Span } from './ast.ts';

const starts = new WeakMap<Source, readonly number[]>();

/** Offsets at which lines start. Line ends within a token (in quotes, after CR) do not count. */
function lineStarts(source: Source): readonly number[] {
  const known = starts.get(source);
  if (known) return known;
  const found = [0];
  const { text, joined = [] } = source;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (!joined.includes(at)) found.push(at + 1);
  }
  starts.set(source, found);
  return found;
}

export interface Place {
  readonly line: number;
  /** Bytes before it in its line, plus one. */
  readonly column: number;
  /** Offset at which the line starts. */
  readonly start: number;
}

const utf8 = new TextEncoder();

/** Bytes of UTF-8 of a stretch of text. */
export function byteLength(text: string): number {
  return utf8.encode(text).length;
}

export function placeOf(source: Source, offset: number): Place {
  const all = lineStarts(source);
  let low = 0;
  let high = all.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (all[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  const start = all[low]!;
  return { line: low + 1, column: byteLength(source.text.slice(start, offset)) + 1, start };
}

/** Where a stretch of text ends: the place of its last byte. */
export function lastPlaceOf(source: Source, span: Span): Place {
  const at = Math.max(span.end - 1, span.start);
  const place = placeOf(source, at);
  // What is no text of the language is refused byte by byte.
  const bytes = span.end - span.start === 1 ? 1 : byteLength(source.text.slice(at, span.end));
  return { ...place, column: place.column + Math.max(bytes, 1) - 1 };
}

/**
 * The text of the line that starts at `start`, without its end. Where the text has ended, nft has
 * read no further line: it is the last one.
 */
export function lineText(source: Source, start: number): string {
  const { text } = source;
  if (start > 0 && start === text.length)
    return lineText(source, text.lastIndexOf('\n', start - 2) + 1);
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? undefined : end);
}
