/**
 * GRE: version 1 (PPTP) has keys, everything else is one connection per pair of addresses.
 *
 * Mirrors nf_conntrack_proto_gre.c. The source key comes from the map that a PPTP helper fills; no
 * helper parses PPTP here, so it is 0.
 */
import { half } from '../../address.ts';
import { END } from '../../packet.ts';
import { eventCache } from '../event.ts';
import { IPCT_ASSURED, IPPROTO_GRE, IPS_ASSURED, IPS_SEEN_REPLY } from '../status.ts';
import { ACCEPT, type Tracker } from '../tracker.ts';
import { setTuplePorts } from '../tuple.ts';

const UNREPLIED = 0;
const REPLIED = 1;
const VERSION_MASK = 0x0007;
const VERSION_PPTP = 1;
const PROTO_PPP = 0x880b;

export const gre: Tracker = {
  protonum: IPPROTO_GRE,
  name: 'gre',
  timeouts: [
    { index: UNREPLIED, name: 'unreplied', sysctl: 'nf_conntrack_gre_timeout', seconds: 30 },
    { index: REPLIED, name: 'replied', sysctl: 'nf_conntrack_gre_timeout_stream', seconds: 180 },
  ],
  timeoutCells: 2,
  allowClash: false,
  ports: 'gre',
  packetToTuple(_ct, p, dataoff, t) {
    const end = p.m[END]!;
    if (dataoff + 4 > end || (half(p.b, dataoff) & VERSION_MASK) !== VERSION_PPTP) return true;
    if (dataoff + 8 > end) return true;
    if (half(p.b, dataoff + 2) !== PROTO_PPP) return false;
    setTuplePorts(t, 0, half(p.b, dataoff + 6));
    return true;
  },
  packet(ct, p, row, _dataoff, ctinfo) {
    const { table } = ct;
    if (!ct.isConfirmed(row)) table.greTimeout.set(ct.timeoutsFor(row, gre), row * 2);
    const replied = table.status[row]! & IPS_SEEN_REPLY;
    ct.refreshAcct(row, ctinfo, p, table.greTimeout[row * 2 + (replied ? REPLIED : UNREPLIED)]!);
    if (replied && !(table.status[row]! & IPS_ASSURED)) {
      table.status[row]! |= IPS_ASSURED;
      eventCache(ct, row, IPCT_ASSURED);
    }
    return ACCEPT;
  },
};
