/**
 * SYNs and answers that do not fit the state, but may fit the ends' own: they pass, are remembered,
 * and the other side's answer decides.
 *
 * Mirrors the TCP_CONNTRACK_SYN_SENT and TCP_CONNTRACK_IGNORE cases of nf_conntrack_tcp_packet.
 */
import type { Packet } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import { IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY } from '../status.ts';
import { found, scanOptions } from './tcp-options.ts';
import { ACK_SET, RST_SET, SYN_SET, SYNACK_SET, TCP_LAST_ACK, TCP_SYN_SENT } from './tcp-state.ts';
import {
  FLAG_BE_LIBERAL,
  FLAG_CLOSE_INIT,
  FLAG_SACK_PERM,
  FLAG_WINDOW_SCALE,
  LAST_EXPECT_CHALLENGE_ACK,
  segment,
} from './tcp-window.ts';

/** A SYN of a closed connection opens a new one if it was closed in order, or by this side's RST. */
export function reopens(ct: ConntrackCore, row: number, dir: number): boolean {
  const { table } = ct;
  const closed = (table.tcpFlags[row * 2]! | table.tcpFlags[row * 2 + 1]!) & FLAG_CLOSE_INIT;
  return closed !== 0 || (table.lastDir[row] === dir && table.lastIndex[row] === RST_SET);
}

/**
 * True: the segment passes and is remembered. False: it is the SYN/ACK to a remembered SYN, whose
 * sender's side is now set from what was remembered.
 */
export function ignored(
  ct: ConntrackCore,
  p: Packet,
  row: number,
  dir: number,
  oldState: number,
): boolean {
  const { table } = ct;
  if (
    segment.kind === SYNACK_SET &&
    table.lastIndex[row] === SYN_SET &&
    table.lastDir[row] !== dir &&
    segment.ack >>> 0 === table.lastEnd[row]
  ) {
    resynchronize(ct, row, dir);
    return false;
  }
  table.lastIndex[row] = segment.kind;
  table.lastDir[row] = dir;
  table.lastSeq[row] = segment.seq;
  table.lastEnd[row] = segment.end;
  table.lastWin[row] = segment.window;
  if (segment.kind === SYN_SET && dir === IP_CT_DIR_ORIGINAL) {
    const options = scanOptions(p.b, segment.th, segment.doff);
    table.lastWscale[row] = options && found.scaled ? found.scale : 0;
    table.lastFlags[row] =
      (options && found.scaled ? FLAG_WINDOW_SCALE : 0) |
      (options && found.sackPermitted ? FLAG_SACK_PERM : 0) |
      (oldState === TCP_LAST_ACK ? LAST_EXPECT_CHALLENGE_ACK : 0);
  }
  // may be a challenge ACK to a SYN
  if (oldState === TCP_SYN_SENT && segment.kind === ACK_SET && dir === IP_CT_DIR_REPLY)
    table.lastAck[row] = segment.ack;
  return true;
}

/** Takes the remembered SYN for the opening one, and forgets the sender of this SYN/ACK. */
function resynchronize(ct: ConntrackCore, row: number, dir: number): void {
  const { table } = ct;
  const opener = row * 2 + table.lastDir[row]!;
  table.lastFlags[row]! &= ~LAST_EXPECT_CHALLENGE_ACK;
  table.tdEnd[opener] = table.tdMaxend[opener] = table.lastEnd[row]!;
  table.tdMaxwin[opener] = table.lastWin[row]! || 1;
  table.tdScale[opener] = table.lastWscale[row]!;
  table.tcpFlags[opener] = table.lastFlags[row]!;
  const side = row * 2 + dir;
  table.tdEnd[side] = table.tdMaxend[side] = table.tdMaxwin[side] = table.tdMaxack[side] = 0;
  table.tdScale[side] = 0;
  table.tcpFlags[side]! &= FLAG_BE_LIBERAL;
}
