/** Whether an extension header of IPv6 is there: `exthdr frag exists`. */
import type { Word } from '../../parser/ast.ts';
import { choice } from '../../parser/phrase.ts';
import type { KeyRow } from '../row.ts';
import { extensionListing, needIpv6 } from './extension.ts';
import { exthdrArgs, headerLoad } from './exthdr-load.ts';

const NUMBERS: Readonly<Record<string, number>> = { hbh: 0, rt: 43, frag: 44, dst: 60, mh: 135 };

export const exthdr: KeyRow = {
  row: 'key',
  name: 'exthdr',
  unstated: true,
  phrase: [choice('header', ...Object.keys(NUMBERS))],
  check(args, node, ctx) {
    if (!needIpv6(ctx, node.span)) return undefined;
    const name = (args.header as Word).text;
    const load = headerLoad(exthdr, { op: 'ipv6', number: NUMBERS[name]!, name }, ctx);
    return { ...load, span: node.span };
  },
  ...extensionListing,
  list(load) {
    const { name, field } = exthdrArgs(load);
    return field === undefined ? `exthdr ${name}` : `${name} ${field}`;
  },
};
