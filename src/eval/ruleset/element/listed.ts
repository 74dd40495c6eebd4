/**
 * Elements as they list: from bytes back to expressions, in nft's order, with what is left of times.
 *
 * Mirrors netlink_list_setelems and list_expr_sort of nft.
 */
import type { Element, Expr } from '../../checked.ts';
import type { SetElement } from '../../engine/set/index.ts';
import type { Op } from '../../ir.ts';
import { isText } from '../../lower/constant.ts';
import type { StatefulInstance, StatementRow } from '../../row.ts';
import type { ValueType } from '../../type/index.ts';
import { verdict as verdictType } from '../../type/verdict.ts';
import type { NftSet } from '../store.ts';
import { dataShape, decodeKey, type KeyShape, keyExpr, keyShape, listRank } from './key.ts';

/** An element on its way into a listing. */
export interface ListedElement extends Element {
  readonly element: SetElement;
}

/**
 * All live elements. Sets of ranges of concatenations come as the kernel dumps them, others sorted;
 * the catch-all last.
 */
export function listedElements(set: NftSet): ListedElement[] {
  const shape = keyShape(set);
  const inOrder = sorted(set, shape);
  return inOrder.map((e) => listed(set, shape, e));
}

/** All live elements as they were sent. */
export function sentElements(set: NftSet): ListedElement[] {
  const shape = keyShape(set);
  return [...set.elements].map((e) => listed(set, shape, e));
}

/** Elements of one batch as nft sends them: ranges of one field by their first value. */
export function elementsAsSent(
  set: NftSet,
  elements: readonly SetElement[],
): readonly SetElement[] {
  const shape = keyShape(set);
  return shape.interval && shape.fields.length === 1 ? ranked(shape, elements) : elements;
}

export const listedElement = (set: NftSet, e: SetElement): ListedElement =>
  listed(set, keyShape(set), e);

function sorted(set: NftSet, shape: KeyShape): readonly SetElement[] {
  const all = [...set.elements];
  return shape.interval && shape.fields.length > 1 ? all : ranked(shape, all);
}

function ranked(shape: KeyShape, elements: readonly SetElement[]): SetElement[] {
  const some: { e: SetElement; rank: bigint }[] = [];
  const last: SetElement[] = [];
  for (const e of elements) {
    if (e.catchAll) last.push(e);
    else some.push({ e, rank: listRank(shape, e.key) });
  }
  some.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  return [...some.map(({ e }) => e), ...last];
}

function listed(set: NftSet, shape: KeyShape, e: SetElement): ListedElement {
  const data = listedData(set, e);
  const statements = statementsOf(e);
  const expires = set.elements.expiresIn(e);
  const timeout = e.timeout === (set.timeout ?? 0) ? undefined : e.timeout;
  return {
    element: e,
    key: listedKey(set, shape, e),
    ...(data && { data }),
    ...(timeout !== undefined && { timeout }),
    ...(expires !== undefined && { expires }),
    ...(e.comment !== undefined && { comment: e.comment }),
    ...(statements.length > 0 && { statements }),
  };
}

function listedKey(set: NftSet, shape: KeyShape, e: SetElement): Expr {
  if (e.catchAll) {
    return { kind: 'wildcard', type: set.key, bits: set.keyBits, order: set.key.order };
  }
  return keyExpr(shape, set.key, decodeKey(shape, e.key), decodeKey(shape, e.keyEnd));
}

function listedData(set: NftSet, e: SetElement): Expr | undefined {
  if (e.verdict) {
    const { code, chain } = e.verdict;
    const type: ValueType = verdictType;
    const typed = { type, bits: type.bits, order: type.order } as const;
    if (code === 'break') return undefined;
    return { kind: 'verdict', verdict: code, ...(chain !== undefined && { chain }), ...typed };
  }
  if (!e.data || !set.data) return undefined;
  const shape = set.flags.interval ? unturned(dataShape(set)) : dataShape(set);
  if (!set.dataInterval) {
    const value = decodeKey(shape, e.data);
    return keyExpr(shape, set.data, value, value);
  }
  const half = e.data.length / 2;
  const low = decodeKey(shape, e.data.subarray(0, half));
  const high = decodeKey(shape, e.data.subarray(half));
  const found = keyExpr(shape, set.data, low, high);
  // In a map to intervals an address by itself is a prefix as long as it is.
  if (found.kind !== 'value' || !found.type.prefixes) return found;
  const { type, bits, order } = found;
  return { kind: 'prefix', base: found, length: bits, type, bits, order };
}

/** Among intervals nft leaves the numbers of a concatenation in data as the kernel has them. */
function unturned(shape: KeyShape): KeyShape {
  if (shape.fields.length === 1) return shape;
  const fields = shape.fields.map((f) => (isText(f.type) ? f : { ...f, order: 'big' as const }));
  return { ...shape, fields };
}

type EffectOp = Extract<Op, { op: 'effect' }>;

/** The stateful ops of an element, as statements with their state as it is now. */
function statementsOf(e: SetElement): NonNullable<Element['statements']> {
  return e.exprs.flatMap((op, i) => {
    if (op.op !== 'effect') return [];
    return [{ kind: 'effect' as const, row: op.row, args: stateArgs(op, e.state?.[i]) }];
  });
}

/** The args of a stateful op over which its instance's are laid. */
function stateArgs(
  op: Pick<EffectOp, 'args'> & { readonly row: StatementRow },
  instance: StatefulInstance | undefined,
): Readonly<Record<string, unknown>> {
  return instance ? { ...op.args, ...instance.dump() } : op.args;
}
