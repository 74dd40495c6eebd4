/**
 * Bytes of the packet's headers: where they lie, reading them, the out-of-band VLAN tag.
 *
 * Mirrors nft_payload_eval of nft_payload.c.
 */
import {
  DATA,
  END,
  FRAGOFF,
  L4PROTO,
  LL,
  NH,
  NONE,
  type Packet,
  PROTOCOL,
  TH,
  VLAN_PROTO,
  VLAN_TCI,
} from '../../../datapath/packet.ts';
import type { KernelProfile } from '../../../datapath/profile.ts';
import type { Tunnel } from '../../check/protocol.ts';
import type { OpArgs } from '../../ir.ts';
import type { Reader, Source } from '../../row.ts';
import type { Env } from '../env.ts';
import { innerReader, tunnelHeader } from './inner.ts';
import { innerOffset } from './inner-offset.ts';

export type PayloadBase = 'll' | 'nh' | 'th' | 'ih' | 'tun';

/** What an op says of where bytes lie. */
interface PayloadArgs {
  readonly layer: PayloadBase;
  /** Bits from the start of the header. */
  readonly offset: number;
  readonly tunnel?: Tunnel;
}

/** The MAC addresses, before which no VLAN tag stands. */
const ETH_ADDRESSES = 12;
const ETH_HLEN = 14;
const VLAN_ETH_HLEN = 18;

const linkBase = ({ m }: Packet): number => (m[LL] === NONE || m[LL] === m[NH] ? NONE : m[LL]!);

/** Start of a header in the packet's bytes; NONE breaks the rule. */
export function baseOf(p: Packet, layer: PayloadBase, profile: KernelProfile): number {
  const m = p.m;
  switch (layer) {
    case 'll':
      return linkBase(p);
    case 'nh':
      return m[NH]!;
    case 'th':
      if (m[L4PROTO] === NONE || (m[FRAGOFF] !== 0 && profile.fragmentsLackTransport)) return NONE;
      return m[TH]!;
    case 'ih':
      return innerOffset(p, profile.innerOfTunnels);
    case 'tun':
      return tunnelHeader.at;
  }
}

/** Copies bytes into registers, the last register filled up with zeros; false if they are not there. */
export function copyBits(
  p: Packet,
  from: number,
  len: number,
  regs: Uint8Array,
  at: number,
): boolean {
  if (from < 0 || from + len > p.m[END]!) return false;
  const b = p.b;
  for (let i = 0; i < len; i++) regs[at + i] = b[from + i]!;
  return true;
}

/** nft_reg_store of a length that is no whole number of registers. */
export function clearTail(regs: Uint8Array, at: number, len: number): void {
  for (let i = len; i & 3; i++) regs[at + i] = 0;
}

/** Whether bytes of the link layer reach behind the addresses, where the tag belongs. */
export const reachesTag = (offset: number, len: number): boolean => offset + len > ETH_ADDRESSES;

export const payloadPlace = (args: OpArgs): string => {
  const { layer, offset, tunnel } = args as unknown as PayloadArgs;
  return `payload ${tunnel?.name ?? ''} ${layer} ${offset}`;
};

export function payloadSource(
  args: OpArgs,
  len: number,
  { ns }: Pick<Env, 'ns'>,
): Source | undefined {
  const { layer, offset, tunnel } = args as unknown as PayloadArgs;
  if (tunnel || (layer !== 'nh' && layer !== 'th')) return undefined;
  const from = offset / 8;
  const laterFragments = isFast(from, len) || !ns.profile.fragmentsLackTransport;
  return { from: layer, offset: from, laterFragments };
}

export function readPayload(args: OpArgs, len: number, { ns }: Pick<Env, 'ns'>): Reader {
  const { layer, offset, tunnel } = args as unknown as PayloadArgs;
  const from = offset / 8;
  const { profile } = ns;
  const read: Reader = (p, regs, at) => plain(p, layer, profile, from, len, regs, at);
  if (tunnel) return innerReader(tunnel, read);
  if (layer === 'll' && reachesTag(from, len)) return linkReader(from, len);
  if (layer === 'th' && isFast(from, len)) return (p, regs, at) => readFast(p, from, len, regs, at);
  return read;
}

/** nft_payload_select_ops: an aligned byte, half or word. */
const isFast = (offset: number, len: number): boolean =>
  (len === 1 || len === 2 || len === 4) && offset % len === 0;

/**
 * nft_payload_fast_eval: does not ask whether there is a transport header in this fragment, so that
 * later fragments have their data read as ports.
 */
function readFast(p: Packet, offset: number, len: number, regs: Uint8Array, at: number): boolean {
  clearTail(regs, at, len);
  return p.m[L4PROTO] !== NONE && copyBits(p, p.m[TH]! + offset, len, regs, at);
}

function plain(
  p: Packet,
  layer: PayloadBase,
  profile: KernelProfile,
  offset: number,
  len: number,
  regs: Uint8Array,
  at: number,
): boolean {
  clearTail(regs, at, len);
  const base = baseOf(p, layer, profile);
  return base !== NONE && copyBits(p, base + offset, len, regs, at);
}

/** The link-layer header as it was on the wire, with an out-of-band tag in its place. */
export function linkReader(offset: number, len: number): Reader {
  return (p, regs, at) => {
    clearTail(regs, at, len);
    const base = linkBase(p);
    if (base === NONE) return false;
    if (p.m[VLAN_PROTO] === 0) return copyBits(p, base + offset, len, regs, at);
    return copyVlan(p, base, offset, len, regs, at);
  };
}

const tagged = new Uint8Array(VLAN_ETH_HLEN);

/** Mirrors nft_payload_copy_vlan: the header as it was on the wire, tag included. */
function copyVlan(
  p: Packet,
  mac: number,
  offset: number,
  len: number,
  regs: Uint8Array,
  at: number,
): boolean {
  if (offset >= VLAN_ETH_HLEN) {
    return copyBits(p, mac + offset - (VLAN_ETH_HLEN - ETH_HLEN), len, regs, at);
  }
  if (mac + ETH_HLEN > p.m[END]!) return false;
  const { b, m } = p;
  for (let i = 0; i < ETH_ADDRESSES; i++) tagged[i] = b[mac + i]!;
  tagged[12] = m[VLAN_PROTO]! >> 8;
  tagged[13] = m[VLAN_PROTO]!;
  tagged[14] = m[VLAN_TCI]! >> 8;
  tagged[15] = m[VLAN_TCI]!;
  tagged[16] = m[PROTOCOL]! >> 8;
  tagged[17] = m[PROTOCOL]!;
  const own = Math.min(len, VLAN_ETH_HLEN - offset);
  for (let i = 0; i < own; i++) regs[at + i] = tagged[offset + i]!;
  return own === len || copyBits(p, mac + ETH_HLEN, len - own, regs, at + own);
}

/** skb->len */
export const packetLength = (p: Packet): number => p.m[END]! - p.m[DATA]!;
