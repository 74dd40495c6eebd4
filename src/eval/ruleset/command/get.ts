/** `get element`: the elements that have the keys, within their set. */
import type { Command } from '../../../parser/ast.ts';
import { listingFor } from '../../list/listing.ts';
import { setOfElements } from '../../list/set.ts';
import { tableHead } from '../../list/table.ts';
import { decodeKey, encodeKey, keyShape } from '../element/key.ts';
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
  const found = new Set<unknown>();
  for (const { low, high, wildcard } of wanted) {
    const hit = [...set.elements].find((e) => {
      if (e.catchAll || wildcard) return e.catchAll && wildcard;
      return decodeKey(shape, e.key) <= low && decodeKey(shape, e.keyEnd) >= high;
    });
    const exact = wildcard ? hit : (set.elements.lookup(encodeKey(shape, low), 0) ?? hit);
    if (!exact || (exact.catchAll && !wildcard)) {
      answered(ctx, cmd, refuse('ENOENT'));
      return undefined;
    }
    found.add(hit ?? exact);
  }
  return listedElements(set).filter((e) => found.has(e.element));
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
