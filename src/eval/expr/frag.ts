/** Fragments of IPv6: `frag id`. */
import { inetProto } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { extensionRow } from './extension.ts';
import { exthdrFields } from './exthdr-load.ts';

export const frag = extensionRow('frag', {
  number: 44,
  fields: exthdrFields([
    ['nexthdr', 0, 8, inetProto],
    ['reserved', 8, 8, integer],
    ['frag-off', 16, 13, integer],
    ['reserved2', 29, 2, integer],
    ['more-fragments', 31, 1, integer],
    ['id', 32, 32, integer],
  ]),
});
