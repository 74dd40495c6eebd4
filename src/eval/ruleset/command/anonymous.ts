/**
 * Sets that a rule's literals are: made just before the rule, listed from what the kernel keeps.
 *
 * Mirrors implicit_set_declaration of nft.
 */
import type { Command } from '../../../parser/ast.ts';
import type { Element, Expr, SetLiteral } from '../../checked.ts';
import type { AnonymousSet } from '../../ir.ts';
import { mapsToRanges } from '../../lower/elements.ts';
import { lowerEffects } from '../../lower.ts';
import { valueText } from '../../type/string.ts';
import { oneByOne } from '../element/asked.ts';
import { type ElementData, elementData, elementOptions, keyRange } from '../element/constant.ts';
import type { Interval } from '../element/interval.ts';
import { type KeyShape, keyShape } from '../element/key.ts';
import { sentElements } from '../element/listed.ts';
import type { NewSet } from '../kernel/set.ts';
import { scopeOf } from '../scope.ts';
import type { NftSet } from '../store.ts';
import { answered, type CommandContext, familyOf, report, tableName } from './context.ts';
import { askForElements, specOf } from './element.ts';
import { askForSet } from './set.ts';

export function makeAnonymous(
  { literal, object }: AnonymousSet,
  rule: Command,
  ctx: CommandContext,
): NftSet | undefined {
  const { data, dataBits, interval, span = rule.span } = literal;
  const name = object ? '__objmap%d' : data ? '__map%d' : '__set%d';
  const handle = { ...rule.handle, name: { text: name, span } };
  const cmd: Command = { ...rule, object: 'set', handle, span };
  const key = literal.elements.find((e) => e.key.kind !== 'wildcard')?.key;
  const datum = literal.elements.find((e) => e.data?.kind === 'value')?.data;
  const spec: NewSet = {
    family: familyOf(cmd),
    table: tableName(cmd),
    name,
    flags: { constant: true, interval, timeout: false, dynamic: false, anonymous: true },
    key: literal.type,
    keyBits: literal.bits,
    ...(object !== undefined ? { object } : data && { data, dataBits: dataBits ?? data.bits }),
    dataInterval: mapsToRanges(literal.elements),
    policy: 'performance',
    autoMerge: false,
    statements: [],
    exprs: [],
    exclusive: false,
    ...(key && { keyExpr: { ...key, order: literal.order } }),
    ...(datum && { dataExpr: datum }),
  };
  const set = askForSet(spec, ctx);
  if (!answered(ctx, cmd, set)) {
    // Its elements are asked for all the same, in a table that is not there either.
    if (set.at === 'table') answered(ctx, { ...cmd, object: 'element' }, set);
    return undefined;
  }
  const shape = keyShape(set);
  const items: Item[] = [];
  for (const element of literal.elements) {
    const item = itemOf(element, set, shape, ctx, cmd);
    if (!item) return undefined;
    items.push(item);
  }
  const elements = items.map((i) => specOf(shape, i));
  const answer = askForElements({ set, elements: oneByOne(elements), exclusive: false }, ctx);
  answered(ctx, cmd, answer, { element: items.map((i) => i.span) });
  return set;
}

type Item = Interval & { wildcard?: true };

function itemOf(
  element: Element,
  set: NftSet,
  shape: KeyShape,
  ctx: CommandContext,
  cmd: Command,
): Item | undefined {
  const scope = scopeOf(ctx.tx.ruleset, familyOf(cmd), tableName(cmd));
  const exprs = lowerEffects(element.statements ?? [], scope);
  const spec = {
    ...(element.data && dataOf(element.data, set)),
    ...elementOptions(element),
    ...(exprs.length > 0 && { exprs }),
  };
  const span = element.key.span ?? element.span ?? cmd.span;
  if (element.key.kind === 'wildcard') return { low: 0n, high: 0n, spec, span, wildcard: true };
  const range = keyRange(element.key, shape);
  if (typeof range === 'string') return report(ctx, range, span);
  return { low: range[0], high: range[1], spec, span };
}

/** Maps of objects hold the names of objects. */
const dataOf = (data: Expr, set: NftSet): ElementData =>
  set.object === undefined
    ? elementData(data, set)
    : { object: data.kind === 'value' ? valueText(data.value, data.bits) : '' };

/** The literal with its elements as the kernel has them, in the order in which they were sent. */
export function relisted(literal: SetLiteral, set: NftSet): SetLiteral {
  return set.object === undefined ? { ...literal, elements: sentElements(set) } : literal;
}
