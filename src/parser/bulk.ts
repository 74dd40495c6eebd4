/**
 * Long lists of plain elements, read in one go: addresses, prefixes, numbers and ranges of them,
 * joined by dots, mapped to more of them or to a verdict.
 *
 * Owns the fast path of `elements = { … }`: a list of nothing else becomes one token, and no node is
 * made before somebody asks for it (plain-list.ts). Anything that is not plain ends the attempt, and
 * the grammar reads the list as it reads any other: what a text means and what is said of it does not
 * depend on this.
 */
import type { IToken } from 'chevrotain';
import { addressLength, ip4Length } from './address.ts';
import { type Bulk, COLON, COMMA, DASH, DOT, SLASH, STRIDE, VERDICTS } from './plain-list.ts';

const [TAB, LINE_END, BLANK, HASH, BRACE] = [9, 10, 32, 35, 125];

/** After these tokens a list may be long: a set's elements, a definition, a command's elements. */
export function mayBeBulk(tokens: readonly IToken[]): boolean {
  const back = (n: number) => tokens[tokens.length - n]?.image;
  if (back(1) === '=') return back(2) === 'elements' || isDefinition(back(3));
  return back(3) === 'element' || back(4) === 'element';
}

const isDefinition = (word: string | undefined) => word === 'define' || word === 'redefine';

/** Reads a list from its opening brace; undefined where it is not plain. `end` is past the brace. */
export function readBulk(text: string, open: number): { bulk: Bulk; end: number } | undefined {
  let parts = new Uint32Array(16 * STRIDE);
  let count = 0;
  let at = blanks(text, open + 1);
  /** A colon stood in this element, and just before this part. */
  let data = false;
  let begun = false;
  for (;;) {
    const verdict = begun ? verdictEnd(text, at) : at;
    const plain = verdict === at;
    const middle = plain ? partEnd(text, at) : verdict;
    if (middle === at) return undefined;
    const sign = text.charCodeAt(middle);
    const joined = sign === SLASH || sign === DASH;
    const end = joined ? partEnd(text, middle + 1, sign === SLASH) : middle;
    if (joined && end === middle + 1) return undefined;
    if ((count + 1) * STRIDE > parts.length) parts = grown(parts);
    const row = count++ * STRIDE;
    parts[row] = at;
    parts[row + 1] = middle;
    parts[row + 2] = end;
    parts[row + 3] = joined ? sign : 0;
    const next = inLine(text, end);
    const follows = text.charCodeAt(next);
    begun = follows === COLON && !data;
    if (begun || (plain && follows === DOT)) {
      parts[row + 4] = follows;
      data ||= begun;
      at = inLine(text, next + 1);
      if (at === next + 1) return undefined;
      continue;
    }
    parts[row + 4] = COMMA;
    data = false;
    at = blanks(text, end);
    if (text.charCodeAt(at) === COMMA) at = blanks(text, at + 1);
    else if (text.charCodeAt(at) !== BRACE) return undefined;
    if (text.charCodeAt(at) === BRACE) return { bulk: { parts, count }, end: at + 1 };
  }
}

function grown(parts: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(parts.length * 2);
  larger.set(parts);
  return larger;
}

/** Past blanks of a line. */
function inLine(text: string, at: number): number {
  let c = text.charCodeAt(at);
  while (c === BLANK || c === TAB) c = text.charCodeAt(++at);
  return at;
}

/**
 * Past blanks, comments and at most one line end; a second one is for the grammar to refuse. A line
 * that is nothing but a comment takes its line end with it, as in the lexer.
 */
function blanks(text: string, at: number): number {
  let lines = 0;
  let whole = text.charCodeAt(at - 1) === LINE_END;
  for (;;) {
    const c = text.charCodeAt(at);
    if (c === LINE_END && lines++ > 0) return at;
    if (c === HASH) {
      const end = text.indexOf('\n', at);
      if (end < 0) return at;
      at = whole ? end + 1 : end;
      continue;
    }
    if (c !== BLANK && c !== TAB && c !== LINE_END) return at;
    whole ||= c === LINE_END;
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
  if (c === DOT) {
    const end = at + ip4Length(text, at);
    return ends(text.charCodeAt(end)) ? end : at;
  }
  const end = at + addressLength(text, at);
  return ends(text.charCodeAt(end)) ? end : at;
}

/** Past a verdict that ends where an element may; else `at`. */
function verdictEnd(text: string, at: number): number {
  const verdict = VERDICTS.find((word) => text.startsWith(word, at));
  if (verdict === undefined) return at;
  const end = at + verdict.length;
  const c = text.charCodeAt(end);
  return ends(c) && c !== SLASH && c !== DASH ? end : at;
}

/** Blank, line end, comma, brace, slash or dash. */
function ends(c: number): boolean {
  return (
    c === BLANK ||
    c === COMMA ||
    c === LINE_END ||
    c === BRACE ||
    c === SLASH ||
    c === DASH ||
    c === TAB
  );
}
