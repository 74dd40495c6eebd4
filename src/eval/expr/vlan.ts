/** 802.1Q tags: `vlan id`. */
import type { Word } from '../../parser/ast.ts';
import { word } from '../../parser/phrase.ts';
import { etherType } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { checkField, type HeaderSpec, headerRow } from './header.ts';

const spec: HeaderSpec = {
  name: 'vlan',
  layer: 'll',
  numbers: { ethertype: [0x8100, 0x88a8] },
  carries: { numbering: 'ethertype', by: ['vlan', 'field', 'type'] },
  bits: 32,
  paired: true,
  fields: {
    pcp: [0, 3, integer],
    dei: [3, 1, integer],
    id: [4, 12, integer],
    type: [16, 16, etherType, { next: 'ethertype' }],
  },
};

/** The bit's older name. */
const CFI = 'cfi';

export const vlan = headerRow(spec, (row) => ({
  phrase: [word('field', [...Object.keys(spec.fields), CFI])],
  check(args, node, ctx) {
    const { text } = args.field as Word;
    return checkField(row(), spec, text === CFI ? 'dei' : text, node, ctx);
  },
}));
