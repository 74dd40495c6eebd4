/** Named objects as text and JSON. Mirrors obj_print_declaration of nft. */
import type { NftObject } from '../ruleset/store.ts';
import type { Json } from './json.ts';
import { block, handleNote, type Listing, quotedText } from './listing.ts';

const argsNow = (object: Pick<NftObject, 'args' | 'state'>): NftObject['args'] =>
  object.state ? { ...object.args, ...object.state.dump() } : object.args;

export function objectLines({ comment, ...object }: NftObject, to: Listing): string[] {
  return [
    ...(comment === undefined ? [] : [`comment ${quotedText(comment)}`]),
    ...object.row.list(argsNow(object), to),
  ];
}

export function objectText(object: NftObject, to: Listing): string {
  const lines = objectLines(object, to);
  return block(`${object.kind} ${object.name}`, handleNote(object.handle, to), lines);
}

export function objectJson(object: NftObject, to: Listing): Json {
  const { kind, name, table, handle, comment, row } = object;
  return {
    [kind]: {
      family: table.family,
      name,
      table: table.name,
      handle,
      ...(comment !== undefined && { comment }),
      ...row.json(argsNow(object), to),
    },
  };
}
