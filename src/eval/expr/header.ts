/**
 * Makes the row of a protocol header from the table of its fields.
 *
 * Owns everything that headers have in common: reading a field's name, requiring the protocol,
 * listing, JSON, loading and writing. Mirrors struct proto_desc and struct payload_expr of nft,
 * nft_payload.c of the kernel.
 */
import type { Args, Family, SelectorExpr, Word } from '../../parser/ast.ts';
import { type Phrase, word } from '../../parser/phrase.ts';
import type { CheckContext } from '../check/context.ts';
import type { Layer, Numbering, Protocol, Tunnel } from '../check/protocol.ts';
import type { Load } from '../checked.ts';
import { payloadPlace, payloadSource, readPayload } from '../engine/run/payload.ts';
import { writePayload } from '../engine/run/payload-write.ts';
import type { Op } from '../ir.ts';
import type { Json } from '../list/json.ts';
import { registerName } from '../lower/registers.ts';
import type { Lowering } from '../lower.ts';
import type { Field, KeyRow } from '../row.ts';
import type { ValueType } from '../type/index.ts';

export interface FieldOptions {
  /** The message types that have this field, for ICMP. */
  readonly messages?: readonly number[];
  /** Part of the pseudo header of the checksums above: writing it changes them. */
  readonly pseudo?: true;
  /** Its value names the protocol that follows. */
  readonly next?: Numbering;
  /** The word that rules say it by, where it lists by another. */
  readonly word?: string;
}

/** Bit offset and length in the header, type of the value. */
export type HeaderField = readonly [
  offset: number,
  bits: number,
  type: ValueType,
  options?: FieldOptions,
];

export interface HeaderSpec extends Protocol {
  readonly fields: Readonly<Record<string, HeaderField>>;
  /** How `nft monitor trace` shows it: fields that it leaves out (the checksum aside), and that come first. */
  readonly format?: { readonly hidden?: readonly string[]; readonly first?: readonly string[] };
  /** The kernel writes it in whole 16-bit words only. */
  readonly paired?: true;
  /** The kernel's NFT_PAYLOAD_CSUM_*, and the byte where the checksum lies. */
  readonly checksum?: { readonly type: number; readonly at: number };
  /** Where nft before 1.0 looks for it at the start of the frame, and asks for none. */
  readonly straysIn?: readonly Family[];
  /** What nft told the kernel of it before 1.1, where that was something else. */
  readonly oldChecksum?: { readonly type: number; readonly at: number };
}

/** Arguments of a load of packet bytes. */
export interface PayloadArgs {
  readonly layer: Layer;
  /** Bits from the start of the layer. */
  readonly offset: number;
  readonly bits: number;
  /** The name of the field; absent for bytes that are none. */
  readonly field?: string;
  readonly tunnel?: Tunnel;
}

export const payloadArgs = (load: Load): PayloadArgs => load.args as unknown as PayloadArgs;

export const LAYER_NAMES: Readonly<Record<Layer, string>> = {
  ll: 'link header',
  nh: 'network header',
  th: 'transport header',
  ih: 'inner header',
  tun: 'tunnel header',
};

/** `inner type 1 hdrsize 8 flags f [ … ]` */
export const innerText = (tunnel: Tunnel, op: string): string =>
  `inner type ${tunnel.type} hdrsize ${tunnel.headerSize} flags ${tunnel.flags.toString(16)} [ ${op} ]`;

/** A row that reads bytes of a layer, and says which of them. */
export interface PayloadRow extends KeyRow {
  readonly spec: HeaderSpec;
  /** A load of the field at these bits of the layer (of `message`); undefined where none lies there. */
  fieldAt(like: Load, offset: number, bits: number, message?: number): Load | undefined;
}

const isFieldOf = (spec: HeaderSpec, name: string): HeaderField | undefined =>
  Object.hasOwn(spec.fields, name) ? spec.fields[name] : undefined;

function loadField(
  row: KeyRow,
  spec: HeaderSpec,
  name: string,
  shift: number,
  node: SelectorExpr,
  ctx: CheckContext,
): Load {
  const [offset, bits, type] = spec.fields[name]!;
  const outer = { layer: spec.layer, offset: offset + shift, bits, field: name };
  const args = ctx.tunnel ? { ...outer, tunnel: ctx.tunnel } : outer;
  return { kind: 'load', row, args, type, bits, order: 'big', span: node.span };
}

export function checkField(
  row: KeyRow,
  spec: HeaderSpec,
  name: string,
  node: SelectorExpr,
  ctx: CheckContext,
): Load | undefined {
  const field = isFieldOf(spec, name);
  if (!field) return ctx.unread('syntax error, unexpected string', node.span);
  const strays = ctx.scope.kernel?.nftStraysInFrames && spec.straysIn?.includes(ctx.family);
  const shift = strays ? 0 : ctx.need(spec, node.span);
  if (shift === undefined) return undefined;
  const messages = field[3]?.messages;
  if (messages && !ctx.needMessage(spec, messages, node.span)) return undefined;
  return loadField(row, spec, name, shift, node, ctx);
}

const payloadText = (args: PayloadArgs, len: number): string =>
  `${len}b @ ${LAYER_NAMES[args.layer]} + ${args.offset / 8}`;

/** `payload load 2b @ transport header + 2 => reg 1`, `payload write reg 1 => …` */
export function payloadBytecode(op: Extract<Op, { op: 'load' | 'store' }>): string {
  const args = op.args as unknown as PayloadArgs;
  if (op.op === 'load') {
    const text = `payload load ${payloadText(args, op.len)} => reg ${registerName(op.dreg)}`;
    return args.tunnel ? innerText(args.tunnel, text) : text;
  }
  const sum = op.args as unknown as { csumType: number; csumOffset: number; csumFlags: number };
  const register = registerName(op.sreg ?? 0);
  return (
    `payload write reg ${register} => ${payloadText(args, op.len)} ` +
    `csum_type ${sum.csumType} csum_off ${sum.csumOffset} csum_flags 0x${sum.csumFlags.toString(16)}`
  );
}

type ChecksumSpec = Pick<HeaderSpec, 'checksum' | 'oldChecksum' | 'paired' | 'fields'>;

/** What the kernel is told of the checksums that a written field is part of. */
function checksumArgs(
  spec: ChecksumSpec,
  { field, layer }: PayloadArgs,
  kernel: Lowering['kernel'],
): Record<string, number> {
  const options = field === undefined ? undefined : spec.fields[field]?.[3];
  if (spec.oldChecksum && kernel?.nftSumsUdp) {
    return { csumType: spec.oldChecksum.type, csumOffset: spec.oldChecksum.at, csumFlags: 0 };
  }
  return {
    csumType: spec.checksum?.type ?? 0,
    csumOffset: spec.checksum?.at ?? 0,
    csumFlags: options?.pseudo || isSummed(layer) ? 1 : 0,
  };
}

/** What a transport header carries is in that header's checksum. */
const isSummed = (layer: Layer): boolean => layer === 'ih';

type PayloadHooks = Pick<
  KeyRow,
  | 'field'
  | 'at'
  | 'lower'
  | 'lowerStore'
  | 'bytecode'
  | 'init'
  | 'place'
  | 'source'
  | 'read'
  | 'write'
>;

/** What nft_payload takes as the offset of a byte (up to Linux 6.12) ends here. */
const OFFSETS = 256;

/** The members that loads of packet bytes have in common, named fields or not. */
export function payloadHooks(spec: ChecksumSpec): Required<PayloadHooks> {
  return {
    field(load): Field {
      const { layer, offset, bits, field, tunnel } = payloadArgs(load);
      const next = field !== undefined && spec.fields[field]?.[3]?.next !== undefined;
      const summed = spec.checksum !== undefined || isSummed(layer);
      const paired = summed || (spec.paired && 'kernel');
      const base = tunnel ? `${tunnel.name} ${layer}` : layer;
      return { base, offset, bits, next, paired };
    },
    at: (load, offset, bits) => ({ ...load, bits, args: { ...load.args, offset, bits } }),
    lower(load, dreg, to) {
      const { bits } = payloadArgs(load);
      const len = Math.ceil(bits / 8);
      const args = bits === 8 * len ? load.args : { ...load.args, bits: 8 * len };
      to.emit({ op: 'load', row: load.row, args, dreg, len }, load.span);
    },
    lowerStore(load, sreg, to) {
      const { field: _, ...args } = payloadArgs(load);
      const sum = checksumArgs(spec, payloadArgs(load), to.kernel);
      const len = args.bits / 8;
      to.emit({ op: 'store', row: load.row, args: { ...args, ...sum }, sreg, len });
    },
    bytecode: (op) => payloadBytecode(op),
    init: (op) =>
      (op.args as unknown as PayloadArgs).offset >= OFFSETS * 8 ? 'ERANGE' : undefined,
    place: payloadPlace,
    source: payloadSource,
    read: readPayload,
    write: writePayload,
  };
}

/** `vxlan ` before what is read from inside a tunnel. */
export const tunnelPrefix = (args: PayloadArgs): string =>
  args.tunnel ? `${args.tunnel.name} ` : '';

/** Whether a message of this type has the field; any may where the type is not known. */
export const isOfMessage = ([, , , options]: HeaderField, message: number | undefined): boolean =>
  message === undefined || options?.messages?.includes(message) !== false;

function nameAt(
  spec: HeaderSpec,
  offset: number,
  bits: number,
  message?: number,
): string | undefined {
  const lies = (field: HeaderField) =>
    field[0] === offset && field[1] === bits && isOfMessage(field, message);
  return Object.keys(spec.fields).find((name) => lies(spec.fields[name]!));
}

/** `own`: what a header with more syntax than its fields does otherwise. */
export function headerRow(
  spec: HeaderSpec,
  own: (row: () => PayloadRow, header: PayloadRow) => Partial<PayloadRow> = () => ({}),
): PayloadRow {
  const names = Object.keys(spec.fields);
  const wordOf = (name: string): string => spec.fields[name]?.[3]?.word ?? name;
  const written = new Map(names.map((name) => [wordOf(name), name]));
  const phrase: Phrase = [word('field', [...written.keys()])];
  const header: PayloadRow = {
    row: 'key',
    name: spec.name,
    phrase,
    spec,
    protocol: spec,
    check(args: Args, node, ctx) {
      const { text } = args.field as Word;
      return checkField(row, spec, written.get(text) ?? '', node, ctx);
    },
    names(load) {
      const numbering = spec.fields[payloadArgs(load).field ?? '']?.[3]?.next;
      return numbering && { numbering };
    },
    ...(!spec.carrier && { inside: spec.layer === 'll' ? 'frame' : 'packet' }),
    layer: (load) => (payloadArgs(load).field === undefined ? undefined : spec.layer),
    list: (load) => `${tunnelPrefix(payloadArgs(load))}${spec.name} ${payloadArgs(load).field}`,
    json: (load) => ({ payload: fieldJson(load, spec.name, payloadArgs(load).field!) }),
    jsonFields: {
      word: 'payload',
      names,
      args: (field, from) => ({ field: from.word(wordOf(field)) }),
    },
    ...payloadHooks(spec),
    fieldAt(like, offset, bits, message) {
      const name = nameAt(spec, offset, bits, message);
      if (name === undefined) return undefined;
      const type = spec.fields[name]![2];
      return { ...like, row, type, bits, args: { ...like.args, offset, bits, field: name } };
    },
  };
  const row: PayloadRow = { ...header, ...own(() => row, header) };
  return row;
}

export function fieldJson(load: Load, protocol: string, field: string): Json {
  const { tunnel } = payloadArgs(load);
  return { ...(tunnel && { tunnel: tunnel.name }), protocol, field };
}

/** The tunnel that a load looks into. */
export const tunnelOf = (load: Load): Tunnel | undefined =>
  (load.args as { tunnel?: Tunnel }).tunnel;
