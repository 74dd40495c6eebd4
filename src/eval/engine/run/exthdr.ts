/**
 * Extension headers, options and chunks: whether they are there, and bytes of them.
 *
 * Mirrors nft_exthdr.c; each walk is its own function: where the option starts and how long it is.
 */
import { half, putHalf, putWord, word } from '../../../datapath/address.ts';
import { replace2, replace4 } from '../../../datapath/checksum.ts';
import {
  END,
  ETH_P_IP,
  ETH_P_IPV6,
  FRAGOFF,
  L4PROTO,
  type Packet,
  PROTOCOL,
  TH,
} from '../../../datapath/packet.ts';
import type { KernelProfile } from '../../../datapath/profile.ts';
import type { OpArgs } from '../../ir.ts';
import type { Effect, Reader, Writer } from '../../row.ts';
import type { Env } from '../env.ts';
import { NF_DROP, NFT_BREAK, NFT_CONTINUE } from '../verdict.ts';
import { findIpOption } from './ip-option.ts';
import { findHeader6 } from './ipv6.ts';
import { clearTail, copyBits } from './payload.ts';
import { loadBe16, store8 } from './register.ts';

interface ExthdrArgs {
  readonly op: 'ipv6' | 'tcpopt' | 'ipv4' | 'sctp' | 'dccp';
  readonly number: number;
  /** Bits from the start of the header or option. */
  readonly offset: number;
  readonly present?: true;
}

/** Where bytes `offset … offset + len - 1` of a header or option lie in the packet; NONE: nowhere. */
type Find = (p: Packet, number: number, offset: number, len: number) => number;

const NONE = -1;
/** The kind of packet is not one that has such headers: the rule breaks even where it asks `exists`. */
const OTHER = -2;

const IPV4_HEADER = 20;
const IPPROTO_TCP = 6;
const IPPROTO_DCCP = 33;
const IPPROTO_SCTP = 132;
const TCP_HEADER = 20;
const TCP_CHECKSUM = 16;
const TCPOPT_NOP = 1;
const TCPOPT_MSS = 2;
const SCTP_HEADER = 12;
/** DCCP options up to this number have no length. */
const DCCPO_MAX_RESERVED = 31;

/** Length of the TCP header, options included; 0 where there is no sound one. */
function tcpHeader(p: Packet, { fragmentsLackTransport }: KernelProfile): number {
  const { b, m } = p;
  const th = m[TH]!;
  if (m[L4PROTO] !== IPPROTO_TCP || th + TCP_HEADER > m[END]!) return 0;
  if (fragmentsLackTransport && m[FRAGOFF] !== 0) return 0;
  const length = (b[th + 12]! >> 4) * 4;
  return length < TCP_HEADER || th + length > m[END]! ? 0 : length;
}

/** Offset of an option in the TCP header of that length; NONE: it has none. */
function findTcpOption(p: Packet, number: number, length: number): number {
  const { b, m } = p;
  const th = m[TH]!;
  for (let i = TCP_HEADER; i < length - 1; i += optionLength(b, th + i)) {
    if (b[th + i] === number) return i;
  }
  return NONE;
}

/** Beware of options without length: some progress is made. */
const optionLength = (b: Uint8Array, at: number): number =>
  b[at]! <= TCPOPT_NOP || b[at + 1] === 0 ? 1 : b[at + 1]!;

/** Whether the option at `i` runs past the header, or the bytes past the option. */
const runsOver = (p: Packet, i: number, length: number, offset: number, len: number): boolean => {
  const own = optionLength(p.b, p.m[TH]! + i);
  return i + own > length || offset + len > own;
};

const findTcp =
  (profile: KernelProfile): Find =>
  (p, number, offset, len) => {
    const length = tcpHeader(p, profile);
    const i = findTcpOption(p, number, length);
    return i === NONE || runsOver(p, i, length, offset, len) ? NONE : p.m[TH]! + i + offset;
  };

const findIpv6 =
  (fit: boolean): Find =>
  (p, number, offset) => {
    if (p.m[PROTOCOL] !== ETH_P_IPV6) return OTHER;
    const found = findHeader6(p, number, fit);
    return found === null ? NONE : found.offset + offset;
  };

const findIpv4: Find = (p, number, offset) => {
  if (p.m[PROTOCOL] !== ETH_P_IP) return OTHER;
  const at = findIpOption(p, number);
  return at < 0 ? NONE : at + offset;
};

const findSctp: Find = (p, number, offset, len) => {
  const { b, m } = p;
  if (m[L4PROTO] !== IPPROTO_SCTP) return NONE;
  for (let at = m[TH]! + SCTP_HEADER; at + 4 <= m[END]!; ) {
    const length = half(b, at + 2);
    if (length === 0) return NONE;
    if (b[at] === number) {
      // only asked whether it is there, its header is enough
      if (len === 0) return at;
      return offset + len > length || at + length > m[END]! ? NONE : at + offset;
    }
    at += (length + 3) & ~3;
  }
  return NONE;
};

const findDccp: Find = (p, number) => {
  const { b, m } = p;
  const th = m[TH]!;
  if (m[L4PROTO] !== IPPROTO_DCCP || m[FRAGOFF] !== 0 || th + 12 > m[END]!) return NONE;
  const end = th + b[th + 4]! * 4;
  for (let at = th + dccpHeader(b, th); at < end; ) {
    const left = Math.min(end - at, 2);
    if (at + left > m[END]!) return NONE;
    if (b[at] === number) return at;
    if (b[at]! <= DCCPO_MAX_RESERVED) {
      at++;
      continue;
    }
    if (left < 2 || b[at + 1]! < 2) return NONE;
    at += b[at + 1]!;
  }
  return NONE;
};

/** Lengths that packets of each type have behind the basic header (dccp_packet_hdr_len). */
const DCCP_EXTRA = [4, 12, 0, 8, 8, 8, 8, 12, 8, 8];
/** … and packets of types that are none. */
const DCCP_RESET = 12;

/** __dccp_hdr_len: 12 bytes, 16 with the long sequence number, and what the type adds. */
function dccpHeader(b: Uint8Array, th: number): number {
  const long = b[th + 8]! & 1;
  const type = (b[th + 8]! >> 1) & 15;
  return 12 + 4 * long + (DCCP_EXTRA[type] ?? DCCP_RESET);
}

const FIND: Readonly<Record<ExthdrArgs['op'], (profile: KernelProfile) => Find>> = {
  ipv6: ({ extensionsMustFit }) => findIpv6(extensionsMustFit),
  tcpopt: findTcp,
  ipv4: () => findIpv4,
  sctp: () => findSctp,
  dccp: () => findDccp,
};

export const exthdrPlace = (args: OpArgs): string => {
  const { op, number, offset, present } = args as unknown as ExthdrArgs;
  return `exthdr ${op} ${number} ${offset} ${present ?? ''}`;
};

export function readExthdr(args: OpArgs, len: number, { ns }: Env): Reader {
  const { op, number, offset, present } = args as unknown as ExthdrArgs;
  const find = FIND[op](ns.profile);
  const beyond = op === 'ipv4' && ns.profile.ipOptionsBeyond ? IPV4_HEADER : 0;
  const start = offset / 8 + beyond;
  if (present) {
    const asked = op === 'sctp' ? 0 : len;
    return (p, regs, at) => {
      const found = find(p, number, start, asked);
      return found !== OTHER && store8(regs, at, found >= 0 ? 1 : 0);
    };
  }
  return (p, regs, at) => {
    const from = find(p, number, start, len);
    if (from < 0) return false;
    clearTail(regs, at, len);
    return copyBits(p, from, len, regs, at);
  };
}

/** `tcp option maxseg size set`: options of two and four bytes (nft_exthdr_tcp_set_eval). */
export function writeExthdr(args: OpArgs, len: number, { ns }: Env): Writer | undefined {
  const { op, number, offset } = args as unknown as ExthdrArgs;
  if (op !== 'tcpopt' || (len !== 2 && len !== 4)) return undefined;
  const start = offset / 8;
  return (p, regs, from) => {
    const length = tcpHeader(p, ns.profile);
    if (length === 0) return false;
    const i = findTcpOption(p, number, length);
    if (i === NONE) return true;
    if (runsOver(p, i, length, start, len)) return false;
    const at = p.m[TH]! + i + start;
    if (len === 2) setHalf(p, at, loadBe16(regs, from), number === TCPOPT_MSS);
    else setWord(p, at, word(regs, from));
    return true;
  };
}

/** `lower`: an increase could stall the connection. */
function setHalf(p: Packet, at: number, value: number, lower: boolean): void {
  const old = half(p.b, at);
  if (old === value || (lower && old <= value)) return;
  putHalf(p.b, at, value);
  replace2(p.b, p.m[TH]! + TCP_CHECKSUM, old, value);
}

function setWord(p: Packet, at: number, value: number): void {
  const old = word(p.b, at);
  if (old === value) return;
  putWord(p.b, at, value);
  replace4(p.b, p.m[TH]! + TCP_CHECKSUM, old, value);
}

/** `reset tcp option`: NOPs in its place; where that cannot be, a drop (nft_exthdr_tcp_strip_eval). */
export function runResetOption(args: OpArgs, { ns }: Env): Effect {
  const kind = Number(args.kind);
  return (p) => {
    const length = tcpHeader(p, ns.profile);
    if (length === 0) return NFT_BREAK;
    const i = findTcpOption(p, kind, length);
    if (i === NONE) return NFT_CONTINUE;
    const { b, m } = p;
    const th = m[TH]!;
    const own = optionLength(b, th + i);
    if (i + own > length) return NF_DROP;
    for (let j = i; j < i + own; j++) {
      const shift = j % 2 === 0 ? 8 : 0;
      replace2(b, th + TCP_CHECKSUM, b[th + j]! << shift, TCPOPT_NOP << shift);
      b[th + j] = TCPOPT_NOP;
    }
    return NFT_CONTINUE;
  };
}
