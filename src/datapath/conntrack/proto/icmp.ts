/** ICMP. Mirrors nf_conntrack_proto_icmp.c; errors are in ../icmp-error.ts. */
import { half } from '../../address.ts';
import { END, NFPROTO_IPV4, PF } from '../../packet.ts';
import { IPPROTO_ICMP } from '../status.ts';
import { ACCEPT, INVALID, type Tracker } from '../tracker.ts';
import { setTuplePorts, TUPLE_WORDS, tupleDport, tupleIcmpType, tupleSport } from '../tuple.ts';

const ECHO_REPLY = 0;
const ECHO = 8;
const TIMESTAMP = 13;
const TIMESTAMP_REPLY = 14;
const INFO_REQUEST = 15;
const INFO_REPLY = 16;
const ADDRESS = 17;
const ADDRESS_REPLY = 18;

/** A request starts a connection; its reply has the inverse type. */
const REQUESTS: readonly (readonly [request: number, reply: number])[] = [
  [ECHO, ECHO_REPLY],
  [TIMESTAMP, TIMESTAMP_REPLY],
  [INFO_REQUEST, INFO_REPLY],
  [ADDRESS, ADDRESS_REPLY],
];
const inverse = new Map(REQUESTS.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
const startsConnection = new Set(REQUESTS.map(([request]) => request));

export const icmp: Tracker = {
  protonum: IPPROTO_ICMP,
  name: 'icmp',
  timeouts: [{ index: 0, name: 'timeout', sysctl: 'nf_conntrack_icmp_timeout', seconds: 30 }],
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
    if (p.m[PF] !== NFPROTO_IPV4) return INVALID;
    const type = tupleIcmpType(ct.table.tuples, row * 2 * TUPLE_WORDS);
    if (!startsConnection.has(type)) return INVALID;
    ct.refreshAcct(row, ctinfo, p, ct.timeoutsFor(row, icmp)[0]!);
    return ACCEPT;
  },
};
