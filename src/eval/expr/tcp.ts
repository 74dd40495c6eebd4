/** TCP: `tcp dport`, and its options: `tcp option maxseg size`. */
import { inetService, mptcpSubtype, tcpFlag } from '../type/inet.ts';
import { integer } from '../type/integer.ts';
import { type HeaderSpec, headerRow } from './header.ts';
import { type OptionField, type OptionSpec, optionFields, withOptions } from './option.ts';

const spec: HeaderSpec = {
  name: 'tcp',
  layer: 'th',
  numbers: { l4proto: [6] },
  checksum: { type: 1, at: 16 },
  format: { hidden: ['sequence', 'ackseq', 'doff', 'reserved', 'urgptr'] },
  fields: {
    sport: [0, 16, inetService],
    dport: [16, 16, inetService],
    sequence: [32, 32, integer],
    ackseq: [64, 32, integer],
    doff: [96, 4, integer],
    reserved: [100, 4, integer],
    flags: [104, 8, tcpFlag],
    window: [112, 16, integer],
    checksum: [128, 16, integer],
    urgptr: [144, 16, integer],
  },
};

const fields = (...more: OptionField[]) => optionFields([['length', 8, 8, integer], ...more]);

/** The nth block of a SACK option. */
const sack = (n: number) =>
  fields(['left', 16 + 64 * n, 32, integer], ['right', 48 + 64 * n, 32, integer]);

/** By name; where several have one number, the first is what it lists as. */
export const tcpOptions: OptionSpec['options'] = {
  eol: { number: 0, fields: {} },
  nop: { number: 1, fields: {} },
  maxseg: { number: 2, fields: fields(['size', 16, 16, integer]), also: ['mss'] },
  window: { number: 3, fields: fields(['count', 16, 8, integer]) },
  'sack-perm': { number: 4, fields: fields(), also: ['sack-permitted'] },
  sack: { number: 5, fields: sack(0) },
  sack0: { number: 5, fields: sack(0), listed: 'sack' },
  sack1: { number: 5, fields: sack(1), whole: 'sack' },
  sack2: { number: 5, fields: sack(2), whole: 'sack' },
  sack3: { number: 5, fields: sack(3), whole: 'sack' },
  timestamp: {
    number: 8,
    fields: fields(['tsval', 16, 32, integer], ['tsecr', 48, 32, integer]),
    also: ['echo'],
  },
  md5sig: { number: 19, fields: fields() },
  mptcp: { number: 30, fields: fields(['subtype', 16, 4, mptcpSubtype]) },
  fastopen: { number: 34, fields: fields() },
};

export const tcp = headerRow(spec, (_, header) =>
  withOptions(header, {
    op: 'tcpopt',
    tied: spec,
    raw: true,
    numbered: true,
    writable: true,
    options: tcpOptions,
  }),
);
