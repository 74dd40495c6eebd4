/** ARP for Ethernet and IPv4: `arp operation`, `arp saddr ip`. */
import type { Word } from '../../parser/ast.ts';
import { choice, opt, word } from '../../parser/phrase.ts';
import { etherAddr, ipv4Addr } from '../type/address.ts';
import { arpOp, etherType } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { checkField, type HeaderSpec, headerRow } from './header.ts';

const spec: HeaderSpec = {
  name: 'arp',
  layer: 'nh',
  numbers: { ethertype: [0x0806] },
  format: {
    hidden: [
      'htype',
      'ptype',
      'hlen',
      'plen',
      'saddr ether',
      'saddr ip',
      'daddr ether',
      'daddr ip',
    ],
  },
  fields: {
    htype: [0, 16, integer],
    ptype: [16, 16, etherType],
    hlen: [32, 8, integer],
    plen: [40, 8, integer],
    operation: [48, 16, arpOp],
    'saddr ether': [64, 48, etherAddr],
    'saddr ip': [112, 32, ipv4Addr],
    'daddr ether': [144, 48, etherAddr],
    'daddr ip': [192, 32, ipv4Addr],
  },
};

/** The two addresses say of which layer they are. */
const words = [...new Set(Object.keys(spec.fields).map((name) => name.split(' ')[0]!))];

export const arp = headerRow(spec, (row) => ({
  phrase: [word('field', words), opt(choice('address', 'ether', 'ip'))],
  check(args, node, ctx) {
    const address = args.address as Word | undefined;
    const name = (args.field as Word).text + (address ? ` ${address.text}` : '');
    return checkField(row(), spec, name, node, ctx);
  },
  jsonFields: {
    word: 'payload',
    names: Object.keys(spec.fields),
    args(name, from) {
      const [field = name, address] = name.split(' ');
      return {
        field: from.word(field),
        ...(address !== undefined && { address: from.word(address) }),
      };
    },
  },
}));
