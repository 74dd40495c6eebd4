/**
 * Bytes of the packet's headers overwritten, and the checksums over them mended.
 *
 * Mirrors nft_payload_set_eval of nft_payload.c.
 */
import { half, putHalf } from '../../../datapath/address.ts';
import { crc32c, sumBytes } from '../../../datapath/checksum.ts';
import {
  END,
  FLAG_CSUM_COMPLETE,
  FLAG_CSUM_OK,
  FLAG_CSUM_STALE,
  FLAGS,
  FRAGOFF,
  L4PROTO,
  LL,
  NH,
  NONE,
  type Packet,
  TH,
  VLAN_PROTO,
  VLAN_TCI,
} from '../../../datapath/packet.ts';
import type { KernelProfile } from '../../../datapath/profile.ts';
import type { OpArgs } from '../../ir.ts';
import type { Writer } from '../../row.ts';
import type { Env } from '../env.ts';
import { baseOf, type PayloadBase, reachesTag } from './payload.ts';
import { loadBe16 } from './register.ts';

interface PayloadWrite {
  readonly layer: PayloadBase;
  /** Bits from the start of the header. */
  readonly offset: number;
  /** NFT_PAYLOAD_CSUM_* */
  readonly csumType: number;
  readonly csumOffset: number;
  /** NFT_PAYLOAD_L4CSUM_PSEUDOHDR: the bytes are part of the pseudo header. */
  readonly csumFlags: number;
  readonly tunnel?: unknown;
}

const CSUM_INET = 1;
const CSUM_SCTP = 2;

const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_ICMPV6 = 58;
const IPPROTO_SCTP = 132;
const IPPROTO_UDPLITE = 136;

/** Where the tag stands in a tagged Ethernet header: protocol, TCI, what follows. */
const VLAN_PROTO_AT = 12;
const VLAN_TCI_AT = 14;
const VLAN_NEXT_AT = 16;
const VLAN_HLEN = 4;

export function writePayload(args: OpArgs, len: number, { ns }: Env): Writer | undefined {
  const op = args as unknown as PayloadWrite;
  if (op.tunnel) return undefined;
  const offset = op.offset / 8;
  return (p, regs, from) => {
    const start = placeOf(p, op.layer, ns.profile, offset, len, regs, from);
    return start === WRITTEN || (start !== NONE && write(p, op, start, offset, len, regs, from));
  };
}

/** The bytes went into the out-of-band VLAN tag. */
const WRITTEN = -2;

/** Where the header starts; NONE breaks the rule. */
function placeOf(
  p: Packet,
  layer: PayloadBase,
  profile: KernelProfile,
  offset: number,
  len: number,
  regs: Uint8Array,
  from: number,
): number {
  const m = p.m;
  if (layer !== 'll') return baseOf(p, layer, profile);
  if (m[LL] === NONE) return NONE;
  const tagged = m[VLAN_PROTO] !== 0 && profile.payloadWritesTag;
  if (!tagged || !reachesTag(offset, len)) return m[LL]!;
  if (offset >= VLAN_NEXT_AT) return m[LL]! - VLAN_HLEN;
  return setTag(p, offset, len, regs, from) ? WRITTEN : NONE;
}

/** Mirrors nft_payload_set_vlan. */
function setTag(p: Packet, offset: number, len: number, regs: Uint8Array, from: number): boolean {
  if (offset === VLAN_PROTO_AT && (len === 2 || len === 4)) {
    p.m[VLAN_PROTO] = loadBe16(regs, from);
    if (len === 4) p.m[VLAN_TCI] = loadBe16(regs, from + 2);
    return true;
  }
  if (offset !== VLAN_TCI_AT || len !== 2) return false;
  p.m[VLAN_TCI] = loadBe16(regs, from);
  return true;
}

function write(
  p: Packet,
  op: PayloadWrite,
  base: number,
  offset: number,
  len: number,
  regs: Uint8Array,
  from: number,
): boolean {
  const { b, m } = p;
  const at = base + offset;
  if (at + len > m[END]!) return false;
  p.pull(at + len);
  if (op.csumType === CSUM_INET || op.csumFlags !== 0) {
    const difference = sumOf(regs, from, len) + inverted(sumBytes(b, at, at + len));
    if (op.csumType === CSUM_INET && !mend(p, base + op.csumOffset, difference)) return false;
    if (op.csumFlags !== 0 && !mendTransport(p, difference)) return false;
  }
  if (m[FLAGS]! & FLAG_CSUM_COMPLETE && makesStale(p, op)) noteStale(p, at, len, regs, from);
  for (let i = 0; i < len; i++) b[at + i] = regs[from + i]!;
  if (op.csumType === CSUM_SCTP && m[L4PROTO] === IPPROTO_SCTP && m[FRAGOFF] === 0) {
    return mendSctp(p);
  }
  return true;
}

/**
 * Whether the sum that connection tracking left (skb->csum) is wrong after the write: nobody tells it
 * of IPv6 headers, and nft_payload_l4csum_update tells it of ports as if they were addresses.
 */
function makesStale(p: Packet, { layer, csumFlags }: PayloadWrite): boolean {
  if (layer === 'nh') return p.b[p.m[NH]!]! >> 4 === 6;
  return layer === 'th' && csumFlags !== 0 && transportChecksum(p) !== NONE;
}

/** Bytes that sum up to the same change nothing. */
function noteStale(p: Packet, at: number, len: number, regs: Uint8Array, from: number): void {
  const difference = sumOf(regs, from, len) + inverted(sumBytes(p.b, at, at + len));
  if (difference % 0xffff === 0) return;
  p.m[FLAGS] = (p.m[FLAGS]! & ~(FLAG_CSUM_OK | FLAG_CSUM_COMPLETE)) | FLAG_CSUM_STALE;
}

/** The one's complement sum of the new bytes. */
const sumOf = (regs: Uint8Array, from: number, len: number): number =>
  sumBytes(regs, from, from + len);

/** Folds a partial sum and turns its sign. */
function inverted(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Mirrors nft_csum_replace: adds a difference to a checksum; zero is written as its other form. */
function mend(p: Packet, at: number, difference: number): boolean {
  if (at + 2 > p.m[END]!) return false;
  p.pull(at + 2);
  const sum = inverted((~half(p.b, at) & 0xffff) + difference);
  putHalf(p.b, at, sum === 0 ? 0xffff : sum);
  return true;
}

/** Mirrors nft_payload_l4csum_update. */
function mendTransport(p: Packet, difference: number): boolean {
  const offset = transportChecksum(p);
  return offset === NONE || mend(p, p.m[TH]! + offset, difference);
}

/** Where the checksum stands in the transport header; NONE: there is none to mend. */
function transportChecksum(p: Packet): number {
  const { b, m } = p;
  if (m[FRAGOFF] !== 0) return NONE;
  switch (m[L4PROTO]) {
    case IPPROTO_TCP:
      return 16;
    case IPPROTO_UDP:
      return m[TH]! + 8 > m[END]! || half(b, m[TH]! + 6) === 0 ? NONE : 6;
    case IPPROTO_UDPLITE:
      return 6;
    case IPPROTO_ICMPV6:
      return 2;
    default:
      return NONE;
  }
}

/** Mirrors nft_payload_csum_sctp: the checksum of the whole packet anew. */
function mendSctp(p: Packet): boolean {
  const { b, m } = p;
  const th = m[TH]!;
  if (th + 12 > m[END]!) return false;
  const crc = crc32c(b, th, m[END]!);
  for (let i = 0; i < 4; i++) b[th + 8 + i] = crc >>> (8 * i);
  return true;
}
