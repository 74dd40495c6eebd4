/**
 * Sets in braces: `{ 22, 80-90 }`. Elements get the type of what is looked up; ranges make it a set
 * of intervals, which are joined where they overlap or touch.
 *
 * Mirrors expr_evaluate_set, expr_evaluate_set_elem and the automerge of anonymous sets in nft.
 */
import type { Element as AstElement, Expr as AstExpr, SetExpr } from '../../parser/ast.ts';
import type { Element, Expr, SetLiteral } from '../checked.ts';
import { isRange } from '../lower/elements.ts';
import type { ValueType } from '../type/index.ts';
import type { CheckContext, Expected } from './context.ts';
import { placeOfElement } from './element-place.ts';
import { joined, overlapOf } from './interval.ts';
import { isConstant } from './kind.ts';

/** What the elements of a literal hold beside their keys. */
export interface SetUse {
  readonly key: Expected;
  /** The data of a map, a verdict map; absent: a set. */
  readonly data?: Expected;
}

export function checkSetLiteral(
  node: SetExpr,
  expected: Expected | undefined,
  ctx: CheckContext,
): SetLiteral | undefined {
  if (!expected) {
    const known = node.elements.every(({ key }) => ctx.expr(key));
    return known ? ctx.error('set has no type', node.span) : undefined;
  }
  return checkSetOf(node, { key: expected }, ctx);
}

export function checkSetOf(node: SetExpr, use: SetUse, ctx: CheckContext): SetLiteral | undefined {
  const elements: Element[] = [];
  if (!collect(node, use, ctx, elements)) return undefined;
  if (elements.length === 0) return ctx.error('Set is empty', node.span);
  const interval = elements.some(({ key }) => isInterval(key));
  if (interval && !isDeclared(node, elements, ctx)) return undefined;
  const plain = elements.map((element) => ({ ...element, key: wholeKey(element.key) }));
  const { type, bits, order } = use.key;
  const literal: SetLiteral = {
    kind: 'set',
    elements: unique(plain),
    interval,
    type,
    bits,
    order,
    span: node.span,
    ...(use.data && { data: use.data.type, dataBits: use.data.bits }),
  };
  return interval && !type.parts ? joinIntervals(literal, ctx) : literal;
}

/**
 * nft does not see the ranges of a set that stands at the end of a map for a key, if it is the only
 * such: the kernel is given ranges for a map that has none.
 */
function isDeclared({ elements }: SetExpr, all: readonly Element[], ctx: CheckContext): boolean {
  const nested = elements.filter(({ key, data }) => data && setIn(key));
  const [last] = nested;
  if (!last || nested.length > 1 || last !== elements.at(-1)) return true;
  const before = all.slice(0, -setIn(last.key)!.elements.length);
  if (before.some(({ key }) => isInterval(key))) return true;
  return !!ctx.refuse('EINVAL', last.key.kind === 'variable' ? last.key.span : last.span);
}

/** The elements of a literal and of the literals in it. */
function collect(node: SetExpr, use: SetUse, ctx: CheckContext, into: Element[]): boolean {
  let ok = true;
  for (const element of node.elements) {
    const nested = setIn(element.key);
    if (nested) {
      ok = collect(element.data ? mapped(nested, element) : nested, use, ctx, into) && ok;
      continue;
    }
    const checked = checkElement(element, use, ctx);
    if (checked) into.push(checked);
    else return false;
  }
  return ok;
}

/** The elements of a literal, each with the data of what it is an element of. */
const mapped = (set: SetExpr, { data, statements, span }: AstElement): SetExpr => ({
  ...set,
  elements: set.elements.map((e) => ({
    ...e,
    // Of a plain list it is made only when asked for, and no copy has it.
    key: e.key,
    ...(data && { data }),
    ...(statements && { statements }),
    span,
  })),
});

function setIn(node: AstExpr): SetExpr | undefined {
  if (node.kind === 'variable') return setIn(node.value);
  return node.kind === 'set' ? node : undefined;
}

const NO_PARTS = 'expression is not a concatenation';

/** nft looks at keys of maps before it knows what they say. */
const isSingle = ({ kind }: AstExpr): boolean =>
  kind === 'symbol' || kind === 'range' || kind === 'prefix';

function checkElement(element: AstElement, use: SetUse, ctx: CheckContext): Element | undefined {
  if (element.data && !use.data)
    return ctx.error('mapping outside of map context', element.key.span);
  const parts = use.key.type.parts !== undefined;
  if (use.data && parts && isSingle(element.key)) return ctx.error(NO_PARTS, element.key.span);
  const checked = ctx.expr(element.key, use.key);
  if (!checked) return undefined;
  if (parts && checked.kind === 'value') return ctx.error(NO_PARTS, element.key.span);
  const key = { ...checked, span: placeOfElement(element) };
  if (!isConstant(key)) return ctx.error('Set member is not constant', element.key.span);
  const shared = elementOptions(element, ctx);
  if (!shared) return undefined;
  if (!use.data) return { key: retyped(key, use.key.type), ...shared, span: element.span };
  if (!element.data)
    return ctx.error('Set member cannot be mapping, missing keyword map', element.key.span);
  const data = ctx.expr(element.data, use.data);
  if (!data) return undefined;
  if (data.kind === 'verdict' && use.data.type !== data.type)
    return ctx.refuse('EINVAL', element.key.span);
  if (!isConstant(data)) return ctx.error('Value must be a constant', element.data.span);
  if (!isSingleton(data, ctx)) return undefined;
  const held = { key: retyped(key, use.key.type), data: retyped(data, use.data.type) };
  return { ...held, ...shared, span: element.span };
}

/** Words with a type of their own are numbers of the set's type in it. */
function retyped(e: Expr, type: ValueType): Expr {
  if (e.kind === 'value') return e.type === type ? e : { ...e, type };
  if (e.kind !== 'concat' || !type.parts) return e;
  return { ...e, parts: e.parts.map((part, i) => retyped(part, type.parts![i] ?? part.type)) };
}

function elementOptions(
  element: AstElement,
  ctx: CheckContext,
): Omit<Element, 'key' | 'data' | 'span'> | undefined {
  const statements = (element.statements ?? []).map((s) => ctx.statement(s));
  if (statements.some((s) => s === undefined)) return undefined;
  const { timeout, expires, comment } = element;
  return {
    ...(timeout && timeout !== 'never' && { timeout: Number(timeout.value) }),
    ...(expires && { expires: Number(expires.value) }),
    ...(comment && { comment: comment.text }),
    ...(statements.length > 0 && { statements: statements.flatMap((s) => s ?? []) }),
  };
}

/** Whether an element stands for several keys. */
function isInterval(key: Expr): boolean {
  if (key.kind === 'concat') return key.parts.some(isInterval);
  return (
    key.kind === 'range' ||
    key.kind === 'prefix' ||
    (key.kind === 'value' && key.prefixBits !== undefined)
  );
}

/** A prefix of all bits makes a set one of intervals, but is a plain value in it. */
function wholeKey(key: Expr): Expr {
  if (key.kind === 'concat') return { ...key, parts: key.parts.map(wholeKey) };
  return key.kind === 'prefix' && key.length === key.bits ? key.base : key;
}

/** Without elements whose key stands there before; maps keep all, for the kernel to refuse. */
function unique(elements: readonly Element[]): readonly Element[] {
  const seen = new Set<string>();
  return elements.filter((element) => {
    if (element.data) return true;
    const name = keyName(element.key);
    if (name === undefined) return true;
    const known = seen.has(name);
    seen.add(name);
    return !known;
  });
}

function keyName(key: Expr): string | undefined {
  if (key.kind === 'value') return `${key.value}/${key.prefixBits ?? ''}`;
  if (key.kind !== 'concat') return undefined;
  const parts = key.parts.map(keyName);
  return parts.includes(undefined) ? undefined : parts.join(' . ');
}

function joinIntervals(literal: SetLiteral, ctx: CheckContext): SetLiteral | undefined {
  if (!literal.data) return { ...literal, elements: joined(literal.elements) };
  const conflict = overlapOf(literal.elements);
  if (!conflict) return literal;
  const [later, earlier] = conflict;
  const span = literal.span ?? { source: 0, start: 0, end: 0 };
  return ctx.error(
    'conflicting intervals specified',
    later.key.span ?? span,
    earlier.key.span ?? span,
  );
}

/** A definition may stand for a set; the data of an element is one value, or a range if that may be. */
export function isSingleton(data: Expr, ctx: CheckContext, ranges = true): boolean {
  if (data.kind !== 'set' && (ranges || !isRange(data))) return true;
  ctx.error('Value must be a singleton', data.span!);
  return false;
}
