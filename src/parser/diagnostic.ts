/**
 * Messages about a source, as values: gathered while reading and checking, printed together.
 *
 * Owns the record and its text form. Mirrors nft's error records and their layout:
 * `file:line:first-last: Error: message`, the source line, carets under the place, tildes under
 * further places.
 */
import type { Span } from './ast.ts';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The place, then further places that it refers to. */
  readonly spans: readonly Span[];
  /** One line of help of our own. */
  readonly hint?: string;
}
