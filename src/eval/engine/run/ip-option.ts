/**
 * Options of an IPv4 header: where they stand, if all of them are sound.
 *
 * One broken option hides all. Mirrors ipv4_find_option of nft_exthdr.c and __ip_options_compile
 * (ip_options.c) without a packet, where source routes must stand at their first address.
 */
import { DATA, END, type Packet } from '../../../datapath/packet.ts';

const HEADER = 20;
const IPOPT_END = 0;
const IPOPT_NOOP = 1;
const IPOPT_RR = 7;
const IPOPT_TIMESTAMP = 68;
const IPOPT_CIPSO = 134;
const IPOPT_LSRR = 131;
const IPOPT_SSRR = 137;
const IPOPT_RA = 148;

const TS_TSANDADDR = 1;
const TS_PRESPEC = 3;

/** Options that may stand once, and as what they count: both source routes are one. */
const ONCE: Readonly<Record<number, number>> = {
  [IPOPT_SSRR]: IPOPT_LSRR,
  [IPOPT_LSRR]: IPOPT_LSRR,
  [IPOPT_RR]: IPOPT_RR,
  [IPOPT_TIMESTAMP]: IPOPT_TIMESTAMP,
  [IPOPT_CIPSO]: IPOPT_CIPSO,
};

/** Where the option starts in the packet's bytes; negative: it is not there. */
export function findIpOption(p: Packet, target: number): number {
  const { b, m } = p;
  const header = m[DATA]!;
  if (header + HEADER > m[END]!) return -1;
  const end = header + (b[header]! & 15) * 4;
  if (end <= header + HEADER || end > m[END]!) return -1;
  const seen = new Set<number>();
  let found = -1;
  for (let at = header + HEADER; at < end; ) {
    const kind = b[at]!;
    if (kind === IPOPT_END) break;
    if (kind === IPOPT_NOOP) {
      at++;
      continue;
    }
    const length = at + 1 < end ? b[at + 1]! : 0;
    if (length < 2 || at + length > end) return -1;
    const once = ONCE[kind];
    if (once !== undefined && seen.has(once)) return -1;
    if (once !== undefined) seen.add(once);
    if (!isSound(b, at, kind, length)) return -1;
    if (kind === target && (kind !== IPOPT_RA || (b[at + 2] === 0 && b[at + 3] === 0))) found = at;
    at += length;
  }
  return found;
}

function isSound(b: Uint8Array, at: number, kind: number, length: number): boolean {
  const pointer = b[at + 2]!;
  switch (kind) {
    case IPOPT_SSRR:
    case IPOPT_LSRR:
      return length >= 7 && pointer === 4 && (length - 3) % 4 === 0;
    case IPOPT_RR:
      return length >= 3 && pointer >= 4 && (pointer > length || pointer + 3 <= length);
    case IPOPT_TIMESTAMP:
      return length >= 4 && pointer >= 5 && isSoundTimestamp(b[at + 3]!, pointer, length);
    case IPOPT_RA:
      return length >= 4;
    default:
      return true;
  }
}

function isSoundTimestamp(flags: number, pointer: number, length: number): boolean {
  if (pointer > length) return flags >> 4 !== 15;
  const addressed = (flags & 15) === TS_TSANDADDR || (flags & 15) === TS_PRESPEC;
  return pointer + (addressed ? 7 : 3) <= length;
}
