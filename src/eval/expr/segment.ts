/**
 * Routing headers of IPv6 by type: `rt0 addr[1]`, `rt2 addr`, `srh sid[1]`. They list as fields of
 * the segment routing header where those lie at the same place.
 */
import type { Choice, NumberWord } from '../../parser/ast.ts';
import { alt, kw, num, type Phrase } from '../../parser/phrase.ts';
import type { KeyRow } from '../row.ts';
import { ipv6Addr } from '../type/address.ts';
import { integer, untyped } from '../type/integer.ts';
import { extensionField, extensionListing } from './extension.ts';
import { type Exthdr, exthdrFields, type FieldRow } from './exthdr-load.ts';

/** The kernel's number of routing headers. */
export const ROUTING = 43;
const FIXED_BITS = 64;
/** Of more nft does not know what they are. */
const TYPED_ADDRESSES = 2;
const MAX_ADDRESSES = 16;

const address = (name: string, n: number): FieldRow => [
  name,
  FIXED_BITS + 128 * (n - 1),
  128,
  n > TYPED_ADDRESSES ? untyped : ipv6Addr,
];

const numbered = (name: string): FieldRow[] =>
  Array.from({ length: MAX_ADDRESSES }, (_, i) => address(`${name}[${i + 1}]`, i + 1));

const indexed = (word: string): Phrase => [kw(word), kw('['), num('index'), kw(']')];

function segmentRow(name: string, listed: string, header: Exthdr, phrase: Phrase): KeyRow {
  const row: KeyRow = {
    row: 'key',
    unstated: true,
    name,
    extension: { name, header },
    phrase,
    check(args, node, ctx) {
      const what = args.what as Choice;
      const index = what.args.index as NumberWord | undefined;
      const field = index ? `${what.which}[${index.value}]` : what.which;
      const load = extensionField(row, name, header, field, node, ctx);
      if (ctx.isExample) return load;
      const known =
        load && Object.entries(segments.fields).find(([, f]) => f.offset === load.args.offset);
      return known ? { ...load, args: { ...load.args, name: listed, field: known[0] } } : load;
    },
    jsonFields: {
      word: 'exthdr',
      names: Object.keys(header.fields),
      args(field, from) {
        const [, which = field, index] = /^(.*)\[(\d+)\]$/.exec(field) ?? [];
        const parts = index === undefined ? {} : { index: from.number(Number(index)) };
        return { what: from.choice(which, parts) };
      },
    },
    ...extensionListing,
  };
  return row;
}

const segments: Exthdr = {
  number: ROUTING,
  fields: exthdrFields([
    ['last-entry', 32, 8, integer],
    ['flags', 40, 8, integer],
    ['tag', 48, 16, integer],
    ...numbered('sid'),
  ]),
};

export const srh = segmentRow('srh', 'srh', segments, [
  alt('what', {
    'last-entry': [kw('last-entry')],
    flags: [kw('flags')],
    tag: [kw('tag')],
    sid: indexed('sid'),
  }),
]);

export const rt0 = segmentRow(
  'rt0',
  'srh',
  { number: ROUTING, fields: exthdrFields(numbered('addr')) },
  [alt('what', { addr: indexed('addr') })],
);

export const rt2 = segmentRow(
  'rt2',
  'srh',
  { number: ROUTING, fields: exthdrFields([address('addr', 1)]) },
  [alt('what', { addr: [kw('addr')] })],
);
