/** Where messages about an element point. Mirrors the locations that nft's grammar gives elements. */
import type { Element, Span } from '../../parser/ast.ts';

/**
 * At its key; where it has data also at its options; one that was made of what stands elsewhere has
 * a place of its own.
 */
export function placeOfElement({ key, data, span, ...options }: Element): Span {
  if (span.source !== key.span.source) return span;
  if (!data) return key.span;
  const { timeout, expires, comment, statements = [] } = options;
  const ends = [timeout, expires, comment, statements.at(-1)].map((option) =>
    typeof option === 'object' ? option.span.end : 0,
  );
  return { ...key.span, end: Math.max(key.span.end, ...ends) };
}
