/**
 * Elements as a command writes them, read into keys and what goes with them.
 *
 * Mirrors the evaluation of EXPR_SET, EXPR_SET_ELEM and EXPR_MAPPING of nft. Plain literals, of which
 * lists may have a hundred thousand, go straight to their type.
 */
import type { Element as AstElement, Expr as AstExpr, Span } from '../../../parser/ast.ts';
import type { CheckContext } from '../../check/context.ts';
import { placeOfElement } from '../../check/element-place.ts';
import { isSingleton } from '../../check/set.ts';
import type { Expr, Statement } from '../../checked.ts';
import type { ElementSpec } from '../../engine/set/index.ts';
import type { Op } from '../../ir.ts';
import { isText, ones } from '../../lower/constant.ts';
import type { ValueType } from '../../type/index.ts';
import { verdict } from '../../type/verdict.ts';
import { isMap, type NftSet, setWord } from '../store.ts';
import { type ElementData, elementData, type KeyRange, keyRange } from './constant.ts';
import type { Interval } from './interval.ts';
import { type KeyField, type KeyShape, placed } from './key.ts';

/** What of a set tells how its elements read, be it made or not. */
export type SetForm = Pick<
  NftSet,
  | 'flags'
  | 'key'
  | 'keyBits'
  | 'keyExpr'
  | 'data'
  | 'dataBits'
  | 'dataExpr'
  | 'dataInterval'
  | 'object'
  | 'exprs'
>;

export interface Reading {
  readonly set: SetForm;
  readonly shape: KeyShape;
  readonly ctx: CheckContext;
  /** Where the set is declared, if it is with these elements. */
  readonly declared?: Span;
  /** Stateful statements as the ops that each element gets. */
  effects(statements: readonly Statement[]): readonly Op[];
}

/** An element; `wildcard` has no range. */
export interface ReadElement extends Interval {
  readonly span: Span;
  readonly wildcard?: true;
}

/** undefined where some element is wrong; what is wrong is reported. */
export function readElements(node: AstExpr, to: Reading): ReadElement[] | undefined {
  const read: ReadElement[] = [];
  return collect(node, to, read) ? read : undefined;
}

function collect(node: AstExpr, to: Reading, read: ReadElement[]): boolean {
  if (node.kind === 'variable') return collect(node.value, to, read);
  if (node.kind !== 'set') {
    to.ctx.error(`unexpected ${node.kind} expression, set expected`, node.span);
    return false;
  }
  return node.elements.every((element) => {
    const { key } = element;
    const nested = key.kind === 'variable' ? key.value : key;
    if (nested.kind === 'set') return collect(nested, to, read);
    return readElement(element, key, to, read);
  });
}

function readElement(element: AstElement, key: AstExpr, to: Reading, read: ReadElement[]): boolean {
  const { data } = element;
  const exprs = readStatements(element, to);
  if (!exprs) return false;
  const range = key.kind === 'wildcard' ? undefined : readKey(key, to);
  if (!range && key.kind !== 'wildcard') return false;
  const datum = data && readData(data, to);
  if (data && !datum) return false;
  const spec = specOf(element, datum, exprs);
  const span = spanOf(element, key);
  if (range) read.push({ low: range[0], high: range[1], spec, span, at: key.span });
  else read.push({ low: 0n, high: 0n, spec, span, wildcard: true });
  return true;
}

/** What messages point at. */
export const spanOf = (element: AstElement, key = element.key): Span =>
  !element.data && isPlain(element) ? key.span : placeOfElement(element, key);

const isPlain = (e: AstElement): boolean =>
  !(e.statements?.length || e.comment) && e.timeout === undefined && e.expires === undefined;

/** Of an element that is nothing but its key. */
export const PLAIN: ElementSpec = {};

function readKey(node: AstExpr, to: Reading): KeyRange | undefined {
  const quick = quickKey(node, to);
  if (quick) return quick;
  const type = sizedType(to);
  const e = to.ctx.expr(node, { type, bits: to.set.keyBits, order: type.order });
  const range = e && keyRange(e, to.shape);
  return typeof range === 'string' ? to.ctx.error(range, unfitPlace(e!, node)) : range;
}

/** Of a concatenation that part which is more than a value, where it has one. */
function unfitPlace(e: Expr, { span }: AstExpr): Span {
  const parts = e.kind === 'concat' ? e.parts : [];
  const spread = parts.find(({ kind }) => kind === 'prefix' || kind === 'range');
  return spread?.span ?? span;
}

/** The key's type with the widths of its parts: `integer` has none of its own. */
function sizedType({ set, shape }: Reading): ValueType {
  if (!set.key.parts) return set.key;
  return { ...set.key, parts: shape.fields.map(({ type, bits }) => ({ ...type, bits })) };
}

/** A key of plain literals, read without a tree in between. */
function quickKey(node: AstExpr, to: Reading): KeyRange | undefined {
  const { fields } = to.shape;
  if (fields.length === 1) return quickRange(node, fields[0]!, to);
  if (node.kind !== 'concat' || node.parts.length !== fields.length) return undefined;
  let low = 0n;
  let high = 0n;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!;
    const range = quickRange(node.parts[i]!, field, to);
    if (!range) return undefined;
    low |= placed(field, range[0]);
    high |= placed(field, range[1]);
  }
  return [low, high];
}

/** A number, an address, a prefix or range of them. */
function quickRange(node: AstExpr, field: KeyField, to: Reading): KeyRange | undefined {
  if (isText(field.type)) return undefined;
  if (node.kind === 'symbol') {
    const value = quickValue(node, field, to);
    return value === undefined ? undefined : [value, value];
  }
  if (!to.shape.interval) return undefined;
  if (node.kind === 'prefix') {
    const value = quickValue(node.base, field, to);
    const length = Number(node.length.value);
    if (value === undefined || length > field.bits) return undefined;
    const host = ones(field.bits - length);
    const last = value | host;
    return [last ^ host, last];
  }
  if (node.kind !== 'range') return undefined;
  const low = quickValue(node.low, field, to);
  const high = quickValue(node.high, field, to);
  return low === undefined || high === undefined || low >= high ? undefined : [low, high];
}

function quickValue(node: AstExpr, field: KeyField, to: Reading): bigint | undefined {
  if (node.kind !== 'symbol') return undefined;
  const value = field.type.parse(node.text, to.ctx.names, field.bits);
  return typeof value === 'bigint' && value <= ones(field.bits) ? value : undefined;
}

/** A statement of the element is not of the kind that the set has. */
function mismatch(
  element: AstElement,
  at: number,
  exprs: readonly Op[],
  { set, ctx }: Pick<Reading, 'set' | 'ctx'>,
): undefined {
  const what = `element expects ${kindOf(exprs[at])}, but ${isMap(set) ? 'map' : 'set'} has type ${kindOf(set.exprs[at])}`;
  return ctx.error(`statement mismatch, ${what}`, ctx.placeOf(element.statements![at]!));
}

/** The kernel's name of an expression is the first word of its text. */
const kindOf = (op: Op | undefined): string =>
  op?.op === 'effect' ? (op.row.bytecode?.(op.args).split(' ')[0] ?? op.row.name) : '';

/** Whether nothing is said of a set, or the kind of its statement is this. */
const isSameKind = (op: Op, of: Op | undefined): boolean => !of || kindOf(op) === kindOf(of);

/** Its own statements, as ops; without them, those of the set. */
function readStatements(element: AstElement, { set, ctx, effects }: Reading) {
  if (!element.statements?.length) return set.exprs;
  const statements = element.statements.map((s) => ctx.statement(s));
  if (statements.includes(undefined)) return undefined;
  const own = statements.flatMap((s) => s ?? []);
  const exprs = effects(own);
  if (set.exprs.length === 0 && !set.flags.dynamic) {
    const place = ctx.placeOf(element.statements[0]!);
    return ctx.error(`missing statement in ${setWord(set)} declaration`, place);
  }
  if (set.exprs.length > 0 && own.length !== set.exprs.length) {
    const numbers = `set expects ${set.exprs.length} but element has ${own.length}`;
    return ctx.error(`number of statements mismatch, ${numbers}`, element.key.span);
  }
  const other = exprs.findIndex((op, i) => !isSameKind(op, set.exprs[i]));
  return other < 0 ? exprs : mismatch(element, other, exprs, { set, ctx });
}

/** What an element has beside its key. */
function specOf(
  element: AstElement,
  data: ElementData | undefined,
  exprs: readonly Op[],
): ElementSpec {
  if (exprs.length === 0 && isPlain(element)) return data ?? PLAIN;
  const { timeout, expires, comment } = element;
  return {
    ...data,
    ...(timeout !== undefined && { timeout: timeout === 'never' ? 0 : Number(timeout.value) }),
    ...(expires !== undefined && { expires: Number(expires.value) }),
    ...(comment && { comment: comment.text }),
    ...(exprs.length > 0 && { exprs }),
  };
}

function readData(node: AstExpr, to: Reading): ElementData | undefined {
  const { set, ctx } = to;
  if (set.object !== undefined) return readObjectName(node, to);
  if (!set.data) return ctx.error('set is not a map', to.declared ?? node.span);
  const { data, dataBits, dataExpr } = set;
  const order = dataExpr?.order ?? data.order;
  const e = ctx.expr(node, { type: data, bits: dataBits ?? data.bits, order });
  if (data === verdict && e?.kind === 'value')
    return ctx.error(`Value ${e.value} exceeds valid range 0-0`, node.span);
  // Numbers of any size have none as parts of data.
  const unsized = e?.kind === 'concat' && e.parts.find((_, i) => data.parts?.[i]?.bits === 0);
  if (unsized && unsized.kind === 'value')
    return ctx.error(`Value ${unsized.value} exceeds valid range 0-0`, unsized.span ?? node.span);
  return e && isSingleton(e, ctx, set.dataInterval) ? elementData(e, set) : undefined;
}

/** What nft says of data that cannot name an object, by its kind. */
const NAMELESS: Partial<Record<AstExpr['kind'], string>> = {
  verdict: 'Object mapping data should be a value, not verdict',
  range: 'Range expression is undefined for string types',
  prefix: 'Value must be a singleton',
};

function readObjectName(node: AstExpr, to: Reading): ElementData | undefined {
  const name = node.kind === 'variable' ? node.value : node;
  if (name.kind === 'symbol') return { object: name.text };
  return to.ctx.error(NAMELESS[name.kind] ?? 'invalid object name', node.span);
}
