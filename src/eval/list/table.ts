/** Tables as text and JSON: what stands at their head. Mirrors table_print_flags of nft. */
import type { Table } from '../ruleset/store.ts';
import type { Json } from './json.ts';
import { handleNote, type Listing, quotedText } from './listing.ts';

/** `flags …` and `comment …`, without indentation. */
export function tableLines(table: Table): string[] {
  const flags = tableFlags(table);
  return [
    ...(flags.length > 0 ? [`flags ${flags.join(',')}`] : []),
    ...(table.comment === undefined ? [] : [`comment ${quotedText(table.comment)}`]),
  ];
}

export function tableFlags(table: Table): string[] {
  return (['dormant', 'owner', 'persist'] as const).filter((flag) => table[flag]);
}

/** A table that a program has says which: only nft itself can be one. */
export function tableHead({ family, name, handle, owner }: Table, to: Listing): string {
  const note = handleNote(handle, to);
  const program = owner ? `${note ? '' : ' #'} progname nft` : '';
  return `table ${family} ${name} {${note}${program}\n`;
}

export function tableJson(table: Table): Json {
  const { family, name, handle, comment } = table;
  const flags = tableFlags(table);
  return {
    table: {
      family,
      name,
      handle,
      ...(flags.length > 0 && { flags: oneOrMany(flags) }),
      ...(comment !== undefined && { comment }),
    },
  };
}

/** A list of one is listed as that one. */
export const oneOrMany = (items: readonly string[]): Json =>
  items.length === 1 ? items[0]! : items;
