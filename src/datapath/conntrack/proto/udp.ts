/** UDP and UDP-Lite. Mirrors nf_conntrack_proto_udp.c. */
import { half } from '../../address.ts';
import { HZ } from '../../clock.ts';
import { PREROUTING } from '../../hooks.ts';
import { END, HOOK, type Packet } from '../../packet.ts';
import { badChecksum } from '../checksum.ts';
import type { ConntrackCore } from '../core.ts';
import { eventCache } from '../event.ts';
import { getPorts } from '../headers.ts';
import {
  IPCT_ASSURED,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_NAT_CLASH,
  IPS_SEEN_REPLY,
} from '../status.ts';
import { ACCEPT, INVALID, type TimeoutRow, type Tracker } from '../tracker.ts';

const UNREPLIED = 0;
const REPLIED = 1;
const HEADER = 8;
/** A conversation that goes on for longer than this is a stream. */
const STREAM_AFTER = 2 * HZ;

const timeouts: readonly TimeoutRow[] = [
  { index: UNREPLIED, name: 'unreplied', sysctl: 'nf_conntrack_udp_timeout', seconds: 30 },
  {
    index: REPLIED,
    name: 'replied',
    sysctl: 'nf_conntrack_udp_timeout_stream',
    seconds: 120,
    secondsIn: (profile) => (profile.udpStreamLate ? 120 : 180),
  },
];

function udpError(ct: ConntrackCore, p: Packet, dataoff: number): boolean {
  const { b, m } = p;
  const available = m[END]! - dataoff;
  if (available < HEADER) return true;
  const length = half(b, dataoff + 4);
  if (length > available || length < HEADER) return true;
  if (half(b, dataoff + 6) === 0 || m[HOOK] !== PREROUTING || !ct.settings.checksum) return false;
  return badChecksum(p, dataoff, IPPROTO_UDP, available);
}

/** The checksum is verified with UDP's protocol number, which is not the one it was made with. */
function udpliteError(ct: ConntrackCore, p: Packet, dataoff: number): boolean {
  const { b, m } = p;
  const available = m[END]! - dataoff;
  if (available < HEADER) return true;
  const coverage = half(b, dataoff + 4);
  if (coverage !== 0 && (coverage < HEADER || coverage > available)) return true;
  if (half(b, dataoff + 6) === 0) return true;
  if (m[HOOK] !== PREROUTING || !ct.settings.checksum) return false;
  return badChecksum(p, dataoff, IPPROTO_UDP, coverage || available);
}

export const udp: Tracker = {
  protonum: IPPROTO_UDP,
  name: 'udp',
  timeouts,
  timeoutCells: 2,
  allowClash: true,
  ports: 'ports',
  packetToTuple: (_ct, p, dataoff, t) => getPorts(p, dataoff, t),
  packet(ct, p, row, dataoff, ctinfo) {
    if (udpError(ct, p, dataoff)) return INVALID;
    const { table } = ct;
    const cells = ct.timeoutsFor(row, udp);
    const status = table.status[row]!;
    if (!(status & IPS_CONFIRMED)) table.streamTs[row] = ct.jiffies + STREAM_AFTER;
    if (!(status & IPS_SEEN_REPLY)) {
      ct.refreshAcct(row, ctinfo, p, cells[UNREPLIED]!);
      return ACCEPT;
    }
    const stream = !ct.netns.profile.udpStreamLate || ct.jiffies > table.streamTs[row]!;
    ct.refreshAcct(row, ctinfo, p, cells[stream ? REPLIED : UNREPLIED]!);
    if (stream && !(status & (IPS_NAT_CLASH | IPS_ASSURED))) {
      table.status[row]! |= IPS_ASSURED;
      eventCache(ct, row, IPCT_ASSURED);
    }
    return ACCEPT;
  },
};

export const udplite: Tracker = {
  protonum: IPPROTO_UDPLITE,
  name: 'udplite',
  timeouts,
  timeoutCells: 2,
  allowClash: true,
  ports: 'ports',
  packetToTuple: (_ct, p, dataoff, t) => getPorts(p, dataoff, t),
  packet(ct, p, row, dataoff, ctinfo) {
    if (udpliteError(ct, p, dataoff)) return INVALID;
    const { table } = ct;
    const cells = ct.timeoutsFor(row, udplite);
    const status = table.status[row]!;
    if (!(status & IPS_SEEN_REPLY)) {
      ct.refreshAcct(row, ctinfo, p, cells[UNREPLIED]!);
      return ACCEPT;
    }
    ct.refreshAcct(row, ctinfo, p, cells[REPLIED]!);
    if (!(status & (IPS_NAT_CLASH | IPS_ASSURED))) {
      table.status[row]! |= IPS_ASSURED;
      eventCache(ct, row, IPCT_ASSURED);
    }
    return ACCEPT;
  },
};
