/**
 * Checked keys and data of elements as ranges of numbers and bytes.
 */
import type { Element, Expr } from '../../checked.ts';
import type { ElementSpec } from '../../engine/set/index.ts';
import { constant, ones } from '../../lower/constant.ts';
import { dataBytes } from '../../lower/elements.ts';
import type { NftSet } from '../store.ts';
import { type KeyField, type KeyShape, placed } from './key.ts';

export type KeyRange = readonly [low: bigint, high: bigint];

/** What cannot be an element's key, in nft's words. */
export type Unfit = string;

/** The range that a checked key stands for. */
export function keyRange(e: Expr, shape: KeyShape): KeyRange | Unfit {
  const parts = e.kind === 'concat' ? e.parts : [e];
  let low = 0n;
  let high = 0n;
  for (const [i, field] of shape.fields.entries()) {
    const part = parts[i];
    const range = part ? partRange(part, field, shape) : 'unexpected concat components';
    if (typeof range === 'string') return range;
    low |= placed(field, range[0]);
    high |= placed(field, range[1]);
  }
  return [low, high];
}

const mustBeInterval = (what: string, { word }: KeyShape): Unfit =>
  `You must add 'flags interval' to your ${word} declaration if you want to add ${what} elements`;

function partRange(e: Expr, field: KeyField, shape: KeyShape): KeyRange | Unfit {
  switch (e.kind) {
    case 'range': {
      const low = constant(e.low);
      const high = constant(e.high);
      if (low === undefined || high === undefined) return 'Set element is not constant';
      return shape.interval ? [low, high] : mustBeInterval('range', shape);
    }
    case 'prefix':
      return shape.interval
        ? prefixRange(e.base, e.length, field)
        : mustBeInterval('prefix', shape);
    case 'value':
      if (e.prefixBits === undefined) return [e.value, e.value];
      return shape.interval ? prefixRange(e, e.prefixBits, field) : mustBeInterval('prefix', shape);
    default: {
      const value = constant(e);
      return value === undefined ? 'Set element is not constant' : [value, value];
    }
  }
}

function prefixRange(base: Expr, length: number, field: KeyField): KeyRange | Unfit {
  const value = constant(base);
  if (value === undefined) return 'Set element is not constant';
  const host = ones(field.bits - length);
  return [value & ~host, value | host];
}

export type ElementData = Pick<ElementSpec, 'data' | 'verdict' | 'object'>;

/** What a map holds for a key. */
export function elementData(e: Expr, set: Pick<NftSet, 'dataInterval'>): ElementData {
  if (e.kind === 'verdict') {
    return { verdict: { code: e.verdict, ...(e.chain !== undefined && { chain: e.chain }) } };
  }
  return { data: dataBytes(e, set.dataInterval) };
}

/** Times and comment of a checked element. */
export function elementOptions(element: Element): ElementSpec {
  const { timeout, expires, comment } = element;
  return {
    ...(timeout !== undefined && { timeout }),
    ...(expires !== undefined && { expires }),
    ...(comment !== undefined && { comment }),
  };
}
