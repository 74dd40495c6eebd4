/**
 * Rows of IPv6 extension headers: `hbh nexthdr`, `frag id`.
 *
 * Owns their common shape; their loads are those of exthdr-load.ts. Mirrors exthdr.c of nft.
 */
import type { SelectorExpr, Span, Word } from '../../parser/ast.ts';
import { word } from '../../parser/phrase.ts';
import type { CheckContext } from '../check/context.ts';
import type { Load } from '../checked.ts';
import type { KeyRow } from '../row.ts';
import { type Exthdr, exthdrArgs, exthdrHooks, exthdrJson, fieldLoad } from './exthdr-load.ts';

const NETWORK = 'ip6';

/** Requires IPv6 and makes the load of a field. */
export function extensionField(
  row: KeyRow,
  name: string,
  header: Exthdr,
  field: string,
  node: SelectorExpr,
  ctx: CheckContext,
): Load | undefined {
  if (!Object.hasOwn(header.fields, field))
    return ctx.unread('syntax error, unexpected string', node.span);
  if (!needIpv6(ctx, node.span)) return undefined;
  const args = { op: 'ipv6', number: header.number, name, field } as const;
  return { ...fieldLoad(row, args, header.fields[field]!), span: node.span };
}

export const needIpv6 = (ctx: CheckContext, span: Span): boolean => ctx.needNetwork(NETWORK, span);

type Listing = Pick<
  KeyRow,
  'layer' | 'partType' | 'list' | 'json' | 'field' | 'at' | 'lower' | 'bytecode' | 'place' | 'read'
>;

export const extensionListing: Listing = {
  list: (load) => `${exthdrArgs(load).name} ${exthdrArgs(load).field}`,
  json: (load) => ({ exthdr: exthdrJson(load) }),
  layer: exthdrHooks.layer,
  partType: exthdrHooks.partType,
  field: exthdrHooks.field,
  at: exthdrHooks.at,
  lower: exthdrHooks.lower,
  place: exthdrHooks.place,
  read: exthdrHooks.read,
  bytecode: exthdrHooks.bytecode,
};

export function extensionRow(name: string, header: Exthdr): KeyRow {
  const row: KeyRow = {
    row: 'key',
    name,
    unstated: true,
    extension: { name, header },
    phrase: [word('field', Object.keys(header.fields))],
    check: (args, node, ctx) =>
      extensionField(row, name, header, (args.field as Word).text, node, ctx),
    jsonFields: {
      word: 'exthdr',
      names: Object.keys(header.fields),
      args: (field, from) => ({ field: from.word(field) }),
    },
    ...extensionListing,
  };
  return row;
}
