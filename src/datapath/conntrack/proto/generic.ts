/** Protocols without a tracker of their own: one timeout. Mirrors nf_conntrack_proto_generic.c. */
import { ACCEPT, type Tracker } from '../tracker.ts';

export const generic: Tracker = {
  protonum: 255,
  name: 'unknown',
  timeouts: [{ index: 0, name: 'timeout', sysctl: 'nf_conntrack_generic_timeout', seconds: 600 }],
  timeoutCells: 1,
  allowClash: false,
  ports: 'none',
  packetToTuple: () => true,
  packet(ct, p, row, _dataoff, ctinfo) {
    ct.refreshAcct(row, ctinfo, p, ct.timeoutsFor(row, generic)[0]!);
    return ACCEPT;
  },
};
