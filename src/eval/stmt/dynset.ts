/**
 * Sets that rules change: `add @s { ip saddr timeout 5s counter }`.
 *
 * What the statements that add, update and delete elements have in common: each checks into the same
 * arguments, so that all list in one form. Mirrors set_stmt and map_stmt of nft, nft_dynset.c.
 */
import type { Element, SetExpr, SetRefExpr, Span } from '../../parser/ast.ts';
import type { StatementForm } from '../../parser/json/form.ts';
import { member } from '../../parser/json/reader.ts';
import { checkArgument } from '../check/argument.ts';
import type { CheckContext, Expected, SetInfo } from '../check/context.ts';
import { compatible } from '../check/map.ts';
import type { Expr, Statement } from '../checked.ts';
import type { ListContext } from '../list/context.ts';
import type { Json } from '../list/json.ts';
import { KEY } from '../lower/shape.ts';
import type { Lowering } from '../lower.ts';
import type { ValueType } from '../type/index.ts';
import { printDuration } from '../type/time.ts';

export type DynsetArgs = {
  readonly action: 'add' | 'update' | 'delete';
  readonly set: string;
  readonly key: Expr;
  /** What a map is to hold for the key. */
  readonly data?: Expr;
  /** What the set has for keys, a map for data; absent: the set is made of the key. */
  readonly kept?: { readonly key: Kept; readonly data?: Kept };
  /** Milliseconds. */
  readonly timeout?: number;
  readonly statements: readonly Statement[];
  /** The set says the statements of its elements itself: the kernel does not tell them again. */
  readonly said?: boolean;
};

type Kept = Pick<Expected, 'type' | 'order'>;

const expected = (type: ValueType, bits: number, like?: Expr): Expected => ({
  type,
  bits,
  order: like?.order ?? type.order,
});

export function checkDynset(
  action: DynsetArgs['action'],
  ref: SetRefExpr,
  elements: SetExpr,
  statement: Span,
  ctx: CheckContext,
): DynsetArgs | undefined {
  const set = ctx.expr(ref);
  const info = set && ctx.scope.set(ref.name);
  const [element, second] = elements.elements;
  if (!info || !element) return undefined;
  if (second) return ctx.unread('syntax error, unexpected comma', second.span);
  if (element.data && !info.data) return ctx.error(`${info.name} is not a map`, ref.span);
  const parts = checkElement(element, info, statement, ctx);
  const said = info.stateful && !ctx.scope.kernel?.dynsetListsStatements;
  return parts && { action, set: info.name, ...(said && { said }), ...parts };
}

type ElementArgs = Omit<DynsetArgs, 'action' | 'set' | 'said'>;

/** The element, its key checked against the key of the set, its data against the map's. */
function checkElement(
  element: Element,
  info: SetInfo,
  statement: Span,
  ctx: CheckContext,
): ElementArgs | undefined {
  if (element.comment) {
    return ctx.error('Key expression comments are not supported', element.key.span);
  }
  const kept = expected(info.key, info.keyBits, info.keyExpr);
  const key = checkArgument(element.key, kept, statement, ctx);
  if (key && !isKept(key, kept, element.key.span, statement, ctx)) return undefined;
  const statements = checkStateful(element, ctx);
  if (!key || !statements) return undefined;
  const timeout =
    element.timeout && element.timeout !== 'never' ? Number(element.timeout.value) : undefined;
  const shared = { key, statements, ...(timeout !== undefined && { timeout }) };
  if (!element.data || !info.data) return { ...shared, kept: { key: kept } };
  const held = expected(info.data, info.dataBits ?? info.data.bits, info.dataExpr);
  const data = checkArgument(element.data, held, statement, ctx);
  if (!data || !isKept(data, held, element.data.span, statement, ctx)) return undefined;
  const unkept = unkeptOption(element);
  if (unkept) return ctx.error(`Data expression ${unkept} are not supported`, element.data.span);
  return { ...shared, data, kept: { key: kept, data: held } };
}

/** What may be written behind the data and yet belongs to none. */
function unkeptOption({ ofData: { comment, timeout } = {} }: Element): string | undefined {
  if (comment) return 'comments';
  return timeout && timeout !== 'never' && timeout.value !== 0 ? 'timeouts' : undefined;
}

/** The key must be of the type of the set's, which numbers that fit are not. */
function isKept(
  key: Expr,
  { type }: Expected,
  span: Span,
  statement: Span,
  ctx: CheckContext,
): boolean {
  const generated = key.kind === 'load' && key.max !== undefined;
  if (compatible(type, key.type) || generated) return true;
  const what = `expected ${type.description}, expression has type ${key.type.description}`;
  return !!ctx.error(`datatype mismatch: ${what}`, span, statement);
}

export function checkStateful(
  element: Element,
  ctx: CheckContext,
): readonly Statement[] | undefined {
  const checked: Statement[] = [];
  for (const node of element.statements ?? []) {
    const statements = ctx.statement(node);
    if (!statements) return undefined;
    checked.push(...statements);
  }
  return checked;
}

const listed = ({ statements, said }: DynsetArgs): readonly Statement[] => (said ? [] : statements);

export function listDynset(args: DynsetArgs, ctx: ListContext): string {
  const stateless = { ...ctx.options, stateless: true };
  const parts = [
    ctx.expr(args.key),
    ...(args.timeout === undefined
      ? []
      : [`timeout ${printDuration(BigInt(args.timeout), ctx.options)}`]),
    ...listed(args).map((s) => ctx.with(stateless).statement(s)),
    ...(args.data ? [':', ctx.expr(args.data)] : []),
  ];
  return `${args.action} @${args.set} { ${parts.join(' ')} }`;
}

export function jsonDynset(args: DynsetArgs, ctx: ListContext): Json {
  const { action, set, key, data, timeout } = args;
  const statements = listed(args);
  const val = ctx.exprJson(key);
  const elem = timeout === undefined ? val : { elem: { val, timeout: Math.floor(timeout / 1000) } };
  const stateless = ctx.with({ ...ctx.options, stateless: true });
  const stmt = statements.length ? { stmt: statements.map((s) => stateless.statementJson(s)) } : {};
  return data
    ? { map: { op: action, elem, data: ctx.exprJson(data), map: `@${set}`, ...stmt } }
    : { set: { op: action, elem, set: `@${set}`, ...stmt } };
}

export const setOfOne = (element: Element): SetExpr => ({
  kind: 'set',
  elements: [element],
  span: element.span,
});

const ACTIONS: readonly string[] = ['add', 'update', 'delete'] satisfies DynsetArgs['action'][];

/** `{"set": …}`, `{"map": …}`: what JSON calls the statements that change one. */
const dynsetForm = (word: 'set' | 'map'): StatementForm => ({
  word,
  read(value, from) {
    const isMap = word === 'map';
    const of = isMap
      ? from.unpack(value, { op: 'string', elem: 'any', data: 'any', map: 'string' })
      : from.unpack(value, { op: 'string', elem: 'any', set: 'string' });
    if (!of) return undefined;
    const action = of.op;
    if (!ACTIONS.includes(action)) return from.fail(`Unknown ${word} statement op '${action}'.`);
    const element = from.statedElement(of.elem);
    if (!element) return from.fail(`Illegal ${word} statement element.`);
    const data = 'data' in of ? from.in('ses', of.data) : undefined;
    if (isMap && !data) return from.fail('Illegal map expression data.');
    const name = 'map' in of ? of.map : of.set;
    if (!name.startsWith('@')) return from.fail(`Illegal ${word} reference in ${word} statement.`);
    const written = member(value, 'stmt', 'any');
    const statements = written === undefined ? [] : from.statefulStatements(written);
    if (!statements) return undefined;
    const { span } = from;
    const args = {
      set: { kind: 'setref', name: name.slice(1), span } as const,
      elements: setOfOne({
        ...element,
        ...(statements.length > 0 && { statements }),
        ...(data && { data }),
      }),
    };
    return { kind: 'phrase', word: action, args, span };
  },
});

export const dynsetForms: readonly StatementForm[] = [dynsetForm('set'), dynsetForm('map')];

export function lowerDynset(args: DynsetArgs, to: Lowering): void {
  const { action, set, key, data, timeout, statements, kept } = args;
  const sregKey = kept ? to.argument(key, kept.key, KEY) : to.operand(key);
  const sregData = data && to.argument(data, kept?.data ?? data);
  to.emit({
    op: 'dynset',
    action,
    set,
    sregKey,
    ...(sregData !== undefined && { sregData }),
    ...(timeout !== undefined && { timeout }),
    exprs: to.effects(statements),
  });
  to.release(sregKey);
}
