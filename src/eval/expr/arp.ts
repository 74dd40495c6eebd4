/** ARP for Ethernet and IPv4: `arp operation`, `arp saddr ip`. */
import { alt, choice, word } from '../../parser/phrase.ts';
import { choiceOf, wordOf } from '../check/arg.ts';
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

const names = Object.keys(spec.fields);
/** The two addresses say of which layer they are. */
const sides = ['saddr', 'daddr'];
const plain = names.filter((name) => !name.includes(' '));

export const arp = headerRow(spec, (row) => ({
  inside: 'frame',
  phrase: [
    alt('form', {
      address: [choice('field', ...sides), choice('layer', 'ether', 'ip')],
      plain: [word('field', plain)],
    }),
  ],
  check(args, node, ctx) {
    const form = choiceOf(args, 'form')!.args;
    const parts = [wordOf(form, 'field'), wordOf(form, 'layer')];
    const name = parts.flatMap((word) => word?.text ?? []).join(' ');
    return checkField(row(), spec, name, node, ctx);
  },
  jsonFields: {
    word: 'payload',
    names,
    args(name, from) {
      const [field = name, layer] = name.split(' ');
      const words = {
        field: from.word(field),
        ...(layer !== undefined && { layer: from.word(layer) }),
      };
      return { form: from.choice(layer === undefined ? 'plain' : 'address', words) };
    },
  },
}));
