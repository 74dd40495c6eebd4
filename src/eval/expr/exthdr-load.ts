/**
 * Values in extension headers, options and chunks: found by number at run time, not at a fixed place.
 *
 * Owns what such loads have in common: presence, bits within the found header, lowering, bytecode.
 * Mirrors struct exthdr_desc of nft and nft_exthdr.c.
 */
import type { CheckContext } from '../check/context.ts';
import type { Load } from '../checked.ts';
import { exthdrPlace, readExthdr, writeExthdr } from '../engine/run/exthdr.ts';
import type { Json } from '../list/json.ts';
import { registerName } from '../lower/registers.ts';
import type { KeyRow } from '../row.ts';
import type { ValueType } from '../type/index.ts';
import { inetProto } from '../type/inet.ts';
import { boolean, integer } from '../type/integer.ts';

/** What the kernel walks: IPv6 extension headers, TCP or IPv4 options, SCTP chunks, DCCP options. */
export type ExthdrOp = 'ipv6' | 'tcpopt' | 'ipv4' | 'sctp' | 'dccp';

export interface ExthdrField {
  readonly offset: number;
  readonly bits: number;
  readonly type: ValueType;
}

export type ExthdrFields = Readonly<Record<string, ExthdrField>>;

/** A header, option or chunk by its number. */
export interface Exthdr {
  readonly number: number;
  readonly fields: ExthdrFields;
  /** The name that it lists by, where that is another. */
  readonly listed?: string;
  /** What the option as a whole, and its length, list as: one of several names for its parts. */
  readonly whole?: string;
  /** Other names that nft takes for it. */
  readonly also?: readonly string[];
}

export type FieldRow = readonly [name: string, offset: number, bits: number, type: ValueType];

export const exthdrFields = (rows: readonly FieldRow[]): ExthdrFields =>
  Object.fromEntries(rows.map(([name, offset, bits, type]) => [name, { offset, bits, type }]));

export interface ExthdrArgs {
  readonly op: ExthdrOp;
  readonly number: number;
  /** Bits from the start of the header. */
  readonly offset: number;
  readonly bits: number;
  /** Whether it is there, rather than what it says. */
  readonly present?: true;
  /** Names for listing; absent where none is known. */
  readonly name?: string;
  readonly field?: string;
}

export const exthdrArgs = (load: Load): ExthdrArgs => load.args as unknown as ExthdrArgs;

/** Whether a header is there. */
const presence = (row: KeyRow, args: Omit<ExthdrArgs, 'offset' | 'bits'>): Load => ({
  kind: 'load',
  row,
  args: { ...args, offset: 0, bits: 8, present: true },
  type: boolean,
  bits: 1,
  order: 'host',
});

/** The first field of each kind of header. */
const FIRST: Readonly<Record<Exclude<ExthdrOp, 'dccp'>, string>> = {
  ipv6: 'nexthdr',
  tcpopt: 'kind',
  ipv4: 'type',
  sctp: 'type',
};

/** A header without a field: whether it is there, and as an example of a type the first field. */
export function headerLoad(
  row: KeyRow,
  args: Omit<ExthdrArgs, 'offset' | 'bits'>,
  { isExample }: CheckContext,
): Load {
  if (!isExample) return presence(row, args);
  // nft does not keep the number of a DCCP option
  if (args.op === 'dccp')
    return { ...presence(row, { ...args, number: 1 }), type: integer, bits: 8, order: 'big' };
  const type = args.op === 'ipv6' ? inetProto : integer;
  return fieldLoad(row, { ...args, field: FIRST[args.op] }, { offset: 0, bits: 8, type });
}

export const fieldLoad = (
  row: KeyRow,
  args: Omit<ExthdrArgs, 'offset' | 'bits'>,
  { offset, bits, type }: ExthdrField,
): Load => ({
  kind: 'load',
  row,
  args: { ...args, offset, bits },
  type,
  bits,
  order: 'big',
});

/** The layer that they are of; nft does not look at chunks and DCCP's options so. */
const LAYERS = { ipv6: 'nh', ipv4: 'nh', tcpopt: 'th', sctp: undefined, dccp: undefined } as const;

/** IPv6's word is first in the kernel's text; the words of SCTP and DCCP are not there. */
const OP_TEXT: Readonly<Record<ExthdrOp, string>> = {
  ipv6: 'ipv6 ',
  tcpopt: 'tcpopt ',
  ipv4: 'ipv4 ',
  sctp: '',
  dccp: '',
};

type Hooks = Required<
  Pick<
    KeyRow,
    | 'init'
    | 'layer'
    | 'partType'
    | 'field'
    | 'at'
    | 'lower'
    | 'lowerStore'
    | 'bytecode'
    | 'place'
    | 'read'
    | 'write'
  >
>;

export const exthdrHooks: Hooks = {
  layer: (load) => LAYERS[exthdrArgs(load).op],
  // Whether it is there lists as what its first byte is.
  partType(load) {
    const { op, present } = exthdrArgs(load);
    if (!present) return undefined;
    return op === 'ipv6' ? inetProto : integer;
  },
  field: (load) => {
    const { offset, bits, present } = exthdrArgs(load);
    return present ? { offset: 0, bits: 8 } : { offset, bits };
  },
  at: (load, offset, bits) => ({ ...load, bits, args: { ...load.args, offset, bits } }),
  lower(load, dreg, to) {
    const { bits, ...args } = exthdrArgs(load);
    const len = Math.ceil(bits / 8);
    to.emit({ op: 'load', row: load.row, args: { ...args, bits: 8 * len }, dreg, len }, load.span);
  },
  lowerStore(load, sreg, to) {
    const args = exthdrArgs(load);
    to.emit({ op: 'store', row: load.row, args: { ...args }, sreg, len: args.bits / 8 }, load.span);
  },
  bytecode(op) {
    const { op: kind, number, offset, present } = op.args as unknown as ExthdrArgs;
    const place = `${op.len}b @ ${number} + ${offset / 8}`;
    if (op.op === 'store')
      return `exthdr write ${OP_TEXT[kind]}reg ${registerName(op.sreg ?? 0)} => ${place}`;
    const flag = present ? ' present' : '';
    return `exthdr load ${OP_TEXT[kind]}${place}${flag} => reg ${registerName(op.dreg)}`;
  },
  // nft_exthdr_tcp_set_init, nft_exthdr_select_ops
  init(op, family) {
    if (family === 'ip6' && op.args.op === 'ipv4') return 'EOPNOTSUPP';
    return op.op === 'store' && op.len !== 2 && op.len !== 4 ? 'EOPNOTSUPP' : undefined;
  },
  place: exthdrPlace,
  read: readExthdr,
  write: writeExthdr,
};

/** `{"name": "maxseg", "field": "size"}` */
export function exthdrJson(load: Load): Json {
  const { name, field, present } = exthdrArgs(load);
  return { name, ...(!present && { field }) };
}
