/**
 * Long lists of plain elements, packed: their keys lie in one stretch of bytes, as read from the text.
 *
 * What cannot be packed is for the reading of elements one by one, which also knows what to say of a
 * list that is wrong: nothing is reported here, and a packed list means what its nodes mean.
 */
import type { Expr as AstExpr, SetExpr, VerdictExpr } from '../../../parser/ast.ts';
import { COLON, COMMA, DASH, DOT, type PlainList, SLASH } from '../../../parser/plain-list.ts';
import type { ElementRest, ElementSpec, KeyPlace } from '../../engine/set/index.ts';
import { isText } from '../../lower/constant.ts';
import type { NameScope } from '../../type/index.ts';
import type { NftSet } from '../store.ts';
import type { AskedElements } from './asked.ts';
import { encodeField, type KeyField, type KeyShape } from './key.ts';
import { PLAIN } from './read.ts';

/** Beyond this many elements their order is not looked into. */
const MOST_SORTED = 2 ** 20;

export class PackedElements implements AskedElements {
  readonly node: SetExpr;
  private readonly keyLength: number;
  /** Key and end of one element after the other. */
  private readonly bytes: Uint8Array;
  private readonly rests: readonly ElementRest[];

  constructor(node: SetExpr, length: number, bytes: Uint8Array, rests: readonly ElementRest[]) {
    this.node = node;
    this.keyLength = length;
    this.bytes = bytes;
    this.rests = rests;
  }

  get length(): number {
    return this.rests.length;
  }

  place(index: number): KeyPlace {
    const { bytes, keyLength } = this;
    const at = index * 2 * keyLength;
    return { bytes, at, endAt: at + keyLength, length: keyLength };
  }

  rest(index: number): ElementRest {
    return this.rests[index]!;
  }

  specs(): readonly ElementSpec[] {
    return this.rests.map((rest, index) => {
      const { bytes, at, endAt, length } = this.place(index);
      const key = bytes.subarray(at, endAt);
      const keyEnd = bytes.subarray(endAt, endAt + length);
      return { ...rest, key, ...(compare(bytes, at, endAt, length) !== 0 && { keyEnd }) };
    });
  }

  /**
   * Whether no range overlaps another; the same one twice is no overlap. False also where that would
   * take long to find out.
   */
  get areApart(): boolean {
    const order = this.inOrder();
    if (!order) return false;
    for (let i = 1; i < this.length; i++) {
      const before = this.place(order(i - 1));
      const { bytes, at, endAt, length } = this.place(order(i));
      if (compare(bytes, before.endAt, at, length) < 0) continue;
      if (compare(bytes, before.at, at, length) !== 0) return false;
      if (compare(bytes, before.endAt, endAt, length) !== 0) return false;
    }
    return true;
  }

  /** Whether the ranges come in order and no two could be one. */
  get isMerged(): boolean {
    const { bytes, keyLength, length } = this;
    for (let i = 1; i < length; i++) {
      const at = i * 2 * keyLength;
      const before = at - keyLength;
      if (compare(bytes, before, at, keyLength) >= 0 || follows(bytes, before, at, keyLength)) {
        return false;
      }
    }
    return true;
  }

  /** The number of the element that comes as the i-th of the smallest. */
  private inOrder(): ((i: number) => number) | undefined {
    const { bytes, keyLength, length } = this;
    const step = 2 * keyLength;
    let sorted = true;
    for (let i = 1, at = 0; i < length && sorted; i++, at += step) {
      sorted = compare(bytes, at, at + step, keyLength) <= 0;
    }
    if (sorted) return (i) => i;
    if (keyLength > 4 || length > MOST_SORTED) return undefined;
    const ranks = Float64Array.from({ length }, (_, i) => {
      let key = 0;
      for (let b = i * step; b < i * step + keyLength; b++) key = key * 256 + bytes[b]!;
      return key * MOST_SORTED + i;
    }).sort();
    return (i) => ranks[i]! % MOST_SORTED;
  }
}

/** memcmp of two stretches. */
function compare(bytes: Uint8Array, a: number, b: number, length: number): number {
  for (let i = 0; i < length; i++) {
    const d = bytes[a + i]! - bytes[b + i]!;
    if (d !== 0) return d;
  }
  return 0;
}

/** Whether the number at `b` is the one after that at `a`. */
function follows(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  let i = length - 1;
  while (i >= 0 && bytes[a + i] === 0xff && bytes[b + i] === 0) i--;
  return i >= 0 && bytes[a + i]! + 1 === bytes[b + i] && compare(bytes, a, b, i) === 0;
}

export interface Packing {
  readonly set: NftSet;
  readonly shape: KeyShape;
  readonly names: NameScope;
}

/** A list of elements packed; undefined where not all of it is plain, or something is wrong. */
export function packed(node: AstExpr, to: Packing): PackedElements | undefined {
  const written = node.kind === 'variable' ? node.value : node;
  if (written.kind !== 'set' || !written.plain || to.set.exprs.length > 0) return undefined;
  if (to.shape.fields.some(({ type }) => isText(type))) return undefined;
  const packer = new Packer(written.plain, to);
  return packer.pack() ? packer.packed(written) : undefined;
}

class Packer {
  private readonly list: PlainList;
  private readonly to: Packing;
  private bytes: Uint8Array;
  private readonly rests: ElementRest[] = [];
  private readonly verdicts = new Map<string, ElementRest>();

  constructor(list: PlainList, to: Packing) {
    this.list = list;
    this.to = to;
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
      const rest =
        follower === COMMA ? PLAIN : follower === COLON ? this.verdict(row++) : undefined;
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
      return this.value(start, list.end(row), field, at) && this.single(field, at, endAt);
    }
    const middle = list.middle(row);
    if (!this.to.shape.interval || !this.value(start, middle, field, at)) return false;
    if (sign === SLASH) return this.prefix(middle + 1, list.end(row), field, at, endAt);
    if (sign !== DASH || !this.value(middle + 1, list.end(row), field, endAt)) return false;
    const length = Math.ceil(field.bits / 8);
    return compare(this.bytes, at + field.at, endAt + field.at, length) < 0;
  }

  /** The end of a range of one value. */
  private single(field: KeyField, at: number, endAt: number): boolean {
    const { bytes } = this;
    const size = Math.ceil(field.bits / 8);
    for (let i = field.at; i < field.at + size; i++) bytes[endAt + i] = bytes[at + i]!;
    return true;
  }

  private value(start: number, end: number, field: KeyField, at: number): boolean {
    const { type, bits } = field;
    const { text } = this.list;
    const quick = type.scan ? type.scan(text, start, end) : -1;
    const value = quick >= 0 ? quick : type.parse(text.slice(start, end), this.to.names, bits);
    if (typeof value === 'string' || value >= 2 ** bits) return false;
    encodeField(field, value, this.bytes, at);
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

  /** What an element with only this verdict has. */
  private verdict(row: number): ElementRest | undefined {
    const { list } = this;
    const { set } = this.to;
    if (set.data?.name !== 'verdict' || list.follower(row) !== COMMA) return undefined;
    const word = list.text.slice(list.start(row), list.end(row));
    const known = this.verdicts.get(word);
    if (known) return known;
    const { kind, verdict } = list.value(row) as VerdictExpr;
    if (kind !== 'verdict') return undefined;
    const rest = { verdict: { code: verdict } };
    this.verdicts.set(word, rest);
    return rest;
  }
}
