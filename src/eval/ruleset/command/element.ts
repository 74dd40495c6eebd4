/**
 * `add element`, `delete element`, `flush set`, `get element`: what a command makes of a set.
 *
 * Mirrors setelem_evaluate and interval_set_eval of nft.
 */
import type { Expr as AstExpr, Command } from '../../../parser/ast.ts';
import type { Statement } from '../../checked.ts';
import type { ElementSpec } from '../../engine/set/index.ts';
import { lowerEffects } from '../../lower.ts';
import { oneByOne } from '../element/asked.ts';
import { cut, findOverlap, type Interval, merge, noElement } from '../element/interval.ts';
import { decodeKey, encodeKey, type KeyShape, keyShape } from '../element/key.ts';
import { pack } from '../element/pack.ts';
import type { PackedElements } from '../element/packed.ts';
import { PLAIN, type ReadElement, readElements, type SetForm } from '../element/read.ts';
import { type Refusal, strerror } from '../errno.ts';
import { addElements, deleteElements, flushSet, type NewElements } from '../kernel/element.ts';
import { scopeOf } from '../scope.ts';
import { isMap, type NftSet } from '../store.ts';
import {
  answered,
  blockPlace,
  type CommandContext,
  checking,
  familyOf,
  report,
  tableIn,
  tableName,
} from './context.ts';
import { noTable, setHint } from './hint.ts';
import { SET_KINDS } from './set-kind.ts';

/** The set that a command is about; complains where it is not there. */
export function setOf(cmd: Command, ctx: CommandContext): NftSet | undefined {
  const { name } = cmd.handle;
  const { ruleset } = ctx.tx;
  const table = tableIn(ctx, cmd);
  if (!table) {
    noTable(ctx, cmd);
    return undefined;
  }
  const set = table?.sets.get(name?.text ?? '');
  if (set && !set.flags.anonymous) return set;
  if (!name) return undefined;
  ctx.errors.push(setHint(ruleset, familyOf(cmd), tableName(cmd), name.text, name.span));
  return undefined;
}

/** The elements that a command writes. */
export function readIn(
  cmd: Command,
  node: AstExpr,
  set: SetForm,
  shape: KeyShape,
  ctx: CommandContext,
): ReadElement[] | undefined {
  const scope = scopeOf(ctx.tx.ruleset, familyOf(cmd), tableName(cmd));
  const effects = (statements: readonly Statement[]) => lowerEffects(statements, scope);
  const declared = cmd.object !== 'element' && { declared: blockPlace(cmd) };
  return checking(ctx, scope, (check) =>
    readElements(node, { set, shape, ctx: check, effects, ...declared }),
  );
}

/** An element as the kernel is asked for it. */
export function specOf(shape: KeyShape, e: Interval & { wildcard?: true }): ElementSpec {
  if (e.wildcard) return e.spec;
  const key = encodeKey(shape, e.low);
  if (e.low === e.high) return e.spec === PLAIN ? { key } : { ...e.spec, key };
  const keyEnd = encodeKey(shape, e.high);
  return e.spec === PLAIN ? { key, keyEnd } : { ...e.spec, key, keyEnd };
}

/** Has the kernel add elements. */
export function askForElements(
  spec: NewElements,
  ctx: CommandContext,
  declared = false,
): Refusal | undefined {
  const { set, elements } = spec;
  if (elements.length > 0) {
    const first = declared || set.elements.size === 0;
    ctx.requests.push({ what: 'element', set, elements, first });
  }
  return addElements(ctx.tx, spec);
}

interface TakenElements {
  readonly set: NftSet;
  readonly elements: readonly ElementSpec[];
  readonly missingIsFine?: boolean;
}

/** Has the kernel delete elements. */
function takeElements(
  { set, elements, missingIsFine = false }: TakenElements,
  ctx: CommandContext,
): Refusal | undefined {
  if (elements.length > 0) {
    ctx.requests.push({ what: 'element', set, elements: oneByOne(elements), first: false });
  }
  return deleteElements(ctx.tx, set, elements, missingIsFine);
}

const isSimpleInterval = (set: NftSet): boolean => set.flags.interval && !set.key.parts;

/** What a set has, as intervals. */
function livingOf(set: NftSet, shape: KeyShape): Interval[] {
  const living: Interval[] = [];
  for (const e of set.elements) {
    if (e.catchAll) continue;
    const spec: ElementSpec = {
      ...(e.data && { data: e.data }),
      ...(e.verdict && { verdict: e.verdict }),
      ...(e.object !== undefined && { object: e.object }),
      ...(e.comment !== undefined && { comment: e.comment }),
      ...(e.exprs.length > 0 && { exprs: e.exprs }),
    };
    living.push({ low: decodeKey(shape, e.key), high: decodeKey(shape, e.keyEnd), spec });
  }
  return living;
}

export function addElement(cmd: Command, ctx: CommandContext): void {
  const set = setOf(cmd, ctx);
  if (set && cmd.elements) insertElements(cmd, cmd.elements, set, ctx);
}

/** Whether nft looks at how ranges lie to each other. */
const comparesRanges = (set: NftSet): boolean =>
  isSimpleInterval(set) && !(set.autoMerge && isMap(set));

/** What nft makes of a list that comes alone; undefined where something is wrong with it. */
function settled(list: PackedElements, set: NftSet): PackedElements | undefined {
  if (!comparesRanges(set)) return list;
  if (set.autoMerge) return list.merged();
  return list.areApart ? list : undefined;
}

/** Also the elements that a set is declared with. */
export function insertElements(
  cmd: Command,
  node: AstExpr,
  set: NftSet,
  ctx: CommandContext,
): void {
  const shape = keyShape(set);
  const declared = cmd.object !== 'element';
  const exclusive = cmd.verb === 'create' && !declared;
  const place = declared ? blockPlace(cmd) : cmd.span;
  const alone = set.elements.size === 0 || !comparesRanges(set);
  const list = alone ? pack(node, { set, shape, names: ctx.tx.machine }) : undefined;
  const whole = list && settled(list, set);
  if (whole) {
    const answer = askForElements({ set, elements: whole, exclusive }, ctx, declared);
    if (answer) answered(ctx, cmd, answer, { element: whole.spans, elements: place });
    return;
  }
  const elements = readIn(cmd, node, set, shape, ctx);
  if (!elements) return;
  const ask = (asked: readonly (Interval & { wildcard?: true })[]): void => {
    const specs = asked.map((e) => specOf(shape, e));
    const answer = askForElements({ set, elements: oneByOne(specs), exclusive }, ctx, declared);
    const spans = asked.map((e) => e.span);
    if (answer) answered(ctx, cmd, answer, { element: spans, elements: place });
  };
  if (!isSimpleInterval(set)) {
    ask(elements);
    return;
  }
  const wildcards = elements.filter((e) => e.wildcard);
  const ranges = wildcards.length > 0 ? elements.filter((e) => !e.wildcard) : elements;
  const living = livingOf(set, shape);
  const joined = set.autoMerge && !isMap(set);
  if (joined && ctx.tx.machine.profile.nftMergesIntoSets) {
    const edit = merge(living, ranges, true);
    takeElements({ set, elements: edit.remove.map((e) => specOf(shape, e)) }, ctx);
    ask([...wildcards, ...edit.add]);
    return;
  }
  const added = joined ? merge([], ranges, true).add : ranges;
  const conflict = comparesRanges(set) ? findOverlap(living, [...added]) : undefined;
  if (conflict) {
    ctx.errors.push({ severity: 'error', ...conflict });
    return;
  }
  ask(wildcards.length > 0 ? [...wildcards, ...added] : added);
}

export function removeElement(cmd: Command, ctx: CommandContext): void {
  const set = setOf(cmd, ctx);
  if (!set || !cmd.elements) return;
  const shape = keyShape(set);
  const elements = readIn(cmd, cmd.elements, set, shape, ctx);
  if (!elements) return;
  const missingIsFine = cmd.verb === 'destroy';
  const ask = (asked: readonly (Interval & { wildcard?: true })[]): boolean => {
    const specs = asked.map((e) => specOf(shape, e));
    const answer = takeElements({ set, elements: specs, missingIsFine }, ctx);
    return answered(ctx, cmd, answer, { element: asked.map((e) => e.span) });
  };
  if (!isSimpleInterval(set)) {
    ask(elements);
    return;
  }
  const wildcards = elements.filter((e) => e.wildcard);
  if (wildcards[0] && ![...set.elements].some((e) => e.catchAll)) {
    ctx.errors.push({ severity: 'error', ...noElement(wildcards[0]) });
    return;
  }
  const ranges = elements.filter((e) => !e.wildcard);
  const joined = set.autoMerge;
  const parts = joined && ctx.tx.machine.profile.nftCutsIntervals;
  const edit = cut(livingOf(set, shape), ranges, { joined, parts });
  if ('message' in edit) {
    ctx.errors.push({ severity: 'error', ...edit });
    return;
  }
  if (!ask([...wildcards, ...edit.remove])) return;
  if (edit.add.length === 0) return;
  const specs = edit.add.map((e) => specOf(shape, e));
  const answer = askForElements({ set, elements: oneByOne(specs), exclusive: false }, ctx);
  answered(ctx, cmd, answer, { element: edit.add.map((e) => e.span) });
}

export function flushElements(cmd: Command, ctx: CommandContext): void {
  const set = setOf(cmd, ctx);
  const { name } = cmd.handle;
  if (set && name && !SET_KINDS[cmd.object]!.is(set)) {
    report(ctx, strerror('ENOENT'), name.span);
    return;
  }
  if (!set) return;
  ctx.requests.push({ what: 'element', set, elements: oneByOne([]), first: false });
  answered(ctx, cmd, flushSet(ctx.tx, set));
}
