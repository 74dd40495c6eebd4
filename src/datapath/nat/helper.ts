/**
 * What NAT does for connection tracking helpers.
 *
 * Mirrors nf_nat_helper.c: payloads that announce addresses are rewritten, with lengths, checksums
 * and sequence numbers; expected connections are translated like the connection that expected them.
 */
import { half, putHalf, word } from '../address.ts';
import { fold, pseudo4, pseudo6, replace2, sumBytes } from '../checksum.ts';
import type { ConntrackCore } from '../conntrack/core.ts';
import type { Expectation } from '../conntrack/expect.ts';
import type { NatHelpers } from '../conntrack/helper/nat.ts';
import { IPPROTO_TCP, newTuple, TUPLE_DST, TUPLE_SRC, type Tuple } from '../conntrack/index.ts';
import { setSeqAdjust } from '../conntrack/seqadj.ts';
import { END, NFPROTO_IPV6, NH, type Packet } from '../packet.ts';
import type { Binder } from './masquerade.ts';
import {
  type NatRange,
  NF_NAT_MANIP_DST,
  NF_NAT_MANIP_SRC,
  NF_NAT_RANGE_MAP_IPS,
  NF_NAT_RANGE_PROTO_SPECIFIED,
  natRange,
} from './range.ts';

const PACKET_MAX = 65535;
const TCP_CHECK = 16;

export class Helpers implements NatHelpers {
  private readonly binder: Binder;
  private readonly conntrack: ConntrackCore;
  private readonly range = natRange();
  private readonly master = newTuple();

  constructor(binder: Binder, conntrack: ConntrackCore) {
    this.binder = binder;
    this.conntrack = conntrack;
  }

  followMaster(row: number, { follow }: Expectation): void {
    if (follow === null) return;
    const { binder, conntrack, range } = this;
    conntrack.getTuple(conntrack.table.master[row]!, 1 - follow.direction, this.master);
    setAddress(range, this.master, TUPLE_DST);
    range.flags = NF_NAT_RANGE_MAP_IPS;
    binder.setupInfo(row, range, NF_NAT_MANIP_SRC);
    setAddress(range, this.master, TUPLE_SRC);
    range.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED;
    range.minProto = range.maxProto = follow.savedPort;
    binder.setupInfo(row, range, NF_NAT_MANIP_DST);
  }

  mangleTcp(
    p: Packet,
    row: number,
    ctinfo: number,
    protoff: number,
    offset: number,
    length: number,
    replacement: Uint8Array,
  ): boolean {
    const { conntrack } = this;
    const change = replacement.length - length;
    const ipv6 = conntrack.l3num(row) === NFPROTO_IPV6;
    if (p.m[END]! - p.m[NH]! + change > PACKET_MAX) return false;
    const data = protoff + (p.b[protoff + 12]! >> 4) * 4;
    p.pull(p.m[END]!);
    replaceBytes(p, data + offset, length, replacement);
    const { b, m } = p;
    const nh = m[NH]!;
    if (ipv6) putHalf(b, nh + 4, half(b, nh + 4) + change);
    else {
      replace2(b, nh + 10, half(b, nh + 2), half(b, nh + 2) + change);
      putHalf(b, nh + 2, half(b, nh + 2) + change);
    }
    const size = m[END]! - protoff;
    const pseudo = ipv6 ? pseudo6(b, nh, IPPROTO_TCP, size) : pseudo4(b, nh, IPPROTO_TCP, size);
    putHalf(b, protoff + TCP_CHECK, 0);
    putHalf(b, protoff + TCP_CHECK, fold(sumBytes(b, protoff, m[END]!, pseudo)));
    setSeqAdjust(conntrack, row, ctinfo, word(b, protoff + 4), change);
    return true;
  }
}

function setAddress(range: NatRange, tuple: Tuple, at: number): void {
  for (let i = 0; i < 4; i++) range.minAddr[i] = range.maxAddr[i] = tuple[at + i]!;
}

/** mangle_contents: puts `replacement` where `length` bytes at `at` were. */
function replaceBytes(p: Packet, at: number, length: number, replacement: Uint8Array): void {
  const end = p.m[END]!;
  const change = replacement.length - length;
  if (end + change > p.b.length) {
    const larger = new Uint8Array(end + change);
    larger.set(p.b.subarray(0, end));
    p.b = larger;
  }
  p.b.copyWithin(at + replacement.length, at + length, end);
  p.b.set(replacement, at);
  p.m[END] = end + change;
}
