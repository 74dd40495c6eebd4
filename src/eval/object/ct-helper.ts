/** Named helpers of connection tracking. Mirrors nft_ct.c (nft_ct_helper_obj). */
import { helperOf } from '../../datapath/conntrack/helper/index.ts';
import type { Family } from '../../parser/ast.ts';
import { kw, quoted } from '../../parser/phrase.ts';
import { wordOf } from '../check/arg.ts';
import { ctHelperState } from '../engine/run/ct-object.ts';
import { UNTRACKED } from '../expr/placement.ts';
import {
  familiesOf,
  L4_NUMBERS,
  type L4Protocol,
  l3protoArgs,
  l3protoLine,
  l4protoLine,
  l4protoOf,
  NFPROTO,
  protocolsFromJson,
  type TakesL3proto,
} from './ct-part.ts';
import type { ObjectRow } from './row.ts';

export type CtHelperArgs = TakesL3proto & {
  /** The helper's name in the kernel: `ftp`. */
  readonly type: string;
  readonly protocol?: L4Protocol;
};

/** Of the kernel's name, with the byte that ends it. */
const MAX_NAME = 16;
const ONCE = 'You can only specify this once. This statement is';

export const ctHelper: ObjectRow<CtHelperArgs> = {
  row: 'object',
  name: 'ct helper',
  plural: 'ct helpers',
  ofTable: true,
  id: 3,
  bare: false,
  lines: [[kw('type'), quoted('type'), ...l4protoLine], l3protoLine],
  wrong(line, before) {
    const type = wordOf(line, 'type');
    if (!type) return undefined;
    const earlier = wordOf(before, 'type')?.text;
    const { text, span } = type;
    if (earlier !== undefined) return { message: `${ONCE} already set for ${earlier}.`, span };
    const long = `invalid name '${text}', max length is ${MAX_NAME}\n`;
    return text.length < MAX_NAME ? undefined : { message: long, span };
  },
  check(args, _span, ctx) {
    const protocol = l4protoOf(args);
    const type = wordOf(args, 'type')?.text ?? '';
    return { type, ...l3protoArgs(args, ctx), ...(protocol && { protocol }) };
  },
  list: ({ type, protocol, l3proto }) => [
    `type "${type}" protocol ${protocol}`,
    `l3proto ${listedFamily(type, protocol, l3proto)}`,
  ],
  json: ({ type, protocol, l3proto }) => ({
    type,
    protocol,
    l3proto: listedFamily(type, protocol, l3proto),
  }),
  fromJson: {
    list: ['name', 'plural'],
    read(value, from) {
      const protocols = protocolsFromJson('ct helper', value, from);
      return protocols && { ...protocols, ...from.parts(value, { type: 'string' }) };
    },
  },
  bytecode({ type, protocol, l3proto, unsaid }) {
    const number = protocol ? L4_NUMBERS[protocol] : 0;
    return `ct_helper name ${type} family ${unsaid ? 0 : NFPROTO[l3proto]} protocol ${number}`;
  },
  refuses({ type, protocol, l3proto }, family) {
    if (type === '') return 'ERANGE';
    if (isOther(l3proto, family)) return 'EINVAL';
    if (familiesOf(l3proto).length === 0) return protocol ? 'EAFNOSUPPORT' : 'ENOENT';
    if (!protocol || familiesWith(type, protocol, l3proto).length === 0) return 'ENOENT';
    return UNTRACKED.includes(family) ? 'EPROTO' : undefined;
  },
  state: ctHelperState,
};

/** IPv4 in a table of IPv6, or the other way round. */
const isOther = (l3proto: Family, table: Family): boolean =>
  l3proto !== table && L3.includes(l3proto) && L3.includes(table);

const L3: readonly Family[] = ['ip', 'ip6'];

/** The families that the kernel has such a helper for, of those that the object is for. */
const familiesWith = (type: string, protocol: L4Protocol, l3proto: Family): Family[] =>
  familiesOf(l3proto).filter((f) => helperOf(type, L4_NUMBERS[protocol], NFPROTO[f]) !== undefined);

/** The kernel tells of an object with helpers of both families, or of one. */
function listedFamily(type: string, protocol: L4Protocol | undefined, l3proto: Family): Family {
  const families = protocol ? familiesWith(type, protocol, l3proto) : [];
  return families.length === 1 ? families[0]! : 'inet';
}
