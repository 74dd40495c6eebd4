/**
 * Is this RST one that the receiver will believe?
 *
 * Mirrors the TCP_CONNTRACK_CLOSE case of nf_conntrack_tcp_packet (RFC 5961).
 */
import type { ConntrackCore } from '../core.ts';
import { IP_CT_DIR_REPLY, IPS_ASSURED, IPS_SEEN_REPLY } from '../status.ts';
import { ACK_SET, isClosing, SYN_SET, TCP_SYN_SENT, tcpEstablished } from './tcp-state.ts';
import { before, FLAG_MAXACK_SET, segment } from './tcp-window.ts';

/** Bits of the judgement; 0: an ordinary RST, the window decides. */
export const RESET_INVALID = 1;
/** Not exactly the expected number: the receiver will challenge it. */
export const RESET_KEEPS_STATE = 2;
/** It answers something that was let through, so windows say nothing. */
export const RESET_BEYOND_WINDOW = 4;

export function judgeReset(ct: ConntrackCore, row: number, dir: number, oldState: number): number {
  const { table } = ct;
  const { profile } = ct.netns;
  // closing already: the tuple may be in use again, and what is remembered is old
  if (isClosing(oldState) && profile.tcpResetWhileClosing) return RESET_BEYOND_WINDOW;
  const peer = row * 2 + 1 - dir;
  let judgement = 0;
  const afterSyn = table.lastIndex[row] === SYN_SET && profile.tcpResetToIgnoredSyn;
  if (table.tcpFlags[peer]! & FLAG_MAXACK_SET && !afterSyn) {
    const { seq } = segment;
    const expected = table.tdMaxack[peer]! | 0;
    const established = tcpEstablished(ct, row);
    // likely the answer to a SYN that was let through
    if (seq === 0 && !established && profile.tcpResetToIgnoredSyn) return 0;
    if (before(seq, expected) && !ct.settings.tcpIgnoreInvalidRst) return RESET_INVALID;
    if (!established || seq === expected) return 0;
    // right behind this side's own data
    if (
      table.lastIndex[row] === ACK_SET &&
      table.lastDir[row] === dir &&
      seq >>> 0 === table.lastEnd[row]
    )
      return 0;
    if (profile.tcpResetExact) judgement = RESET_KEEPS_STATE;
  }
  return answersIgnored(ct, row, dir, oldState) ? judgement | RESET_BEYOND_WINDOW : judgement;
}

/** RST to a SYN or ACK that was let through (tcp-ignore.ts), or to a challenge ACK. */
function answersIgnored(ct: ConntrackCore, row: number, dir: number, oldState: number): boolean {
  const { table } = ct;
  const status = table.status[row]!;
  const last = table.lastIndex[row]!;
  const { tcpResetToIgnoredSyn } = ct.netns.profile;
  const othersSyn = last === SYN_SET && (table.lastDir[row] !== dir || !tcpResetToIgnoredSyn);
  const toSyn = status & IPS_SEEN_REPLY && othersSyn;
  const toAck = !(status & IPS_ASSURED) && last === ACK_SET;
  if ((toSyn || toAck) && segment.ack >>> 0 === table.lastEnd[row]) return true;
  return (
    tcpResetToIgnoredSyn &&
    oldState === TCP_SYN_SENT &&
    last === ACK_SET &&
    table.lastDir[row] === IP_CT_DIR_REPLY &&
    segment.seq >>> 0 === table.lastAck[row]
  );
}
