/** Where messages about an element point. Mirrors the locations that nft's grammar gives elements. */
import type { Element, Span } from '../../parser/ast.ts';

/**
 * At its key; where it has data also at its options; one that was made of what stands elsewhere has
 * a place of its own.
 */
export function placeOfElement(element: Element, key = element.key): Span {
  const { span, timeout, expires, comment, statements } = element;
  if (span.source !== key.span.source) return span;
  const last = statements?.at(-1);
  if (!(timeout || expires || comment || last) || !element.data) return key.span;
  const ends = [timeout, expires, comment, last].map((option) =>
    typeof option === 'object' ? option.span.end : 0,
  );
  return { ...key.span, end: Math.max(key.span.end, ...ends) };
}
