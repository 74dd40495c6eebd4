/**
 * NAT of packets on the fast path.
 *
 * Mirrors nf_flow_nat_ip, nf_flow_nat_ipv6, nf_flow_snat_port and nf_flow_dnat_port: addresses and
 * ports are those of the other direction's tuple, turned round. Checksums are mended, so that a wrong
 * one stays wrong; a zero UDP checksum stays zero.
 */
import { half, putHalf, putWord, word } from '../address.ts';
import { replace2, replace4 } from '../checksum.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../conntrack/status.ts';
import { NFPROTO_IPV6 } from '../packet.ts';
import {
  FLOW_DNAT,
  FLOW_SNAT,
  type FlowTuple,
  KEY_DST,
  KEY_PORTS,
  KEY_PROTO,
  KEY_SRC,
} from './flow.ts';

const IPV4_CHECK = 10;

/** Rewrites the packet whose headers are at `ip` and `transport` as its flow says. */
export function rewrite(b: Uint8Array, ip: number, transport: number, tuple: FlowTuple): void {
  const { flow, direction } = tuple;
  const other = flow.tuples[direction === 0 ? 1 : 0].key;
  if (flow.flags & FLOW_SNAT) rewriteEnd(b, ip, transport, other, direction === 0);
  if (flow.flags & FLOW_DNAT) rewriteEnd(b, ip, transport, other, direction !== 0);
}

/** The packet's source (destination) becomes the other tuple's destination (source). */
function rewriteEnd(
  b: Uint8Array,
  ip: number,
  transport: number,
  other: Uint32Array,
  source: boolean,
): void {
  const protonum = other[KEY_PROTO]! & 0xff;
  const check = checksumAt(b, transport, protonum);
  const port = source ? other[KEY_PORTS]! & 0xffff : other[KEY_PORTS]! >>> 16;
  const portAt = source ? transport : transport + 2;
  const oldPort = half(b, portAt);
  putHalf(b, portAt, port);
  if (check !== 0) replace2(b, check, oldPort, port);
  const from = source ? KEY_DST : KEY_SRC;
  if (other[KEY_PROTO]! >>> 8 === NFPROTO_IPV6) {
    rewriteWords(b, ip + (source ? 8 : 24), 4, other, from, check);
  } else {
    const at = ip + (source ? 12 : 16);
    replace4(b, ip + IPV4_CHECK, word(b, at), other[from]! | 0);
    rewriteWords(b, at, 1, other, from, check);
  }
  if (check !== 0 && protonum === IPPROTO_UDP && half(b, check) === 0) putHalf(b, check, 0xffff);
}

function rewriteWords(
  b: Uint8Array,
  at: number,
  words: number,
  to: Uint32Array,
  from: number,
  check: number,
): void {
  for (let i = 0; i < words; i++) {
    // int32: an unsigned word would be a number on the heap
    const word32 = to[from + i]! | 0;
    if (check !== 0) replace4(b, check, word(b, at + 4 * i), word32);
    putWord(b, at + 4 * i, word32);
  }
}

/** Where the checksum is that covers addresses and ports; 0: there is none. */
function checksumAt(b: Uint8Array, transport: number, protonum: number): number {
  if (protonum === IPPROTO_TCP) return transport + 16;
  return protonum === IPPROTO_UDP && half(b, transport + 6) !== 0 ? transport + 6 : 0;
}

/** ip_decrease_ttl */
export function decreaseTtl(b: Uint8Array, ip: number): void {
  let check = half(b, ip + IPV4_CHECK) + 0x0100;
  if (check >= 0xffff) check++;
  putHalf(b, ip + IPV4_CHECK, check & 0xffff);
  b[ip + 8]!--;
}
