/**
 * Long lists of plain elements, read in one go: addresses, prefixes, numbers and ranges of them,
 * joined by dots, mapped to more of them or to a verdict.
 *
 * Owns the fast path of `elements = { … }`: a list of nothing else becomes one token, its elements
 * are read straight from the text. Anything that is not plain ends the attempt, and the grammar reads
 * the list as it reads any other: what a text means and what is said of it does not depend on this.
 */
import type { IToken } from 'chevrotain';
import { addressLength, ip4Length } from './address.ts';
import type { Element, Expr, Span, SymbolExpr, VerdictExpr } from './ast.ts';

/** Numbers a part: where it starts, where its first half ends, its end, the sign between or 0, what follows. */
const STRIDE = 5;
const [TAB, LINE_END, BLANK, COMMA, DASH, DOT, SLASH, COLON, BRACE] = [
  9, 10, 32, 44, 45, 46, 47, 58, 125,
];

export interface Bulk {
  /**
   * The parts of all elements, five numbers each. What follows a part is a dot (more of the same
   * concatenation), a colon (what the element maps to) or a comma (the next element).
   */
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

/** Past blanks and at most one line end; a second one is for the grammar to refuse. */
function blanks(text: string, at: number): number {
  let lines = 0;
  for (;;) {
    const c = text.charCodeAt(at);
    if (c === LINE_END && lines++ > 0) return at;
    if (c !== BLANK && c !== TAB && c !== LINE_END) return at;
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

/** Verdicts without a chain. */
const VERDICTS = ['accept', 'drop', 'continue', 'return'];

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

/** The elements of a list that was read. */
export function bulkElements(bulk: Bulk, text: string, source: number): Element[] {
  const list: List = { ...bulk, text, source };
  const elements: Element[] = [];
  for (let row = 0; row < bulk.count; ) {
    const data = dataOf(list, row);
    elements.push(new BulkElement(list, row, data));
    row = behindValue(list, data ?? row);
  }
  return elements;
}

interface List extends Bulk {
  readonly text: string;
  readonly source: number;
}

/** An element whose nodes are made when they are asked for: a list may have very many. */
class BulkElement implements Element {
  private readonly list: List;
  private readonly row: number;
  /** The first part of what it maps to. */
  private readonly dataRow: number | undefined;

  constructor(list: List, row: number, dataRow: number | undefined) {
    this.list = list;
    this.row = row;
    this.dataRow = dataRow;
  }

  get key(): Expr {
    return valueAt(this.list, this.row);
  }

  get data(): Expr | undefined {
    return this.dataRow === undefined ? undefined : valueAt(this.list, this.dataRow);
  }

  get span(): Span {
    const { list, row, dataRow = row } = this;
    const last = behindValue(list, dataRow) - 1;
    return { source: list.source, start: startOf(list, row), end: endOf(list, last) };
  }
}

const startOf = ({ parts }: List, row: number): number => parts[row * STRIDE]!;
const endOf = ({ parts }: List, row: number): number => parts[row * STRIDE + 2]!;

/** What follows a part. */
const follower = ({ parts }: List, row: number): number => parts[row * STRIDE + 4]!;

/** Behind the parts that dots join. */
function behindValue(list: List, first: number): number {
  let row = first;
  while (follower(list, row) === DOT) row++;
  return row + 1;
}

/** Where an element's data begin; undefined where it has none. */
function dataOf(list: List, first: number): number | undefined {
  const row = behindValue(list, first);
  return follower(list, row - 1) === COLON ? row : undefined;
}

/** A part, or a concatenation of the parts that dots join. */
function valueAt(list: List, first: number): Expr {
  const end = behindValue(list, first);
  if (end === first + 1) return partOf(list, first);
  const parts: Expr[] = [];
  for (let row = first; row < end; row++) parts.push(partOf(list, row));
  const span = { source: list.source, start: startOf(list, first), end: endOf(list, end - 1) };
  return { kind: 'concat', parts, span };
}

function partOf({ parts, text, source }: List, part: number): Expr {
  const row = part * STRIDE;
  const start = parts[row]!;
  const middle = parts[row + 1]!;
  const end = parts[row + 2]!;
  const sign = parts[row + 3]!;
  const span: Span = { source, start, end };
  if (sign === 0) return literal(text, span);
  const first = literal(text, { source, start, end: middle });
  const rest = { source, start: middle + 1, end };
  if (sign === DASH) return { kind: 'range', low: first, high: literal(text, rest), span };
  const value = Number(text.slice(middle + 1, end));
  return { kind: 'prefix', base: first, length: { value, span: rest }, span };
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isLower = (c: number): boolean => c >= 97 && c <= 122;

/** A number, an address or a verdict. */
function literal(text: string, span: Span): SymbolExpr | VerdictExpr {
  const image = text.slice(span.start, span.end);
  if (isLower(image.charCodeAt(0)) && VERDICTS.includes(image)) {
    return { kind: 'verdict', verdict: image as VerdictExpr['verdict'], span };
  }
  return isNumber(image)
    ? { kind: 'symbol', text: image, number: true, span }
    : { kind: 'symbol', text: image, span };
}

function isNumber(image: string): boolean {
  for (let i = 0; i < image.length; i++) if (!isDigit(image.charCodeAt(i))) return false;
  return true;
}
