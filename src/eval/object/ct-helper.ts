/** Named helpers of connection tracking. Mirrors nft_ct.c (nft_ct_helper_obj). */
import { helperOf } from '../../datapath/conntrack/helper/index.ts';
import type { Family } from '../../parser/ast.ts';
import { kw, quoted } from '../../parser/phrase.ts';
import { wordOf } from '../check/arg.ts';
import { ctHelperState } from '../engine/run/ct-object.ts';
import {
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

export const ctHelper: ObjectRow<CtHelperArgs> = {
  row: 'object',
  name: 'ct helper',
  plural: 'ct helpers',
  ofTable: true,
  id: 3,
  bare: false,
  lines: [[kw('type'), quoted('type'), ...l4protoLine], l3protoLine],
  check(args, _span, ctx) {
    const protocol = l4protoOf(args);
    const type = wordOf(args, 'type')?.text ?? '';
    return { type, ...l3protoArgs(args, ctx), ...(protocol && { protocol }) };
  },
  list: ({ type, protocol, l3proto }) => [
    `type "${type}" protocol ${protocol}`,
    `l3proto ${l3proto}`,
  ],
  json: ({ type, protocol, l3proto }) => ({ type, protocol, l3proto }),
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
    return protocol && isKnown(type, L4_NUMBERS[protocol], l3proto) ? undefined : 'ENOENT';
  },
  state: ctHelperState,
};

/** IPv4 in a table of IPv6, or the other way round. */
const isOther = (l3proto: Family, table: Family): boolean =>
  l3proto !== table && L3.includes(l3proto) && L3.includes(table);

const L3: readonly Family[] = ['ip', 'ip6'];

/** The kernel has such a helper for the family; `inet` is content with either. */
function isKnown(type: string, protocol: number, family: Family): boolean {
  const families = family === 'inet' ? [NFPROTO.ip, NFPROTO.ip6] : [NFPROTO[family]];
  return families.some((f) => helperOf(type, protocol, f) !== undefined);
}
