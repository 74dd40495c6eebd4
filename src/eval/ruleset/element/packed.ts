/**
 * Long lists of plain elements, packed: their keys lie in one stretch of bytes.
 *
 * Owns what the elements are as a request, and what nft makes of intervals before it asks: as
 * interval.ts, for whole lists that come into an empty set.
 */
import type { SetExpr, Span } from '../../../parser/ast.ts';
import type { ElementRest, ElementSpec, KeyPlace } from '../../engine/set/index.ts';
import { bigEndian, compareBytes } from '../../engine/set/key.ts';
import type { AskedElements } from './asked.ts';
import { PLAIN, spanOf } from './read.ts';

export class PackedElements implements AskedElements {
  readonly length: number;
  private readonly node: SetExpr;
  private readonly keyLength: number;
  /** Key and end of one element after the other. */
  private readonly bytes: Uint8Array;
  private readonly rests: readonly ElementRest[];
  /** The elements of the node that these were; absent: all, as they come. */
  private readonly origins: readonly number[] | undefined;

  constructor(
    node: SetExpr,
    keyLength: number,
    bytes: Uint8Array,
    rests: readonly ElementRest[],
    origins?: readonly number[],
  ) {
    this.length = rests.length;
    this.node = node;
    this.keyLength = keyLength;
    this.bytes = bytes;
    this.rests = rests;
    this.origins = origins;
  }

  place(index: number): KeyPlace {
    const { bytes, keyLength } = this;
    const at = this.at(index);
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
      return {
        ...rest,
        key,
        ...(compareBytes(bytes, at, bytes, endAt, length) !== 0 && { keyEnd }),
      };
    });
  }

  /** Where the elements stand in the text. */
  get spans(): readonly Span[] {
    const { elements } = this.node;
    const { origins } = this;
    return origins
      ? origins.map((origin) => spanOf(elements[origin]!))
      : elements.map((e) => spanOf(e));
  }

  /** Whether no range overlaps another; the same one twice is no overlap. */
  get areApart(): boolean {
    const { bytes, keyLength } = this;
    const order = this.inOrder();
    for (let i = 1; i < order.length; i++) {
      const before = this.at(order[i - 1]!);
      const at = this.at(order[i]!);
      if (compareBytes(bytes, before + keyLength, bytes, at, keyLength) < 0) continue;
      // Key and end lie one behind the other.
      if (compareBytes(bytes, before, bytes, at, 2 * keyLength) !== 0) return false;
    }
    return true;
  }

  /** In order, what overlaps or touches joined; of elements that have nothing beside their keys. */
  merged(): PackedElements {
    const { bytes, keyLength } = this;
    const order = this.inOrder();
    const joined = new Uint8Array(bytes.length);
    const origins: number[] = [];
    let end = 0;
    for (const index of order) {
      const at = this.at(index);
      const endAt = at + keyLength;
      if (origins.length > 0 && reaches(bytes, end, at, keyLength)) {
        if (compareBytes(bytes, endAt, bytes, end, keyLength) > 0) end = endAt;
      } else {
        joined.set(bytes.subarray(at, endAt), this.at(origins.length));
        origins.push(index);
        end = endAt;
      }
      joined.set(bytes.subarray(end, end + keyLength), this.at(origins.length) - keyLength);
    }
    const rests = origins.map(() => PLAIN);
    return new PackedElements(this.node, keyLength, joined, rests, origins);
  }

  /** Where the key of an element lies. */
  private at(index: number): number {
    return index * 2 * this.keyLength;
  }

  /** The numbers of the elements, those with the smallest keys first. */
  private inOrder(): Float64Array {
    const { bytes, keyLength, length } = this;
    const order = new Float64Array(length);
    for (let i = 0; i < length; i++) order[i] = i;
    if (this.comeInOrder()) return order;
    if (keyLength > 4 || length > MOST_RANKED) {
      return order.sort(
        (a, b) => compareBytes(bytes, this.at(a), bytes, this.at(b), keyLength) || a - b,
      );
    }
    for (let i = 0; i < length; i++) {
      order[i] = bigEndian(bytes, this.at(i), keyLength) * MOST_RANKED + i;
    }
    order.sort();
    for (let i = 0; i < length; i++) order[i] = order[i]! % MOST_RANKED;
    return order;
  }

  private comeInOrder(): boolean {
    const { bytes, keyLength, length } = this;
    for (let i = 1; i < length; i++) {
      if (compareBytes(bytes, this.at(i - 1), bytes, this.at(i), keyLength) > 0) return false;
    }
    return true;
  }
}

/** So many elements' numbers fit beside 32 bits into an exact double. */
const MOST_RANKED = 2 ** 20;

/** Whether the number at `b` is at most the one after that at `a`. */
function reaches(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  if (compareBytes(bytes, a, bytes, b, length) >= 0) return true;
  let i = length - 1;
  while (bytes[a + i] === 0xff && bytes[b + i] === 0) i--;
  return bytes[a + i]! + 1 === bytes[b + i] && compareBytes(bytes, a, bytes, b, i) === 0;
}
