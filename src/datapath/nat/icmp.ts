/**
 * ICMP errors about translated connections: the quoted packet and the outer addresses.
 *
 * Mirrors nf_nat_icmp_reply_translation and nf_nat_icmpv6_reply_translation (nf_nat_proto.c).
 */
import { putHalf } from '../address.ts';
import { fold, pseudo6, sumBytes } from '../checksum.ts';
import { badChecksum, badPlainChecksum } from '../conntrack/checksum.ts';
import {
  type Conntrack,
  directionOf,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPS_DST_NAT,
  IPS_NAT_DONE_MASK,
  IPS_NAT_MASK,
  IPS_SRC_NAT,
  newTuple,
  TUPLE_PROTO,
} from '../conntrack/index.ts';
import { INPUT, OUTPUT, PREROUTING } from '../hooks.ts';
import { CT, CTINFO, END, HOOK, NFPROTO_IPV6, NH, type Packet, PF } from '../packet.ts';
import { manipPacket } from './manip.ts';
import { NF_NAT_MANIP_SRC } from './range.ts';

const ICMP_REDIRECT = 5;
const NDISC_REDIRECT = 137;
const ICMP_HEADER = 8;

export class IcmpTranslation {
  private readonly conntrack: Conntrack;
  private readonly target = newTuple();
  private readonly other = newTuple();

  constructor(conntrack: Conntrack) {
    this.conntrack = conntrack;
  }

  /** Translates the error whose ICMP header is at `icmp`; false: drop it. */
  translate(p: Packet, icmp: number, manip: number): boolean {
    const { b, m } = p;
    const ipv6 = m[PF] === NFPROTO_IPV6;
    const quoted = icmp + ICMP_HEADER;
    if (quoted + (ipv6 ? 40 : 20) > m[END]!) return false;
    if (!checksumHolds(p, icmp)) return false;
    const status = this.conntrack.table.status[m[CT]!]!;
    if (b[icmp] === (ipv6 ? NDISC_REDIRECT : ICMP_REDIRECT)) {
      if ((status & IPS_NAT_DONE_MASK) !== IPS_NAT_DONE_MASK || status & IPS_NAT_MASK) return false;
    }
    const direction = directionOf(m[CTINFO]!);
    let bit = manip === NF_NAT_MANIP_SRC ? IPS_SRC_NAT : IPS_DST_NAT;
    if (direction === 1) bit ^= IPS_NAT_MASK;
    if (!(status & bit)) return true;
    this.conntrack.getTuple(m[CT]!, 1 - direction, this.other);
    if (!manipPacket(p, quoted, this.other, 1 - manip)) return false;
    sumAnew(p, icmp);
    this.conntrack.invert(this.target, this.other);
    this.target[TUPLE_PROTO] =
      (this.target[TUPLE_PROTO]! & ~0xff) | (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    return manipPacket(p, m[NH]!, this.target, manip);
  }
}

function icmpSum(p: Packet, icmp: number): number {
  const { b, m } = p;
  const end = m[END]!;
  const pseudo = m[PF] === NFPROTO_IPV6 ? pseudo6(b, m[NH]!, IPPROTO_ICMPV6, end - icmp) : 0;
  return fold(sumBytes(b, icmp, end, pseudo));
}

/**
 * nf_ip_checksum and nf_ip6_checksum: the first hook that asks sums what came in, or what the machine
 * itself sends; to forward and postrouting a sum that was taken is good enough.
 */
function checksumHolds(p: Packet, icmp: number): boolean {
  const { m } = p;
  const hook = m[HOOK];
  if (hook !== PREROUTING && hook !== INPUT && hook !== OUTPUT) return true;
  if (m[PF] !== NFPROTO_IPV6) return !badPlainChecksum(p);
  return !badChecksum(p, icmp, IPPROTO_ICMPV6, m[END]! - icmp);
}

function sumAnew(p: Packet, icmp: number): void {
  putHalf(p.b, icmp + 2, 0);
  putHalf(p.b, icmp + 2, icmpSum(p, icmp));
}
