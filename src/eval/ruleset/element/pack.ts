/**
 * Packs long lists of plain elements: reads their keys straight from the text.
 *
 * What cannot be packed is for the reading of elements one by one, which also knows what to say of a
 * list that is wrong: nothing is reported here, and a packed list means what its nodes mean.
 */
import type { Expr as AstExpr, SetExpr } from '../../../parser/ast.ts';
import { COLON, COMMA, DASH, DOT, type PlainList, SLASH } from '../../../parser/plain-list.ts';
import type { ElementRest } from '../../engine/set/index.ts';
import { compareBytes } from '../../engine/set/key.ts';
import { isText } from '../../lower/constant.ts';
import type { NameScope } from '../../type/index.ts';
import { verdict } from '../../type/verdict.ts';
import type { NftSet } from '../store.ts';
import { dataShape, encodeField, type KeyField, type KeyShape } from './key.ts';
import { PackedElements } from './packed.ts';
import { PLAIN } from './read.ts';

export interface Packing {
  readonly set: NftSet;
  readonly shape: KeyShape;
  readonly names: NameScope;
}

/** A list of elements packed; undefined where not all of it is plain, or something is wrong. */
export function pack(node: AstExpr, to: Packing): PackedElements | undefined {
  const written = node.kind === 'variable' ? node.value : node;
  if (written.kind !== 'set' || !written.plain || to.set.exprs.length > 0) return undefined;
  if (to.shape.fields.some(({ type }) => isText(type))) return undefined;
  const packer = new Packer(written.plain, to);
  return packer.pack() ? packer.packed(written) : undefined;
}

class Packer {
  private readonly list: PlainList;
  private readonly to: Packing;
  private readonly bytes: Uint8Array;
  private readonly rests: ElementRest[] = [];
  private readonly verdicts = new Map<string, ElementRest>();
  /** What a map holds, where that is one value. */
  private readonly value: KeyField | undefined;

  constructor(list: PlainList, to: Packing) {
    this.list = list;
    this.to = to;
    this.value = valueField(to.set);
    this.bytes = new Uint8Array(list.count * 2 * to.shape.length);
  }

  packed(node: SetExpr): PackedElements {
    return new PackedElements(node, this.to.shape.length, this.bytes, this.rests);
  }

  pack(): boolean {
    const { list } = this;
    const { fields, length } = this.to.shape;
    let row = 0;
    for (let at = 0; row < list.count; at += 2 * length) {
      for (let i = 0; i < fields.length; i++, row++) {
        if (i > 0 && list.follower(row - 1) !== DOT) return false;
        if (!this.part(row, fields[i]!, at, at + length)) return false;
      }
      const follower = list.follower(row - 1);
      const rest = follower === COMMA ? PLAIN : follower === COLON ? this.data(row++) : undefined;
      if (!rest) return false;
      this.rests.push(rest);
    }
    return true;
  }

  /** Both ends of a part of a key. */
  private part(row: number, field: KeyField, at: number, endAt: number): boolean {
    const { list } = this;
    const sign = list.sign(row);
    const start = list.start(row);
    if (sign === 0) {
      if (!this.key(start, list.end(row), field, at)) return false;
      this.end(field, at, endAt);
      return true;
    }
    const middle = list.middle(row);
    if (!this.to.shape.interval || !this.key(start, middle, field, at)) return false;
    if (sign === SLASH) return this.prefix(middle + 1, list.end(row), field, at, endAt);
    if (sign !== DASH || !this.key(middle + 1, list.end(row), field, endAt)) return false;
    const length = Math.ceil(field.bits / 8);
    return compareBytes(this.bytes, at + field.at, this.bytes, endAt + field.at, length) < 0;
  }

  /** A single value is its own end. */
  private end(field: KeyField, at: number, endAt: number): void {
    const { bytes } = this;
    const size = Math.ceil(field.bits / 8);
    for (let i = field.at; i < field.at + size; i++) bytes[endAt + i] = bytes[at + i]!;
  }

  private key(start: number, end: number, field: KeyField, at: number): boolean {
    return this.write(start, end, field, this.bytes, at);
  }

  /** Writes the value of a literal; false: it is none of the type. */
  private write(
    start: number,
    end: number,
    field: KeyField,
    into: Uint8Array,
    at: number,
  ): boolean {
    const { type, bits } = field;
    const { text } = this.list;
    if (type.scanBytes?.(text, start, end, into, at + field.at)) return true;
    const quick = type.scan ? type.scan(text, start, end) : -1;
    const value = quick >= 0 ? quick : type.parse(text.slice(start, end), this.to.names, bits);
    if (typeof value === 'string' || value >= 2 ** bits) return false;
    encodeField(field, value, into, at);
    return true;
  }

  /** From the first to the last value with the leading bits of that at `at`. */
  private prefix(start: number, end: number, field: KeyField, at: number, endAt: number): boolean {
    const { bytes } = this;
    const length = Number(this.list.text.slice(start, end));
    const size = Math.ceil(field.bits / 8);
    if (length > field.bits) return false;
    let free = field.bits - length;
    for (let i = size - 1; i >= 0; i--, free = Math.max(0, free - 8)) {
      const mask = free >= 8 ? 0xff : (1 << free) - 1;
      const byte = bytes[at + field.at + i]!;
      const whole = i === 0 ? 0xff >> (size * 8 - field.bits) : 0xff;
      bytes[at + field.at + i] = byte & ~mask;
      bytes[endAt + field.at + i] = (byte | mask) & whole;
    }
    return true;
  }

  /** What an element has that maps to this, if it is a verdict or one value. */
  private data(row: number): ElementRest | undefined {
    const { list, value } = this;
    if (list.follower(row) !== COMMA || list.sign(row) !== 0) return undefined;
    if (this.to.set.data === verdict) return this.verdict(row);
    if (!value) return undefined;
    const data = new Uint8Array(Math.ceil(value.bits / 8));
    return this.write(list.start(row), list.end(row), value, data, 0) ? { data } : undefined;
  }

  private verdict(row: number): ElementRest | undefined {
    const { list } = this;
    const word = list.text.slice(list.start(row), list.end(row));
    const known = this.verdicts.get(word);
    if (known) return known;
    const node = list.value(row);
    if (node.kind !== 'verdict') return undefined;
    const rest = { verdict: { code: node.verdict } };
    this.verdicts.set(word, rest);
    return rest;
  }
}

/** The only part of what a map holds; undefined where there are more, or ranges, or texts. */
function valueField(set: NftSet): KeyField | undefined {
  if (!set.data || set.dataInterval || set.data === verdict) return undefined;
  const { fields } = dataShape(set);
  const [field] = fields;
  return fields.length === 1 && !isText(field!.type) ? field : undefined;
}
