/** The trackers, by protocol number. Mirrors nf_ct_l4proto_find (nf_conntrack_proto.c). */
import type { Tracker } from '../tracker.ts';
import { dccp } from './dccp.ts';
import { generic } from './generic.ts';
import { gre } from './gre.ts';
import { icmp } from './icmp.ts';
import { icmpv6 } from './icmpv6.ts';
import { sctp } from './sctp.ts';
import { tcp } from './tcp.ts';
import { udp, udplite } from './udp.ts';

export const TRACKERS: readonly Tracker[] = [
  tcp,
  udp,
  udplite,
  icmp,
  icmpv6,
  sctp,
  dccp,
  gre,
  generic,
];

const byNumber: readonly Tracker[] = Array.from(
  { length: 256 },
  (_, n) => TRACKERS.find((t) => t.protonum === n) ?? generic,
);

export const trackerOf = (protonum: number): Tracker => byNumber[protonum]!;
