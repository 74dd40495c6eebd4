/**
 * TCP window tracking: is this segment one that the receiver may take?
 *
 * Mirrors tcp_in_window of nf_conntrack_proto_tcp.c, after van Rooij's "Real Stateful TCP Packet
 * Filtering in IP Filter". Per side: tdEnd, the highest sequence number sent; tdMaxend, the highest
 * that the peer allows; tdMaxwin, the largest window it offered. A segment is good if
 *
 *   I    seq      <= sender.tdMaxend
 *   II   seq + len >= sender.tdEnd - receiver.tdMaxwin
 *   III  ack      <= receiver.tdEnd
 *   IV   ack      >= receiver.tdEnd - max(sender.tdMaxwin, 66000)
 *
 * where ack is the right edge of the highest SACK block if there is one. Sequence numbers are int32.
 */
import type { Packet } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import { seqOffset } from '../seqadj.ts';
import { IP_CT_DIR_REPLY, IPS_SEQ_ADJUST } from '../status.ts';
import { found, highestSack, scanOptions } from './tcp-options.ts';
import { ACK_SET, TCP_SYN_RECV, TCP_SYN_SENT, TH_ACK, TH_RST, TH_SYN } from './tcp-state.ts';

export const WINDOW_ACCEPT = 0;
/** Passes as part of the connection, which learns nothing from it. */
export const WINDOW_IGNORE = 1;
export const WINDOW_INVALID = 2;

/** IP_CT_TCP_FLAG_* of one side. */
export const FLAG_WINDOW_SCALE = 0x01;
export const FLAG_SACK_PERM = 0x02;
/** This side sent the first FIN. */
export const FLAG_CLOSE_INIT = 0x04;
export const FLAG_BE_LIBERAL = 0x08;
export const FLAG_DATA_UNACKNOWLEDGED = 0x10;
export const FLAG_MAXACK_SET = 0x20;

/** Bits of table.lastFlags beside these: an ACK may answer an ignored SYN (IP_CT_EXP_CHALLENGE_ACK). */
export const LAST_EXPECT_CHALLENGE_ACK = 0x40;
/** IP_CT_TCP_SIMULTANEOUS_OPEN */
export const LAST_SIMULTANEOUS_OPEN = 0x80;

/** A segment as tracking reads it; one per process, refilled. */
export const segment = { th: 0, doff: 0, flags: 0, seq: 0, ack: 0, end: 0, window: 0, kind: 0 };

const MAXACKWINCONST = 66000;

export const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;
export const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;

/** tcp_options: what a SYN says about its sender. */
export function learnOptions(ct: ConntrackCore, p: Packet, side: number): void {
  const { table } = ct;
  if (!scanOptions(p.b, segment.th, segment.doff)) return;
  table.tdScale[side] = found.scale;
  table.tcpFlags[side] =
    (table.tcpFlags[side]! & FLAG_BE_LIBERAL) |
    (found.sackPermitted ? FLAG_SACK_PERM : 0) |
    (found.scaled ? FLAG_WINDOW_SCALE : 0);
}

/** A side starts anew at this segment. */
function restartSender(ct: ConntrackCore, p: Packet, sender: number): void {
  const { table } = ct;
  table.tdEnd[sender] = table.tdMaxend[sender] = segment.end;
  table.tdMaxwin[sender] = segment.window || 1;
  learnOptions(ct, p, sender);
}

/** tcp_init_sender: a SYN or SYN/ACK starts this side. Both sides must offer scaling to have it. */
function initSender(
  ct: ConntrackCore,
  p: Packet,
  sender: number,
  receiver: number,
  reply: boolean,
) {
  const { tcpFlags, tdScale } = ct.table;
  restartSender(ct, p, sender);
  const both = tcpFlags[sender]! & tcpFlags[receiver]! & FLAG_WINDOW_SCALE;
  if (!both && (reply || !ct.netns.profile.tcpRestartsOnSyn))
    tdScale[sender] = tdScale[receiver] = 0;
}

/** The middle of a connection: its history is lost, so the segment's own numbers are taken. */
function pickUpSender(ct: ConntrackCore, sender: number, receiver: number, sack: number): void {
  const { tdEnd, tdMaxend, tdMaxwin, tdScale } = ct.table;
  tdEnd[sender] = segment.end;
  tdMaxwin[sender] = segment.window << tdScale[sender]! || 1;
  tdMaxend[sender] = segment.end + tdMaxwin[sender]!;
  if (tdMaxwin[receiver] === 0) tdEnd[receiver] = tdMaxend[receiver] = sack;
  // likely the answer to a keepalive
  else if (sack === ((tdEnd[receiver]! + 1) | 0)) tdEnd[receiver]!++;
}

/** nf_tcp_store_invalid: a liberal side or namespace takes what it should not. */
function unless(ct: ConntrackCore, sender: number, verdict: number): number {
  const liberal = ct.table.tcpFlags[sender]! & FLAG_BE_LIBERAL || ct.settings.tcpBeLiberal;
  return liberal ? WINDOW_ACCEPT : verdict;
}

export function tcpInWindow(ct: ConntrackCore, p: Packet, row: number, dir: number): number {
  const { table } = ct;
  const { tdEnd, tdMaxwin, tcpFlags } = table;
  const { flags } = segment;
  const sender = row * 2 + dir;
  const receiver = row * 2 + 1 - dir;
  const state = table.state[row]!;
  let { seq, ack, end } = segment;
  let sack = ack;
  if (tcpFlags[receiver]! & FLAG_SACK_PERM) sack = highestSack(p.b, segment.th, segment.doff, ack);
  if (table.status[row]! & IPS_SEQ_ADJUST) {
    const offset = seqOffset(ct, row, 1 - dir, (ack - 1) | 0);
    ack = (ack - offset) | 0;
    sack = (sack - offset) | 0;
  }

  if (tdMaxwin[sender] === 0) {
    if (flags & TH_SYN) {
      initSender(ct, p, sender, receiver, dir === IP_CT_DIR_REPLY);
      if (!(flags & TH_ACK)) return WINDOW_ACCEPT;
    } else {
      pickUpSender(ct, sender, receiver, sack);
    }
  } else if (after(end, tdEnd[sender]!)) {
    // RFC 793: reinitialized, with higher numbers than before
    const opening = state === TCP_SYN_SENT || state === TCP_SYN_RECV;
    if (!ct.netns.profile.tcpRestartsOnSyn) {
      if (state === (dir === IP_CT_DIR_REPLY ? TCP_SYN_RECV : TCP_SYN_SENT))
        restartSender(ct, p, sender);
    } else if (flags & TH_SYN && opening) {
      initSender(ct, p, sender, receiver, dir === IP_CT_DIR_REPLY);
      if (dir === IP_CT_DIR_REPLY && !(flags & TH_ACK)) return WINDOW_ACCEPT;
    }
  }

  // no ACK, or the 0 that broken stacks put into a RST: as if all were acknowledged
  if (!(flags & TH_ACK) || (flags & TH_RST && ack === 0)) ack = sack = tdEnd[receiver]! | 0;
  if (flags & TH_RST && seq === 0 && state === TCP_SYN_SENT) seq = end = tdEnd[sender]! | 0;

  let verdict = judge(ct, sender, receiver, seq, end, sack);
  if (verdict === WINDOW_IGNORE && !ct.netns.profile.tcpWindowIgnores) verdict = WINDOW_INVALID;
  if (verdict !== WINDOW_ACCEPT) return unless(ct, sender, verdict);
  learn(ct, sender, receiver, ack, sack, end);
  if (segment.kind === ACK_SET) noteRetransmission(ct, row, dir, seq, ack, end);
  return WINDOW_ACCEPT;
}

/** Conditions I to IV; what fails only by a little is ignored. */
function judge(
  ct: ConntrackCore,
  sender: number,
  receiver: number,
  seq: number,
  end: number,
  sack: number,
): number {
  const { tdEnd, tdMaxend, tdMaxwin, tcpFlags } = ct.table;
  const ackFloor = tdEnd[receiver]! - Math.max(tdMaxwin[sender]!, MAXACKWINCONST) - 1;
  const seqFloor = tdEnd[sender]! - tdMaxwin[receiver]! - 1;
  if (!before(seq, tdMaxend[sender]! + 1)) {
    const overshot = (end - tdMaxend[sender]! + 1) >>> 0;
    const littleOnly =
      tdMaxwin[receiver] !== 0 &&
      after(end, seqFloor) &&
      after(sack, ackFloor) &&
      overshot <= tdMaxwin[receiver]! &&
      before(sack, tdEnd[receiver]! + 1);
    if (!littleOnly || !ct.netns.profile.tcpWindowIgnores) return WINDOW_INVALID;
    // the peer may yet acknowledge what we let through
    tdEnd[sender] = end;
    tcpFlags[sender]! |= FLAG_DATA_UNACKNOWLEDGED;
    return WINDOW_IGNORE;
  }
  if (!before(sack, tdEnd[receiver]! + 1)) return WINDOW_INVALID;
  if (tdMaxwin[receiver] !== 0 && !after(end, seqFloor)) return WINDOW_IGNORE;
  return after(sack, ackFloor) ? WINDOW_ACCEPT : WINDOW_IGNORE;
}

/** What a good segment tells of both sides. */
function learn(
  ct: ConntrackCore,
  sender: number,
  receiver: number,
  ack: number,
  sack: number,
  end: number,
): void {
  const { tdEnd, tdMaxend, tdMaxwin, tdMaxack, tdScale, tcpFlags } = ct.table;
  const scale = segment.flags & TH_SYN ? 0 : tdScale[sender]!;
  const window = segment.window << scale;
  const offered = (window + ((sack - ack) | 0)) >>> 0;
  if (tdMaxwin[sender]! < offered) tdMaxwin[sender] = offered;
  if (after(end, tdEnd[sender]!)) {
    tdEnd[sender] = end;
    tcpFlags[sender]! |= FLAG_DATA_UNACKNOWLEDGED;
  }
  if (segment.flags & TH_ACK) {
    if (!(tcpFlags[sender]! & FLAG_MAXACK_SET) || after(ack, tdMaxack[sender]!))
      tdMaxack[sender] = ack;
    tcpFlags[sender]! |= FLAG_MAXACK_SET;
  }
  if (tdMaxwin[receiver] !== 0 && after(end, tdMaxend[sender]!))
    tdMaxwin[receiver]! += end - tdMaxend[sender]!;
  if (after(sack + window, tdMaxend[receiver]! - 1))
    tdMaxend[receiver] = sack + window + (window === 0 ? 1 : 0);
  if (ack === (tdEnd[receiver]! | 0)) tcpFlags[receiver]! &= ~FLAG_DATA_UNACKNOWLEDGED;
}

/** Equal ACKs in a row: the peer gets nothing through. */
function noteRetransmission(
  ct: ConntrackCore,
  row: number,
  dir: number,
  seq: number,
  ack: number,
  end: number,
): void {
  const { table } = ct;
  const same =
    table.lastDir[row] === dir &&
    table.lastSeq[row] === seq >>> 0 &&
    table.lastAck[row] === ack >>> 0 &&
    table.lastEnd[row] === end >>> 0 &&
    table.lastWin[row] === segment.window;
  if (same) {
    table.retrans[row]!++;
    return;
  }
  table.lastDir[row] = dir;
  table.lastSeq[row] = seq;
  table.lastAck[row] = ack;
  table.lastEnd[row] = end;
  table.lastWin[row] = segment.window;
  table.retrans[row] = 0;
}
