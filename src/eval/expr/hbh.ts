/** Hop-by-hop options of IPv6: `hbh nexthdr`. */
import { inetProto } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { extensionRow } from './extension.ts';
import { exthdrFields } from './exthdr-load.ts';

export const hbh = extensionRow('hbh', {
  number: 0,
  fields: exthdrFields([
    ['nexthdr', 0, 8, inetProto],
    ['hdrlength', 8, 8, integer],
  ]),
});
