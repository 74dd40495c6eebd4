/**
 * SCTP's states and what each chunk makes of them.
 *
 * Mirrors the table sctp_conntracks of nf_conntrack_proto_sctp.c. States are those of the
 * association, not of an end.
 */

export const SCTP_NONE = 0;
export const SCTP_CLOSED = 1;
export const SCTP_COOKIE_WAIT = 2;
export const SCTP_COOKIE_ECHOED = 3;
export const SCTP_ESTABLISHED = 4;
export const SCTP_SHUTDOWN_SENT = 5;
export const SCTP_SHUTDOWN_RECD = 6;
export const SCTP_SHUTDOWN_ACK_SENT = 7;
export const SCTP_HEARTBEAT_SENT = 8;
/** Not a state: the chunk is invalid. */
export const SCTP_MAX = 10;
export const SCTP_TIMEOUT_CELLS = 10;

export const SCTP_STATE_NAMES: readonly string[] = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
];

/** Chunk types. */
export const CID_DATA = 0;
export const CID_INIT = 1;
export const CID_INIT_ACK = 2;
export const CID_HEARTBEAT = 4;
export const CID_HEARTBEAT_ACK = 5;
export const CID_ABORT = 6;
export const CID_SHUTDOWN = 7;
export const CID_SHUTDOWN_ACK = 8;
export const CID_ERROR = 9;
export const CID_COOKIE_ECHO = 10;
export const CID_COOKIE_ACK = 11;
export const CID_SHUTDOWN_COMPLETE = 14;

const CL = SCTP_CLOSED;
const CW = SCTP_COOKIE_WAIT;
const CE = SCTP_COOKIE_ECHOED;
const ES = SCTP_ESTABLISHED;
const SS = SCTP_SHUTDOWN_SENT;
const SR = SCTP_SHUTDOWN_RECD;
const SA = SCTP_SHUTDOWN_ACK_SENT;
const HS = SCTP_HEARTBEAT_SENT;
const IV = SCTP_MAX;

/** By state before: NONE, CL, CW, CE, ES, SS, SR, SA, HS. */
type Row = readonly number[];

/** Chunks of the side that opened: [chunk, states]. */
const ORIGINAL: readonly (readonly [number, Row])[] = [
  // begins; a new one while shutting down starts over
  [CID_INIT, [CL, CL, CW, CE, ES, CL, CL, SA, CW]],
  [CID_INIT_ACK, [CL, CL, CW, CE, ES, SS, SR, SA, CL]],
  [CID_ABORT, [CL, CL, CL, CL, CL, CL, CL, CL, CL]],
  [CID_SHUTDOWN, [CL, CL, CW, CE, SS, SS, SR, SA, CL]],
  // out of the blue it waits for a SHUTDOWN COMPLETE
  [CID_SHUTDOWN_ACK, [SA, CL, CW, CE, ES, SA, SA, SA, SA]],
  [CID_ERROR, [CL, CL, CW, CE, ES, SS, SR, SA, CL]],
  [CID_COOKIE_ECHO, [CL, CL, CE, CE, ES, SS, SR, SA, CL]],
  [CID_COOKIE_ACK, [CL, CL, CW, ES, ES, SS, SR, SA, CL]],
  [CID_SHUTDOWN_COMPLETE, [CL, CL, CW, CE, ES, SS, SR, CL, CL]],
  // a secondary path of an association starts with a heartbeat
  [CID_HEARTBEAT, [HS, CL, CW, CE, ES, SS, SR, SA, HS]],
  [CID_HEARTBEAT_ACK, [CL, CL, CW, CE, ES, SS, SR, SA, HS]],
];

/** Chunks of the side that was asked; none of them can be the first. */
const REPLY: readonly (readonly [number, Row])[] = [
  [CID_INIT, [IV, CL, CW, CE, ES, SS, SR, SA, IV]],
  // answers the INIT
  [CID_INIT_ACK, [IV, CW, CW, CE, ES, SS, SR, SA, IV]],
  [CID_ABORT, [IV, CL, CL, CL, CL, CL, CL, CL, IV]],
  [CID_SHUTDOWN, [IV, CL, CW, CE, SR, SS, SR, SA, IV]],
  [CID_SHUTDOWN_ACK, [IV, CL, CW, CE, ES, SA, SA, SA, IV]],
  // a stale cookie
  [CID_ERROR, [IV, CL, CW, CL, ES, SS, SR, SA, IV]],
  [CID_COOKIE_ECHO, [IV, CL, CE, CE, ES, SS, SR, SA, IV]],
  // the association is up
  [CID_COOKIE_ACK, [IV, CL, CW, ES, ES, SS, SR, SA, IV]],
  [CID_SHUTDOWN_COMPLETE, [IV, CL, CW, CE, ES, SS, SR, CL, IV]],
  [CID_HEARTBEAT, [IV, CL, CW, CE, ES, SS, SR, SA, HS]],
  [CID_HEARTBEAT_ACK, [IV, CL, CW, CE, ES, SS, SR, SA, ES]],
];

const TABLE = [new Map(ORIGINAL), new Map(REPLY)] as const;

/** The state after a chunk; those that are not in the table (DATA, SACK, …) change nothing. */
export const nextSctpState = (direction: number, chunk: number, state: number): number =>
  TABLE[direction]!.get(chunk)?.[state] ?? state;
