/** ICMPv6. Mirrors nf_conntrack_proto_icmpv6.c; errors are in ../icmp-error.ts. */
import { half } from '../../address.ts';
import { END, NFPROTO_IPV6, PF } from '../../packet.ts';
import { IPPROTO_ICMPV6 } from '../status.ts';
import { ACCEPT, INVALID, type Tracker } from '../tracker.ts';
import { setTuplePorts, TUPLE_WORDS, tupleDport, tupleIcmpType, tupleSport } from '../tuple.ts';

const ECHO_REQUEST = 128;
const ECHO_REPLY = 129;
const NI_QUERY = 139;
const NI_REPLY = 140;

const REQUESTS: readonly (readonly [request: number, reply: number])[] = [
  [ECHO_REQUEST, ECHO_REPLY],
  [NI_QUERY, NI_REPLY],
];
const inverse = new Map(REQUESTS.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
/** valid_new has ICMPV6_NI_QUERY as its last cell, so a NI reply is beyond it. */
const startsConnection = new Set(REQUESTS.map(([request]) => request));

export const icmpv6: Tracker = {
  protonum: IPPROTO_ICMPV6,
  name: 'icmpv6',
  timeouts: [{ index: 0, name: 'timeout', sysctl: 'nf_conntrack_icmpv6_timeout', seconds: 30 }],
  timeoutCells: 1,
  allowClash: false,
  ports: 'icmp',
  packetToTuple(_ct, p, dataoff, t) {
    if (dataoff + 8 > p.m[END]!) return false;
    setTuplePorts(t, half(p.b, dataoff + 4), half(p.b, dataoff));
    return true;
  },
  invert(into, t) {
    const type = inverse.get(tupleIcmpType(t));
    if (type === undefined) return false;
    setTuplePorts(into, tupleSport(t), (type << 8) | (tupleDport(t) & 0xff));
    return true;
  },
  packet(ct, p, row, _dataoff, ctinfo) {
    if (p.m[PF] !== NFPROTO_IPV6) return INVALID;
    const type = tupleIcmpType(ct.table.tuples, row * 2 * TUPLE_WORDS);
    if (!ct.isConfirmed(row) && !startsConnection.has(type)) return INVALID;
    ct.refreshAcct(row, ctinfo, p, ct.timeoutsFor(row, icmpv6)[0]!);
    return ACCEPT;
  },
};
