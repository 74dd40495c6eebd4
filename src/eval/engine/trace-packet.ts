/**
 * The headers of a traced packet in words, as `nft monitor trace` prints them.
 *
 * Walks the header rows: each says where its fields lie, which are left out, and by which field it
 * names what it carries. Mirrors trace_print_packet and trace_gen_stmts of nft's netlink.c, and
 * nf_trace_fill_pkt_info of the kernel.
 */
import { LOOPBACK_IFINDEX } from '../../datapath/device.ts';
import {
  DATA,
  END,
  ETH_P_ARP,
  IIF,
  L4PROTO,
  LL,
  NFPROTO_ARP,
  NH,
  NONE,
  type Packet,
  PF,
  TH,
  VLAN_PROTO,
  VLAN_TCI,
} from '../../datapath/packet.ts';
import type { Family } from '../../parser/ast.ts';
import type { Numbering } from '../check/protocol.ts';
import type { HeaderField, PayloadRow } from '../expr/header.ts';
import { keyRows } from '../expr/index.ts';
import { raw } from '../expr/raw.ts';
import { th } from '../expr/th.ts';
import type { KeyRow } from '../row.ts';
import type { NameScope, ValueType } from '../type/index.ts';
import { linkReader } from './run/payload.ts';

/** What the kernel sends along of each header (NFT_TRACETYPE_*_HSIZE). */
const LINK_SIZE = 20;
const NETWORK_SIZE = 40;
const TRANSPORT_SIZE = 20;
const ETHER_SIZE = 14;
const VLAN_ETHER_SIZE = 18;
const PORT_BITS = 16;

const headers = keyRows.filter((row: KeyRow): row is PayloadRow => 'fieldAt' in row);

const numbered = (numbering: Numbering, number: number): PayloadRow | undefined =>
  headers.find((row) => row.spec.numbers[numbering]?.includes(number));

/** A field with its value, and whether it names the header that follows. */
interface Shown {
  readonly row: PayloadRow;
  readonly name: string;
  readonly text: string;
  readonly naming: boolean;
}

/** The bytes of a layer that are sent along, and the fields found in them. */
class Layer {
  readonly shown: Shown[] = [];
  /** The header that the last naming field names. */
  next: PayloadRow | undefined;
  private readonly bytes: Uint8Array;
  private readonly scope: NameScope;
  private at = 0;

  constructor(bytes: Uint8Array, scope: NameScope) {
    this.bytes = bytes;
    this.scope = scope;
  }

  get isEmpty(): boolean {
    return this.bytes.length === 0;
  }

  /** Takes the fields of a header, then of those stacked behind it at this layer. */
  expand(row: PayloadRow): void {
    const start = this.at;
    this.next = undefined;
    const own: Shown[] = [];
    for (const [name, field] of Object.entries(row.spec.fields)) {
      if (this.at >= this.bytes.length * 8) break;
      if (start + field[0] === this.at) this.take(row, name, field, own);
    }
    this.shown.push(...inOrder(own, row.spec.format?.first ?? []));
    const { next } = this as { readonly next: PayloadRow | undefined };
    if (next?.spec.layer === row.spec.layer) this.expand(next);
  }

  private take(row: PayloadRow, name: string, field: HeaderField, own: Shown[]): void {
    const [, bits, type, options] = field;
    const length = Math.min(bits, this.bytes.length * 8 - this.at);
    const value = bitsAt(this.bytes, this.at, length);
    this.at += length;
    if (options?.next) this.next = numbered(options.next, Number(value));
    const { format, checksum } = row.spec;
    if (format?.hidden?.includes(name) || checksum?.at === field[0] / 8) return;
    const naming = options?.next !== undefined;
    own.push({ row, name, text: this.valueText(type, value, bits), naming });
  }

  private valueText(type: ValueType, value: bigint, bits: number): string {
    const text = type.print(value, bits, this.scope, {});
    return type.bitmask ? `== ${text}` : text;
  }
}

/** The fields that come first, then the others; where one of those is cut off nothing follows. */
function inOrder(fields: readonly Shown[], first: readonly string[]): Shown[] {
  const shown: Shown[] = [];
  for (const name of first) {
    const field = fields.find((f) => f.name === name);
    if (!field) return shown;
    shown.push(field);
  }
  return [...shown, ...fields.filter(({ name }) => !first.includes(name))];
}

function bitsAt(bytes: Uint8Array, at: number, length: number): bigint {
  let value = 0n;
  for (let i = at; i < at + length; i++) {
    value = (value << 1n) | BigInt((bytes[i >> 3]! >> (7 - (i & 7))) & 1);
  }
  return value;
}

/** `ether saddr … ip saddr … tcp dport …` */
export function headersText(p: Packet, family: Family, scope: NameScope): string {
  const { b, m } = p;
  const link = new Layer(linkBytes(p), scope);
  const network = new Layer(networkBytes(p), scope);
  const transport = new Layer(
    m[L4PROTO] === NONE ? new Uint8Array(0) : b.subarray(m[TH]!, transportEnd(p)),
    scope,
  );
  if (!link.isEmpty && linkIsKnown(p, family)) link.expand(numbered('arphrd', 1)!);
  const pf = m[PF]!;
  const known =
    pf === NFPROTO_ARP ? numbered('ethertype', ETH_P_ARP) : (numbered('nfproto', pf) ?? link.next);
  if (known && !network.isEmpty) network.expand(known);
  const reached = network.shown.length > 0 && !transport.isEmpty;
  const rest = reached ? expandTransport(transport, network.next, family, p) : [];
  const unnamed = network.shown.length > 0 ? undefined : link.shown.findLast((f) => f.naming);
  const linkShown = link.shown.filter((f) => !f.naming || f === unnamed);
  const own = family === 'ip' || family === 'ip6';
  const named = own && network.next !== undefined && reached;
  const networkShown = named ? network.shown.filter((f) => !f.naming) : network.shown;
  const texts = [...linkShown, ...networkShown, ...transport.shown].map(
    ({ row, name, text }) => `${row.spec.name} ${name} ${text}`,
  );
  return [...texts, ...rest].map((text) => `${text} `).join('');
}

/** proto_dev_desc: outside of bridges it is the device it came in by that tells, and only Ethernet is known. */
const linkIsKnown = ({ m }: Packet, family: Family): boolean =>
  family === 'bridge' || (m[IIF] !== 0 && m[IIF] !== LOOPBACK_IFINDEX);

/**
 * Of a protocol that has no row nft names bytes without knowing of what only where they are as many as
 * a port takes; where the network header says what they are of, these are mere bytes.
 */
function expandTransport(
  transport: Layer,
  row: PayloadRow | undefined,
  family: Family,
  p: Packet,
): string[] {
  const start = p.m[TH]!;
  const bits = (transportEnd(p) - start) * 8;
  if (row) transport.expand(row);
  else if (bits !== PORT_BITS) return [];
  else if (family !== 'ip' && family !== 'ip6') transport.expand(th);
  else return [`${raw.name}th,0,${bits} ${bitsAt(p.b.subarray(start), 0, bits)}`];
  return [];
}

const transportEnd = ({ m }: Packet): number => Math.min(m[END]!, m[TH]! + TRANSPORT_SIZE);

function networkBytes({ b, m }: Packet): Uint8Array {
  const end = m[L4PROTO] === NONE ? m[END]! : m[TH]!;
  return b.subarray(m[NH]!, Math.max(m[NH]!, Math.min(end, m[NH]! + NETWORK_SIZE, m[END]!)));
}

const tagged = new Uint8Array(VLAN_ETHER_SIZE + 2);

/** The header before the packet's data, an out-of-band tag in its place. */
function linkBytes(p: Packet): Uint8Array {
  const { b, m } = p;
  if (m[LL] === NONE) return b.subarray(0, 0);
  if (m[VLAN_PROTO] === 0 || m[VLAN_TCI] === 0) {
    return b.subarray(m[LL]!, Math.min(m[DATA]!, m[LL]! + LINK_SIZE));
  }
  if (m[DATA]! - m[LL]! !== ETHER_SIZE) return b.subarray(0, 0);
  const read = linkReader(0, VLAN_ETHER_SIZE);
  return read(p, tagged, 0) ? tagged.subarray(0, VLAN_ETHER_SIZE) : b.subarray(0, 0);
}
