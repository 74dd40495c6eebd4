/** Mobility headers of IPv6: `mh type`. */
import { inetProto, mhType } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { extensionRow } from './extension.ts';
import { exthdrFields } from './exthdr-load.ts';

export const mh = extensionRow('mh', {
  number: 135,
  fields: exthdrFields([
    ['nexthdr', 0, 8, inetProto],
    ['hdrlength', 8, 8, integer],
    ['type', 16, 8, mhType],
    ['reserved', 24, 8, integer],
    ['checksum', 32, 16, integer],
  ]),
});
