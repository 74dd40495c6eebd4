/**
 * Long lists of plain elements, read in one go: addresses, prefixes, numbers and ranges of them.
 *
 * Owns the fast path of `elements = { … }`: a list of nothing else becomes one token, its elements
 * are read straight from the text. Anything that is not plain ends the attempt, and the grammar reads
 * the list as it reads any other: what a text means and what is said of it does not depend on this.
 */
import type { IToken } from 'chevrotain';
import { addressLength, ip4Length } from './address.ts';
import type { Element, Expr, Span, SymbolExpr } from './ast.ts';

/** Where the parts of each element lie: start and end of the first, the sign between, end of all. */
const STRIDE = 4;
const SLASH = 47;
const DASH = 45;

export interface Bulk {
  /** Four numbers an element: offsets of its start, its first part's end, its end; the sign or 0. */
  readonly parts: Uint32Array;
  readonly count: number;
}

/** After these tokens a list may be long: a set's elements, a definition, a command's elements. */
export function mayBeBulk(tokens: readonly IToken[]): boolean {
  const back = (n: number) => tokens[tokens.length - n]?.image;
  if (back(1) === '=') return back(2) === 'elements' || isDefinition(back(3));
  return back(3) === 'element' || back(4) === 'element';
}

const isDefinition = (word: string | undefined) => word === 'define' || word === 'redefine';

/** Reads a list from its opening brace; undefined where it is not plain. `end` is past the brace. */
export function readBulk(text: string, open: number): { bulk: Bulk; end: number } | undefined {
  let parts = new Uint32Array(1024 * STRIDE);
  let count = 0;
  let at = blanks(text, open + 1);
  for (;;) {
    const middle = partEnd(text, at);
    if (middle === at) return undefined;
    const sign = text.charCodeAt(middle);
    const joined = sign === SLASH || sign === DASH;
    const end = joined ? partEnd(text, middle + 1, sign === SLASH) : middle;
    if (joined && end === middle + 1) return undefined;
    if ((count + 1) * STRIDE > parts.length) {
      const larger = new Uint32Array(parts.length * 2);
      larger.set(parts);
      parts = larger;
    }
    parts.set([at, middle, end, joined ? sign : 0], count++ * STRIDE);
    at = blanks(text, end);
    const next = text.charCodeAt(at);
    if (next === 125) return { bulk: { parts, count }, end: at + 1 };
    if (next !== 44) return undefined;
    at = blanks(text, at + 1);
  }
}

/** Past blanks and at most one line end; a second one is for the grammar to refuse. */
function blanks(text: string, at: number): number {
  let lines = 0;
  for (;;) {
    const c = text.charCodeAt(at);
    if (c === 10 && lines++ > 0) return at;
    if (c !== 32 && c !== 9 && c !== 10) return at;
    at++;
  }
}

/** Past an address or a decimal number that ends where an element's part may; else `at`. */
function partEnd(text: string, at: number, numberOnly = false): number {
  let digits = at;
  let c = text.charCodeAt(digits);
  while (c >= 48 && c <= 57) c = text.charCodeAt(++digits);
  if (digits > at && ends(c)) {
    return digits - at < 16 && (text.charCodeAt(at) !== 48 || digits === at + 1) ? digits : at;
  }
  if (numberOnly) return at;
  if (c === 46) {
    const end = at + ip4Length(text, at);
    return ends(text.charCodeAt(end)) ? end : at;
  }
  const end = at + addressLength(text, at);
  return ends(text.charCodeAt(end)) ? end : at;
}

/** Blank, line end, comma, brace, slash or dash. */
function ends(c: number): boolean {
  return c === 32 || c === 44 || c === 10 || c === 125 || c === SLASH || c === DASH || c === 9;
}

/** The nodes of a list that was read. */
export function bulkElements({ parts, count }: Bulk, text: string, source: number): Element[] {
  const elements: Element[] = new Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * STRIDE;
    const start = parts[at]!;
    const middle = parts[at + 1]!;
    const end = parts[at + 2]!;
    const span: Span = { source, start, end };
    elements[i] = { key: keyOf(text, span, middle, parts[at + 3]!), span };
  }
  return elements;
}

function keyOf(text: string, span: Span, middle: number, sign: number): Expr {
  const { source, start, end } = span;
  if (sign === 0) return literal(text, span);
  const first = literal(text, { source, start, end: middle });
  const rest = { source, start: middle + 1, end };
  if (sign === DASH) return { kind: 'range', low: first, high: literal(text, rest), span };
  const value = Number(text.slice(middle + 1, end));
  return { kind: 'prefix', base: first, length: { value, span: rest }, span };
}

function literal(text: string, span: Span): SymbolExpr {
  const image = text.slice(span.start, span.end);
  const number = /^\d+$/.test(image);
  return number
    ? { kind: 'symbol', text: image, number, span }
    : { kind: 'symbol', text: image, span };
}
