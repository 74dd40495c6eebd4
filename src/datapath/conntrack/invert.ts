/** The tuple of a packet that goes the other way. Mirrors nf_ct_invert_tuple (nf_conntrack_core.c). */
import { trackerOf } from './proto/index.ts';
import { TUPLE_DST, TUPLE_PORTS, TUPLE_PROTO, TUPLE_SRC, type Tuple } from './tuple.ts';

/** False where the protocol knows no inverse (most ICMP types). */
export function invertTuple(into: Tuple, t: Tuple): boolean {
  for (let i = 0; i < 4; i++) {
    into[TUPLE_SRC + i] = t[TUPLE_DST + i]!;
    into[TUPLE_DST + i] = t[TUPLE_SRC + i]!;
  }
  into[TUPLE_PROTO] = t[TUPLE_PROTO]!;
  const tracker = trackerOf(t[TUPLE_PROTO]! & 0xff);
  if (tracker.invert) return tracker.invert(into, t);
  const ports = t[TUPLE_PORTS]!;
  into[TUPLE_PORTS] = (ports << 16) | (ports >>> 16);
  return true;
}
