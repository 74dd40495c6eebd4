/**
 * A long list of plain elements as it stands in the text: where its parts are, and, when somebody
 * asks for them, the nodes that the grammar would have made of them.
 */
import type { Element, Expr, SetExpr, Span, SymbolExpr, VerdictExpr } from './ast.ts';

/** Numbers a part: where it starts, where its first half ends, its end, the sign between or 0, what follows. */
export const STRIDE = 5;
export const [COMMA, DASH, DOT, SLASH, COLON] = [44, 45, 46, 47, 58];

/** Verdicts without a chain. */
export const VERDICTS = ['accept', 'drop', 'continue', 'return'] as const;

export interface Bulk {
  /**
   * The parts of all elements, five numbers each. What follows a part is a dot (more of the same
   * concatenation), a colon (what the element maps to) or a comma (the next element).
   */
  readonly parts: Uint32Array;
  readonly count: number;
}

/** The rows of a list, in order: an element is a row for each part of its key and of its data. */
export class PlainList {
  readonly text: string;
  /** How many rows there are. */
  readonly count: number;
  private readonly parts: Uint32Array;
  private readonly source: number;

  constructor({ parts, count }: Bulk, text: string, source: number) {
    this.parts = parts;
    this.count = count;
    this.text = text;
    this.source = source;
  }

  start(row: number): number {
    return this.parts[row * STRIDE]!;
  }

  /** Where what stands before the sign ends. */
  middle(row: number): number {
    return this.parts[row * STRIDE + 1]!;
  }

  end(row: number): number {
    return this.parts[row * STRIDE + 2]!;
  }

  /** DASH in a range, SLASH in a prefix, else 0. */
  sign(row: number): number {
    return this.parts[row * STRIDE + 3]!;
  }

  /** DOT: the next row is of the same concatenation; COLON: of what this maps to; else COMMA. */
  follower(row: number): number {
    return this.parts[row * STRIDE + 4]!;
  }

  /** Behind the rows that dots join. */
  behindValue(first: number): number {
    let row = first;
    while (this.follower(row) === DOT) row++;
    return row + 1;
  }

  /** Where an element's data begin; undefined where it has none. */
  data(first: number): number | undefined {
    const row = this.behindValue(first);
    return this.follower(row - 1) === COLON ? row : undefined;
  }

  /** A part, or a concatenation of the parts that dots join. */
  value(first: number): Expr {
    const end = this.behindValue(first);
    if (end === first + 1) return this.part(first);
    const parts: Expr[] = [];
    for (let row = first; row < end; row++) {
      const part = this.part(row);
      // As in the grammar: the dot belongs to a third part, and those behind it.
      const start = row > first + 1 ? this.text.indexOf('.', this.end(row - 1)) : part.span.start;
      parts.push({ ...part, span: { ...part.span, start } });
    }
    return { kind: 'concat', parts, span: this.span(first, end - 1) };
  }

  span(first: number, last: number): Span {
    return { source: this.source, start: this.start(first), end: this.end(last) };
  }

  private part(row: number): Expr {
    const { text, source } = this;
    const span = this.span(row, row);
    const sign = this.sign(row);
    if (sign === 0) return literal(text, span);
    const first = literal(text, { source, start: span.start, end: this.middle(row) });
    const rest = { source, start: this.middle(row) + 1, end: span.end };
    if (sign === DASH) return { kind: 'range', low: first, high: literal(text, rest), span };
    const value = Number(text.slice(rest.start, rest.end));
    return { kind: 'prefix', base: first, length: { value, span: rest }, span };
  }
}

/** A set that was read as a list. */
export class PlainSet implements SetExpr {
  readonly kind = 'set';
  readonly span: Span;
  private readonly list: PlainList;
  private made: readonly Element[] | undefined;

  constructor(list: PlainList, span: Span) {
    this.list = list;
    this.span = span;
  }

  /** Not a property of its own: a copy with other elements is no such list. */
  get plain(): PlainList {
    return this.list;
  }

  get elements(): readonly Element[] {
    this.made ??= elementsOf(this.list);
    return this.made;
  }
}

function elementsOf(list: PlainList): Element[] {
  const elements: Element[] = [];
  for (let row = 0; row < list.count; ) {
    const data = list.data(row);
    elements.push(new PlainElement(list, row, data));
    row = list.behindValue(data ?? row);
  }
  return elements;
}

/** An element whose nodes are made when they are asked for: a list may have very many. */
class PlainElement implements Element {
  private readonly list: PlainList;
  private readonly row: number;
  /** The first part of what it maps to. */
  private readonly dataRow: number | undefined;

  constructor(list: PlainList, row: number, dataRow: number | undefined) {
    this.list = list;
    this.row = row;
    this.dataRow = dataRow;
  }

  get key(): Expr {
    return this.list.value(this.row);
  }

  get data(): Expr | undefined {
    return this.dataRow === undefined ? undefined : this.list.value(this.dataRow);
  }

  get span(): Span {
    const { list, row, dataRow = row } = this;
    return list.span(row, list.behindValue(dataRow) - 1);
  }
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isLower = (c: number): boolean => c >= 97 && c <= 122;

/** A number, an address or a verdict. */
function literal(text: string, span: Span): SymbolExpr | VerdictExpr {
  const image = text.slice(span.start, span.end);
  const verdict = isLower(image.charCodeAt(0)) && VERDICTS.find((word) => word === image);
  if (verdict) return { kind: 'verdict', verdict, span };
  return isNumber(image)
    ? { kind: 'symbol', text: image, number: true, span }
    : { kind: 'symbol', text: image, span };
}

function isNumber(image: string): boolean {
  for (let i = 0; i < image.length; i++) if (!isDigit(image.charCodeAt(i))) return false;
  return true;
}
