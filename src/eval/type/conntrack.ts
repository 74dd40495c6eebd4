/** What connections have: state, direction, status, events, labels. */
import { hex, numeric, parseNumber, symbolic } from './define.ts';
import { bitmask, integer } from './integer.ts';
import type { ValueType } from './value-type.ts';

const flags = (
  name: string,
  description: string,
  id: number,
  table: Readonly<Record<string, number>>,
): ValueType =>
  symbolic({ name, description, id, bits: 32, base: bitmask, bitmask: true }, table, hex(0));

const states = flags('ct_state', 'conntrack state', 26, {
  invalid: 1,
  new: 8,
  established: 2,
  related: 4,
  untracked: 64,
});

export const ctState: ValueType = { ...states, testsInBraces: true };

export const ctStatus: ValueType = flags('ct_status', 'conntrack status', 28, {
  expected: 1,
  'seen-reply': 2,
  assured: 4,
  confirmed: 8,
  snat: 16,
  dnat: 32,
  dying: 512,
});

export const ctEvent: ValueType = flags('ct_event', 'conntrack event bits', 40, {
  new: 1,
  related: 2,
  destroy: 4,
  reply: 8,
  assured: 16,
  protoinfo: 32,
  helper: 64,
  mark: 128,
  seqadj: 256,
  secmark: 512,
  label: 1024,
});

export const ctDir: ValueType = symbolic(
  { name: 'ct_dir', description: 'conntrack direction', id: 27, bits: 8, base: integer },
  { original: 0, reply: 1 },
);

const LABEL_BITS = 128n;

/** The number of the only bit set; undefined where several or none are. */
function singleBit(value: bigint): number | undefined {
  const bit = value.toString(2).length - 1;
  return value !== 0n && value === 1n << BigInt(bit) ? bit : undefined;
}

/** A label is the number of a bit; names would come from connlabel.conf. */
export const ctLabel: ValueType = {
  ...numeric({
    name: 'ct_label',
    description: 'conntrack label',
    id: 30,
    bits: 128,
    base: bitmask,
    bitmask: true,
  }),
  parse: (text) => {
    const bit = parseNumber(text);
    if (bit === undefined) return `/etc/connlabel.conf: could not parse conntrack label "${text}"`;
    if (bit >= LABEL_BITS) return `${text}: bit ${text} out of range (${LABEL_BITS} max)`;
    return 1n << bit;
  },
  print: (value) => singleBit(value)?.toString() ?? hex(0)(value),
  json: (value) => singleBit(value) ?? hex(0)(value),
};
