/**
 * TCP's states and what each kind of segment makes of them.
 *
 * Mirrors the table tcp_conntracks of nf_conntrack_proto_tcp.c. We are in the middle: the state is a
 * guess at that of the sender, from segments that may yet be lost.
 */
import type { ConntrackCore } from '../core.ts';
import { IPS_ASSURED } from '../status.ts';

export const TCP_NONE = 0;
export const TCP_SYN_SENT = 1;
export const TCP_SYN_RECV = 2;
export const TCP_ESTABLISHED = 3;
export const TCP_FIN_WAIT = 4;
export const TCP_CLOSE_WAIT = 5;
export const TCP_LAST_ACK = 6;
export const TCP_TIME_WAIT = 7;
export const TCP_CLOSE = 8;
/** Both sides sent a SYN. */
export const TCP_SYN_SENT2 = 9;
/** Not a state: the segment is invalid. */
export const TCP_MAX = 10;
/** Not a state: the segment may be right, the other side will tell. */
export const TCP_IGNORE = 11;
/** Timeouts that are not those of a state. */
export const TCP_RETRANS = 12;
export const TCP_UNACK = 13;
export const TCP_TIMEOUT_CELLS = 14;

export const TCP_STATE_NAMES: readonly string[] = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
];

/** What a segment is: enum tcp_bit_set. */
export const SYN_SET = 0;
export const SYNACK_SET = 1;
export const FIN_SET = 2;
export const ACK_SET = 3;
export const RST_SET = 4;
export const NONE_SET = 5;

/** Bits of the 14th byte of the header. */
export const TH_FIN = 0x01;
export const TH_SYN = 0x02;
export const TH_RST = 0x04;
export const TH_ACK = 0x10;
export const TH_URG = 0x20;

/** get_conntrack_index */
export function segmentKind(flags: number): number {
  if (flags & TH_RST) return RST_SET;
  if (flags & TH_SYN) return flags & TH_ACK ? SYNACK_SET : SYN_SET;
  if (flags & TH_FIN) return FIN_SET;
  return flags & TH_ACK ? ACK_SET : NONE_SET;
}

/** tcp_valid_flags: combinations of FIN, SYN, RST, ACK and URG; PSH and the ECN bits do not matter. */
const VALID_FLAGS: ReadonlySet<number> = new Set([
  TH_SYN,
  TH_SYN | TH_URG,
  TH_SYN | TH_ACK,
  TH_RST,
  TH_RST | TH_ACK,
  TH_FIN | TH_ACK,
  TH_FIN | TH_ACK | TH_URG,
  TH_ACK,
  TH_ACK | TH_URG,
]);

export const validFlags = (flags: number): boolean =>
  VALID_FLAGS.has(flags & (TH_FIN | TH_SYN | TH_RST | TH_ACK | TH_URG));

const SS = TCP_SYN_SENT;
const SR = TCP_SYN_RECV;
const ES = TCP_ESTABLISHED;
const FW = TCP_FIN_WAIT;
const CW = TCP_CLOSE_WAIT;
const LA = TCP_LAST_ACK;
const TW = TCP_TIME_WAIT;
const CL = TCP_CLOSE;
const S2 = TCP_SYN_SENT2;
const IV = TCP_MAX;
const IG = TCP_IGNORE;

/** By state before: NONE (NO), SS, SR, ES, FW, CW, LA, TW, CL, S2. */
type Row = readonly number[];

/** Segments of the side that opened the connection. */
const ORIGINAL: readonly Row[] = [
  // SYN: a first or repeated one opens (NO, SS); in TW and CL it opens anew. Between SR and LA the
  // peer will answer with a challenge or a SYN/ACK if we are out of step, so it is let through.
  [SS, SS, IG, IG, IG, IG, IG, SS, SS, S2],
  // SYN/ACK: the opener sends one only when both sides opened at once (S2, SR).
  [IV, IV, SR, IV, IV, IV, IV, IV, IV, SR],
  // FIN: closes (SR, ES); after a FIN it is taken for the second one (FW, CW: LA). Not before the
  // SYN/ACK was seen.
  [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
  // ACK: without history the connection is assumed (NO); it ends the handshake (SR), answers a FIN
  // (FW: CW), is the last one (LA: TW). Not before the SYN/ACK was seen.
  [ES, IV, ES, ES, CW, CW, TW, TW, CL, IV],
  // RST: closes every state, starts none.
  [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
  // None of these flags: never valid.
  [IV, IV, IV, IV, IV, IV, IV, IV, IV, IV],
];

/** Segments of the side that was asked. */
const REPLY: readonly Row[] = [
  // SYN: both open at once (SS), or the roles change after TW; a server sends none otherwise.
  [IV, S2, IV, IV, IV, IV, IV, SS, IV, S2],
  // SYN/ACK: the ordinary answer (SS, S2); later it may answer a SYN that we let through.
  [IV, SR, IG, IG, IG, IG, IG, IG, IG, SR],
  // FIN: as the opener's.
  [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
  // ACK: to a SYN it may come from a half-open connection (SS, S2); in SR it answers a repeated SYN.
  [IV, IG, SR, ES, CW, CW, TW, TW, CL, IG],
  // RST: refuses or closes.
  [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
  // None of these flags: never valid.
  [IV, IV, IV, IV, IV, IV, IV, IV, IV, IV],
];

const STATES = 10;
const KINDS = 6;
const TABLE = Uint8Array.from([...ORIGINAL, ...REPLY].flat());

/** The state after a segment: one of the states, TCP_MAX or TCP_IGNORE. */
export const nextState = (direction: number, kind: number, state: number): number =>
  TABLE[(direction * KINDS + kind) * STATES + state]!;

/** nf_conntrack_tcp_established */
export const tcpEstablished = (ct: ConntrackCore, row: number): boolean =>
  ct.table.state[row] === TCP_ESTABLISHED && (ct.table.status[row]! & IPS_ASSURED) !== 0;

/** tcp_can_early_drop: somebody began to close. */
export const isClosing = (state: number): boolean => state >= TCP_FIN_WAIT && state <= TCP_CLOSE;
