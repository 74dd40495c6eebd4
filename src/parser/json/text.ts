/**
 * JSON text to values: numbers keep their 64 bits, members their order.
 *
 * Owns what counts as JSON, as jansson has it: an object or array and nothing else around it. A text
 * that is none is no error here; nft reads it as commands then.
 */

export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonReal
  | readonly JsonValue[]
  | JsonObject;

export type JsonObject = ReadonlyMap<string, JsonValue>;

/** A number with a fraction or an exponent: nothing of nft's takes one. */
class JsonReal {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

const MAX_DEPTH = 2048;
const MAX_INT = (1n << 63n) - 1n;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const BLANK = /[ \t\r\n]*/y;
/** A text without anything that needs care. */
const PLAIN = /"([^"\\\u0000-\u001f]*)"/y;
const ESCAPED = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

class NoJson extends Error {}

class Text {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  whole(): JsonValue {
    const first = this.next();
    if (first !== '{' && first !== '[') throw new NoJson();
    const value = this.value(first);
    if (this.next() !== '') throw new NoJson();
    return value;
  }

  /** The next character that is no blank; '' at the end. */
  private next(): string {
    this.match(BLANK);
    return this.text.charAt(this.at);
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  private value(first: string): JsonValue {
    switch (first) {
      case '{':
        return this.object();
      case '[':
        return this.array();
      case '"':
        return this.string();
      case 't':
        return this.word('true', true);
      case 'f':
        return this.word('false', false);
      case 'n':
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw new NoJson();
    this.at += word.length;
    return value;
  }

  private number(): JsonValue {
    const found = this.match(NUMBER);
    if (!found) throw new NoJson();
    const [image, fraction, exponent] = found;
    if (fraction !== undefined || exponent !== undefined) return new JsonReal(Number(image));
    const value = Number(image);
    if (Number.isSafeInteger(value)) return value;
    const exact = BigInt(image);
    if (exact > MAX_INT || exact < -MAX_INT - 1n) throw new NoJson();
    return exact;
  }

  private string(): string {
    const plain = this.match(PLAIN);
    if (plain) return plain[1]!;
    const found = this.match(ESCAPED);
    if (!found) throw new NoJson();
    return JSON.parse(found[0]) as string;
  }

  private array(): JsonValue[] {
    this.enter();
    const items: JsonValue[] = [];
    let next = this.next();
    while (next !== ']') {
      items.push(this.value(next));
      next = this.after(']');
    }
    this.leave();
    return items;
  }

  private object(): JsonObject {
    this.enter();
    const members = new Map<string, JsonValue>();
    let next = this.next();
    while (next !== '}') {
      if (next !== '"') throw new NoJson();
      const name = this.string();
      if (this.next() !== ':') throw new NoJson();
      this.at++;
      members.set(name, this.value(this.next()));
      next = this.after('}');
    }
    this.leave();
    return members;
  }

  /** What follows an item: the end, or after a comma the next one. */
  private after(end: string): string {
    const next = this.next();
    if (next === end) return end;
    if (next !== ',') throw new NoJson();
    this.at++;
    const item = this.next();
    if (item === end) throw new NoJson();
    return item;
  }

  private enter(): void {
    if (++this.depth > MAX_DEPTH) throw new NoJson();
    this.at++;
  }

  private leave(): void {
    this.depth--;
    this.at++;
  }
}

/** The value that a text is; undefined where it is no JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return new Text(text).whole();
  } catch (thrown) {
    if (thrown instanceof NoJson) return undefined;
    throw thrown;
  }
}

export const isObject = (value: JsonValue | undefined): value is JsonObject => value instanceof Map;

export const isArray = (value: JsonValue | undefined): value is readonly JsonValue[] =>
  Array.isArray(value);

export const isInteger = (value: JsonValue | undefined): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

/** What messages call the type of a value. */
export function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'array';
  if (isObject(value)) return 'object';
  if (value instanceof JsonReal) return 'real';
  if (isInteger(value)) return 'integer';
  return typeof value === 'boolean' ? String(value) : 'string';
}

/** A value as messages quote it: of objects and arrays only. */
export const quote = (value: JsonValue): string =>
  isArray(value) || isObject(value) ? dump(value) : '(null)';

/** The text of a value. */
export function dump(value: JsonValue): string {
  if (isArray(value)) return `[${value.map(dump).join(', ')}]`;
  if (isObject(value)) {
    const members = [...value].map(([name, of]) => `${JSON.stringify(name)}: ${dump(of)}`);
    return `{${members.join(', ')}}`;
  }
  if (value instanceof JsonReal) return String(value.value);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
