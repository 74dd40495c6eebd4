/**
 * TCP connections.
 *
 * Mirrors nf_conntrack_proto_tcp.c. `tcp.packet` reads in the order of nf_conntrack_tcp_packet: is it
 * TCP at all, what does the state table say, does it fit the window, how long may the connection now
 * be silent.
 */
import { half, word } from '../../address.ts';
import { PREROUTING } from '../../hooks.ts';
import { END, HOOK, type Packet } from '../../packet.ts';
import { badChecksum } from '../checksum.ts';
import type { ConntrackCore } from '../core.ts';
import { eventCache } from '../event.ts';
import { getPorts } from '../headers.ts';
import {
  directionOf,
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPCT_ASSURED,
  IPCT_PROTOINFO,
  IPPROTO_TCP,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_FIXED_TIMEOUT,
  IPS_SEEN_REPLY,
} from '../status.ts';
import { ACCEPT, DROP, INVALID, REPEAT, type TimeoutRow, type Tracker } from '../tracker.ts';
import { ignored, reopens } from './tcp-ignore.ts';
import { judgeReset, RESET_BEYOND_WINDOW, RESET_INVALID, RESET_KEEPS_STATE } from './tcp-reset.ts';
import {
  ACK_SET,
  FIN_SET,
  isClosing,
  NONE_SET,
  nextState,
  RST_SET,
  SYN_SET,
  segmentKind,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT,
  TCP_IGNORE,
  TCP_LAST_ACK,
  TCP_MAX,
  TCP_NONE,
  TCP_RETRANS,
  TCP_STATE_NAMES,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  TCP_SYN_SENT2,
  TCP_TIME_WAIT,
  TCP_TIMEOUT_CELLS,
  TCP_UNACK,
  TH_FIN,
  TH_RST,
  TH_SYN,
  validFlags,
} from './tcp-state.ts';
import {
  FLAG_BE_LIBERAL,
  FLAG_CLOSE_INIT,
  FLAG_DATA_UNACKNOWLEDGED,
  FLAG_SACK_PERM,
  LAST_EXPECT_CHALLENGE_ACK,
  LAST_SIMULTANEOUS_OPEN,
  learnOptions,
  segment,
  tcpInWindow,
  WINDOW_ACCEPT,
  WINDOW_IGNORE,
} from './tcp-window.ts';

const HEADER = 20;
/** A connection whose FIN or RST did not fit is only shortened if it had more than this left. */
const LOWER_ABOVE = 120 * 250;

const row = (index: number, name: string, seconds: number, sysctl = name): TimeoutRow => ({
  index,
  name,
  sysctl: `nf_conntrack_tcp_timeout_${sysctl}`,
  seconds,
});

const timeouts: readonly TimeoutRow[] = [
  row(TCP_SYN_SENT, 'syn_sent', 120),
  row(TCP_SYN_RECV, 'syn_recv', 60),
  row(TCP_ESTABLISHED, 'established', 432000),
  row(TCP_FIN_WAIT, 'fin_wait', 120),
  row(TCP_CLOSE_WAIT, 'close_wait', 60),
  row(TCP_LAST_ACK, 'last_ack', 30),
  row(TCP_TIME_WAIT, 'time_wait', 120),
  row(TCP_CLOSE, 'close', 10),
  { index: TCP_SYN_SENT2, name: 'syn_sent2', seconds: 120 },
  row(TCP_RETRANS, 'retrans', 300, 'max_retrans'),
  row(TCP_UNACK, 'unack', 300, 'unacknowledged'),
];

/** Reads the header; false: not a TCP segment that tracking looks at (tcp_error). */
function readSegment(ct: ConntrackCore, p: Packet, th: number): boolean {
  const { b, m } = p;
  const length = m[END]! - th;
  if (length < HEADER) return false;
  const doff = (b[th + 12]! >> 4) * 4;
  if (doff < HEADER || length < doff) return false;
  if (ct.settings.checksum && m[HOOK] === PREROUTING && badChecksum(p, th, IPPROTO_TCP, length))
    return false;
  const flags = b[th + 13]!;
  if (!validFlags(flags)) return false;
  segment.th = th;
  segment.doff = doff;
  segment.flags = flags;
  segment.seq = word(b, th + 4);
  segment.ack = word(b, th + 8);
  segment.window = half(b, th + 14);
  segment.kind = segmentKind(flags);
  segment.end =
    (segment.seq + length - doff + (flags & TH_SYN ? 1 : 0) + (flags & TH_FIN ? 1 : 0)) | 0;
  return true;
}

/** tcp_new: what the first segment says of its sender. False: it starts no connection. */
function tcpNew(ct: ConntrackCore, p: Packet, r: number): boolean {
  const { table } = ct;
  const state = nextState(IP_CT_DIR_ORIGINAL, segment.kind, TCP_NONE);
  if (state >= TCP_MAX || (state !== TCP_SYN_SENT && !ct.settings.tcpLoose)) return false;
  const side = r * 2;
  table.state[r] = TCP_NONE;
  table.tdEnd[side] = table.tdMaxend[side] = segment.end;
  table.tdMaxwin[side] = segment.window || 1;
  if (state === TCP_SYN_SENT) {
    learnOptions(ct, p, side);
  } else {
    // picked up in the middle: scaling is unknown, so no window check holds
    table.tdMaxend[side]! += table.tdMaxwin[side]!;
    table.tcpFlags[side] = table.tcpFlags[side + 1] = FLAG_SACK_PERM | FLAG_BE_LIBERAL;
  }
  table.lastIndex[r] = NONE_SET;
  return true;
}

/** nf_tcp_handle_invalid: a FIN or RST of each side that did not fit shortens the connection. */
function handleInvalid(ct: ConntrackCore, r: number, dir: number): void {
  const { table } = ct;
  if (!ct.netns.profile.tcpInvalidLowers) return;
  if ((table.status[r]! & (IPS_ASSURED | IPS_FIXED_TIMEOUT)) !== IPS_ASSURED) return;
  if (segment.kind !== RST_SET && segment.kind !== FIN_SET) return;
  const last = table.lastIndex[r]!;
  if (table.lastDir[r] === dir || (last !== FIN_SET && last !== RST_SET)) {
    table.lastIndex[r] = segment.kind;
    table.lastDir[r] = dir;
    return;
  }
  const expires = ct.expires(r);
  const unack = ct.timeoutsFor(r, tcp)[TCP_UNACK]!;
  if (expires >= LOWER_ABOVE && expires > unack) table.timeout[r] = unack + ct.jiffies;
}

/** Jiffies that the connection may now be silent. */
function timeoutAfter(ct: ConntrackCore, r: number, cells: Float64Array, state: number): number {
  const { table } = ct;
  const own = cells[state]!;
  const flags = table.tcpFlags[r * 2]! | table.tcpFlags[r * 2 + 1]!;
  if (table.retrans[r]! >= ct.settings.tcpMaxRetrans && own > cells[TCP_RETRANS]!)
    return cells[TCP_RETRANS]!;
  if (segment.kind === RST_SET) {
    if (ct.netns.profile.tcpResetLeaves === 'close') return cells[TCP_CLOSE]!;
    if (state === TCP_ESTABLISHED && own > cells[TCP_UNACK]!) return cells[TCP_UNACK]!;
  }
  if (flags & FLAG_DATA_UNACKNOWLEDGED && own > cells[TCP_UNACK]!) return cells[TCP_UNACK]!;
  if (table.lastWin[r] === 0 && own > cells[TCP_RETRANS]!) return cells[TCP_RETRANS]!;
  return own;
}

/** The segment belongs to the connection: takes the new state, refreshes and counts. */
function enter(
  ct: ConntrackCore,
  p: Packet,
  r: number,
  ctinfo: number,
  oldState: number,
  state: number,
): number {
  const { table } = ct;
  const dir = directionOf(ctinfo);
  table.lastIndex[r] = segment.kind;
  table.lastDir[r] = dir;
  table.state[r] = state;
  if (oldState !== state && state === TCP_FIN_WAIT) table.tcpFlags[r * 2 + dir]! |= FLAG_CLOSE_INIT;
  const cells = ct.timeoutsFor(r, tcp);
  let timeout = timeoutAfter(ct, r, cells, state);
  if (state !== oldState) eventCache(ct, r, IPCT_PROTOINFO);
  if (!(table.status[r]! & IPS_SEEN_REPLY)) {
    // refused, or its own RST: there is no connection
    if (segment.flags & TH_RST) {
      ct.killAcct(r, ctinfo, p);
      return ACCEPT;
    }
    // a repeated SYN must not keep the entry alive
    const again = segment.kind === SYN_SET && oldState === TCP_SYN_SENT;
    if (again && ct.netns.profile.tcpSynRenewsNot) return ACCEPT;
    if (state === TCP_ESTABLISHED) timeout = Math.min(timeout, cells[TCP_UNACK]!);
  } else if (
    !(table.status[r]! & IPS_ASSURED) &&
    (oldState === TCP_SYN_RECV || oldState === TCP_ESTABLISHED) &&
    state === TCP_ESTABLISHED
  ) {
    table.status[r]! |= IPS_ASSURED;
    eventCache(ct, r, IPCT_ASSURED);
  }
  ct.refreshAcct(r, ctinfo, p, timeout);
  return ACCEPT;
}

/** RFC 5961: an ACK in LAST_ACK that answers a SYN we let through is not the last one. */
function challengeAck(ct: ConntrackCore, r: number, dir: number, oldState: number): boolean {
  const { table } = ct;
  if (
    oldState !== TCP_LAST_ACK ||
    segment.kind !== ACK_SET ||
    table.lastDir[r] === dir ||
    table.lastIndex[r] !== SYN_SET ||
    !(table.lastFlags[r]! & LAST_EXPECT_CHALLENGE_ACK)
  )
    return false;
  table.lastFlags[r]! &= ~LAST_EXPECT_CHALLENGE_ACK;
  return true;
}

/** The client of a synproxy asks again while the server has not answered: a new SYN will follow. */
function keepsAlive(ct: ConntrackCore, r: number, dir: number, oldState: number): boolean {
  const { table } = ct;
  return (
    ct.synproxies.has(r) &&
    oldState === TCP_SYN_SENT &&
    segment.kind === ACK_SET &&
    dir === IP_CT_DIR_ORIGINAL &&
    table.lastDir[r] === IP_CT_DIR_ORIGINAL &&
    ((table.tdEnd[r * 2 + dir]! - 1) | 0) === segment.seq
  );
}

export const tcp: Tracker = {
  protonum: IPPROTO_TCP,
  name: 'tcp',
  timeouts,
  timeoutCells: TCP_TIMEOUT_CELLS,
  newTimeout: TCP_SYN_SENT,
  allowClash: false,
  ports: 'ports',
  stateNames: TCP_STATE_NAMES,
  packetToTuple: (_ct, p, dataoff, t) => getPorts(p, dataoff, t),

  packet(ct, p, r, dataoff, ctinfo) {
    const { table } = ct;
    if (!readSegment(ct, p, dataoff)) return INVALID;
    if (!(table.status[r]! & IPS_CONFIRMED) && !tcpNew(ct, p, r)) return INVALID;
    const dir = directionOf(ctinfo);
    let oldState = table.state[r]!;
    let state = nextState(dir, segment.kind, oldState);

    if (state === TCP_MAX) return keepsAlive(ct, r, dir, oldState) ? ACCEPT : INVALID;
    if (state === TCP_SYN_SENT && oldState >= TCP_TIME_WAIT) {
      if (reopens(ct, r, dir)) return ct.kill(r) ? REPEAT : DROP;
      state = TCP_IGNORE;
    }
    if (state === TCP_IGNORE) {
      if (ignored(ct, p, r, dir, oldState)) return ACCEPT;
      // a SYN/ACK to a SYN that was let through: both ends agree, and now we do
      oldState = TCP_SYN_SENT;
      state = TCP_SYN_RECV;
    } else if (state === TCP_TIME_WAIT && challengeAck(ct, r, dir, oldState)) {
      return ACCEPT;
    } else if (state === TCP_SYN_SENT2) {
      table.lastFlags[r]! |= LAST_SIMULTANEOUS_OPEN;
    } else if (
      state === TCP_SYN_RECV &&
      dir === IP_CT_DIR_REPLY &&
      segment.kind === ACK_SET &&
      table.lastFlags[r]! & LAST_SIMULTANEOUS_OPEN
    ) {
      state = TCP_ESTABLISHED;
    } else if (state === TCP_CLOSE && segment.kind === RST_SET) {
      const reset = judgeReset(ct, r, dir, oldState);
      if (reset & RESET_INVALID) return INVALID;
      if (reset & RESET_KEEPS_STATE) state = oldState;
      if (reset & RESET_BEYOND_WINDOW) return enter(ct, p, r, ctinfo, oldState, state);
    }

    const window = tcpInWindow(ct, p, r, dir);
    if (window === WINDOW_ACCEPT) return enter(ct, p, r, ctinfo, oldState, state);
    if (window === WINDOW_IGNORE) return ACCEPT;
    handleInvalid(ct, r, dir);
    return INVALID;
  },

  canEarlyDrop: (ct, r) => isClosing(ct.table.state[r]!),
};

/** nf_conntrack_tcp_set_closing: the machine itself sent a reset. */
export function setClosing(ct: ConntrackCore, r: number): void {
  const { table } = ct;
  if (!(table.status[r]! & IPS_CONFIRMED)) return;
  const old = table.state[r];
  table.state[r] = TCP_CLOSE;
  if (old === TCP_CLOSE || table.status[r]! & IPS_FIXED_TIMEOUT) return;
  table.timeout[r] = ct.timeoutsFor(r, tcp)[TCP_CLOSE]! + ct.jiffies;
  eventCache(ct, r, IPCT_PROTOINFO);
}

/** nf_ct_tcp_fixup: after a time without tracking all windows are forgotten. */
export function tcpFixup(ct: ConntrackCore, r: number): void {
  if (ct.protonum(r) !== IPPROTO_TCP || ct.table.state[r] !== TCP_ESTABLISHED) return;
  ct.table.tdMaxwin[r * 2] = ct.table.tdMaxwin[r * 2 + 1] = 0;
}
