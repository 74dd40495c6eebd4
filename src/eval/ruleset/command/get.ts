/** `get element`: the elements that have the keys, within their set. */
import type { Command } from '../../../parser/ast.ts';
import type { SetElement } from '../../engine/set/index.ts';
import { listingFor } from '../../list/listing.ts';
import { setOfElements } from '../../list/set.ts';
import { tableHead } from '../../list/table.ts';
import { decodeKey, encodeKey, type KeyShape, keyShape } from '../element/key.ts';
import { type ListedElement, listedElements } from '../element/listed.ts';
import { refuse } from '../errno.ts';
import type { NftSet } from '../store.ts';
import { answered, type CommandContext } from './context.ts';
import { readIn, setOf } from './element.ts';

/** The elements that a command's keys lie in; undefined where one is not there. */
export function elementsGot(
  cmd: Command,
  set: NftSet,
  ctx: CommandContext,
): ListedElement[] | undefined {
  const shape = keyShape(set);
  const wanted = cmd.elements && readIn(cmd, cmd.elements, set, shape, ctx);
  if (!wanted) return undefined;
  const found: SetElement[] = [];
  for (const { low, high, wildcard } of wanted) {
    const hit = wildcard ? catchAllOf(set) : holderOf(set, shape, low, high);
    if (!hit) {
      answered(ctx, cmd, refuse('ENOENT'));
      return undefined;
    }
    found.push(hit);
  }
  const listed = new Map(listedElements(set).map((e) => [e.element, e]));
  // Intervals come as they were asked for, others sorted.
  const order = shape.interval
    ? found
    : [...listed.keys()].flatMap((e) => found.filter((f) => f === e));
  return order.map((e) => listed.get(e)!);
}

const catchAllOf = (set: NftSet): SetElement | undefined =>
  [...set.elements].find((e) => e.catchAll);

/** The element in which a key lies; of concatenated ranges the first key is looked up. */
function holderOf(set: NftSet, shape: KeyShape, low: bigint, high: bigint): SetElement | undefined {
  const exact = set.elements.lookup(encodeKey(shape, low), 0);
  const found = exact && !exact.catchAll ? exact : undefined;
  if (shape.fields.length > 1) return found;
  const whole = [...set.elements].find(
    (e) => !e.catchAll && decodeKey(shape, e.key) <= low && decodeKey(shape, e.keyEnd) >= high,
  );
  return whole ?? found;
}

/** Lists text also where JSON is asked for, as nft does. */
export function printElements(set: NftSet, elements: ListedElement[], ctx: CommandContext): void {
  const to = listingFor(set.table.family, ctx.tx.machine, ctx.options);
  const { handles: _, ...plain } = ctx.options;
  const head = tableHead(set.table, listingFor(set.table.family, ctx.tx.machine, plain));
  ctx.output.text(`${head}${setOfElements(set, elements, to)}}\n`);
}

export function getElement(cmd: Command, ctx: CommandContext): void {
  const set = setOf(cmd, ctx);
  const elements = set && elementsGot(cmd, set, ctx);
  if (set && elements) printElements(set, elements, ctx);
}
