/**
 * DCCP's states and what each packet type makes of them, for client and server.
 *
 * Mirrors the table dccp_state_table of nf_conntrack_proto_dccp.c (RFC 4340, 8).
 */

export const DCCP_NONE = 0;
export const DCCP_REQUEST = 1;
export const DCCP_RESPOND = 2;
export const DCCP_PARTOPEN = 3;
export const DCCP_OPEN = 4;
export const DCCP_CLOSEREQ = 5;
export const DCCP_CLOSING = 6;
export const DCCP_TIMEWAIT = 7;
/** Not states: may be right (the answer will tell), and invalid. */
export const DCCP_IGNORE = 8;
export const DCCP_INVALID = 9;
export const DCCP_TIMEOUT_CELLS = 8;

export const DCCP_STATE_NAMES: readonly string[] = [
  'NONE',
  'REQUEST',
  'RESPOND',
  'PARTOPEN',
  'OPEN',
  'CLOSEREQ',
  'CLOSING',
  'TIMEWAIT',
  'IGNORE',
  'INVALID',
];

export const ROLE_CLIENT = 0;
export const ROLE_SERVER = 1;

/** Packet types. */
export const PKT_REQUEST = 0;
export const PKT_RESPONSE = 1;
export const PKT_ACK = 3;
export const PKT_CLOSEREQ = 5;
export const PKT_CLOSE = 6;
export const PKT_RESET = 7;
export const PKT_SYNC = 8;
export const PKT_SYNCACK = 9;
/** The first type that does not exist. */
export const PKT_INVALID = 10;

const RQ = DCCP_REQUEST;
const RS = DCCP_RESPOND;
const PO = DCCP_PARTOPEN;
const OP = DCCP_OPEN;
const CR = DCCP_CLOSEREQ;
const CG = DCCP_CLOSING;
const TW = DCCP_TIMEWAIT;
const IG = DCCP_IGNORE;
const IV = DCCP_INVALID;

/** By state before: NONE, RQ, RS, PO, OP, CR, CG, TW. */
type Row = readonly number[];

/** By packet type. */
const CLIENT: readonly Row[] = [
  // Request: opens or repeats; later we may be out of step; after TIMEWAIT it opens anew
  [RQ, RQ, RS, IG, IG, IG, IG, RQ],
  // Response: a client sends none, but may answer a Request that was ignored
  [IV, IG, IG, IG, IG, IG, IG, IV],
  // Data: only in an open connection
  [IV, IV, IV, IV, OP, CR, CG, IV],
  // Ack: answers the Response
  [IV, IV, PO, PO, OP, CR, CG, IV],
  // DataAck: the same with data
  [IV, IV, PO, PO, OP, CR, CG, IV],
  // CloseReq: only servers send it
  [IV, IV, IV, IV, IV, IV, IV, IV],
  // Close: of its own or asked for; a repeated one is not valid
  [IV, IV, IV, CG, CG, CG, IV, IV],
  // Reset: ends it
  [IV, TW, TW, TW, TW, TW, TW, IG],
  // Sync, SyncAck: not looked at
  [IV, IG, IG, IG, IG, IG, IG, IG],
  [IV, IG, IG, IG, IG, IG, IG, IG],
];

const SERVER: readonly Row[] = [
  // Request: after TIMEWAIT the roles may change
  [IV, IG, IG, IG, IG, IG, IG, RQ],
  // Response: answers the Request
  [IV, RS, RS, IG, IG, IG, IG, IV],
  // Data, Ack, DataAck: open the connection for both
  [IV, IV, IV, OP, OP, IV, CG, IV],
  [IV, IV, IV, OP, OP, IV, CG, IV],
  [IV, IV, IV, OP, OP, IV, CG, IV],
  // CloseReq: the client shall close
  [IV, IV, IV, CR, CR, CR, CR, IV],
  // Close
  [IV, IV, IV, CG, CG, IV, CG, IV],
  // Reset: refreshes TIMEWAIT too
  [IV, TW, TW, TW, TW, TW, TW, TW],
  // Sync, SyncAck
  [IV, IG, IG, IG, IG, IG, IG, IG],
  [IV, IG, IG, IG, IG, IG, IG, IG],
];

const TABLE = [CLIENT, SERVER] as const;

/** The state after a packet: one of the states, DCCP_IGNORE or DCCP_INVALID. */
export const nextDccpState = (role: number, type: number, state: number): number =>
  TABLE[role]![type]![state]!;
