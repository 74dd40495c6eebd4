/** DCCP connections. Mirrors nf_conntrack_proto_dccp.c. */
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
  IPCT_PROTOINFO,
  IPPROTO_DCCP,
  IPS_ASSURED,
  IPS_SEEN_REPLY,
} from '../status.ts';
import { ACCEPT, DROP, INVALID, type TimeoutRow, type Tracker } from '../tracker.ts';
import {
  DCCP_CLOSEREQ,
  DCCP_CLOSING,
  DCCP_IGNORE,
  DCCP_INVALID,
  DCCP_NONE,
  DCCP_OPEN,
  DCCP_PARTOPEN,
  DCCP_REQUEST,
  DCCP_RESPOND,
  DCCP_STATE_NAMES,
  DCCP_TIMEOUT_CELLS,
  DCCP_TIMEWAIT,
  nextDccpState,
  PKT_ACK,
  PKT_CLOSE,
  PKT_CLOSEREQ,
  PKT_INVALID,
  PKT_REQUEST,
  PKT_RESET,
  PKT_RESPONSE,
  PKT_SYNC,
  PKT_SYNCACK,
  ROLE_CLIENT,
  ROLE_SERVER,
} from './dccp-state.ts';

const HEADER = 12;
const MSL = 120;
const SEQ_HIGH = 2 ** 32;

/** Types that must have 48-bit sequence numbers. */
const LONG_SEQ: ReadonlySet<number> = new Set([
  PKT_REQUEST,
  PKT_RESPONSE,
  PKT_CLOSEREQ,
  PKT_CLOSE,
  PKT_RESET,
  PKT_SYNC,
  PKT_SYNCACK,
]);

const row = (index: number, name: string, seconds: number): TimeoutRow => ({
  index,
  name,
  sysctl: `nf_conntrack_dccp_timeout_${name}`,
  seconds,
});

const timeouts: readonly TimeoutRow[] = [
  row(DCCP_REQUEST, 'request', 2 * MSL),
  row(DCCP_RESPOND, 'respond', 4 * MSL),
  row(DCCP_PARTOPEN, 'partopen', 4 * MSL),
  row(DCCP_OPEN, 'open', 12 * 3600),
  row(DCCP_CLOSEREQ, 'closereq', 64),
  row(DCCP_CLOSING, 'closing', 64),
  row(DCCP_TIMEWAIT, 'timewait', 2 * MSL),
];

const typeOf = (b: Uint8Array, at: number): number => (b[at + 8]! >> 1) & 15;
/** The X bit: sequence numbers of 48 bits. */
const longSeq = (b: Uint8Array, at: number): boolean => (b[at + 8]! & 1) === 1;

/** dccp_hdr_seq */
const sequence = (b: Uint8Array, at: number): number =>
  longSeq(b, at)
    ? half(b, at + 10) * SEQ_HIGH + (word(b, at + 12) >>> 0)
    : (b[at + 9]! << 16) | half(b, at + 10);

/** dccp_ack_seq; only of packets with long numbers and an acknowledgement. */
const acknowledged = (b: Uint8Array, at: number): number => {
  const ack = at + (longSeq(b, at) ? 16 : HEADER);
  return half(b, ack + 2) * SEQ_HIGH + (word(b, ack + 4) >>> 0);
};

/** __dccp_hdr_len: the basic header and what its type puts behind it. */
function headerLength(b: Uint8Array, at: number): number {
  const basic = longSeq(b, at) ? 16 : HEADER;
  switch (typeOf(b, at)) {
    case PKT_REQUEST:
      return basic + 4;
    case PKT_RESPONSE:
    case PKT_RESET:
      return basic + 12;
    case 2:
      return basic;
    default:
      return basic + 8;
  }
}

function dccpError(ct: ConntrackCore, p: Packet, at: number): boolean {
  const { b, m } = p;
  const length = m[END]! - at;
  const doff = b[at + 4]! * 4;
  if (doff < HEADER || doff > length) return true;
  const cscov = b[at + 5]! & 15;
  const coverage = cscov === 0 ? length : (cscov - 1) * 4;
  if (coverage > length) return true;
  if (ct.settings.checksum && m[HOOK] === PREROUTING && badChecksum(p, at, IPPROTO_DCCP, coverage))
    return true;
  const type = typeOf(b, at);
  return type >= PKT_INVALID || (LONG_SEQ.has(type) && !longSeq(b, at));
}

function dccpNew(ct: ConntrackCore, r: number, type: number): boolean {
  const { table } = ct;
  const state = nextDccpState(ROLE_CLIENT, type, DCCP_NONE);
  if (state === DCCP_INVALID || (state !== DCCP_REQUEST && !ct.settings.dccpLoose)) return false;
  table.role[r * 2 + IP_CT_DIR_ORIGINAL] = ROLE_CLIENT;
  table.role[r * 2 + IP_CT_DIR_REPLY] = ROLE_SERVER;
  table.state[r] = DCCP_NONE;
  table.lastIndex[r] = PKT_REQUEST;
  table.lastDir[r] = IP_CT_DIR_ORIGINAL;
  table.handshakeSeq[r] = 0;
  return true;
}

/** The state that a packet leads to, with what it changes beside it; DCCP_IGNORE: it only passes. */
function advance(ct: ConntrackCore, p: Packet, r: number, at: number, dir: number, type: number) {
  const { table } = ct;
  const [own, peer] = [r * 2 + dir, r * 2 + 1 - dir];
  const old = table.state[r]!;
  const state = nextDccpState(table.role[own]!, type, old);
  if (state === DCCP_REQUEST && old === DCCP_TIMEWAIT && table.role[own] === ROLE_SERVER) {
    // opened anew from the other side
    table.role[own] = ROLE_CLIENT;
    table.role[peer] = ROLE_SERVER;
  } else if (state === DCCP_RESPOND && old === DCCP_REQUEST) {
    table.handshakeSeq[r] = sequence(p.b, at);
  } else if (state === DCCP_PARTOPEN && old === DCCP_RESPOND && type === PKT_ACK) {
    if (acknowledged(p.b, at) === table.handshakeSeq[r]) table.status[r]! |= IPS_ASSURED;
  } else if (
    state === DCCP_IGNORE &&
    table.lastDir[r] === 1 - dir &&
    table.lastIndex[r] === PKT_REQUEST &&
    type === PKT_RESPONSE
  ) {
    // both ends agree on a Request that was ignored
    table.role[peer] = ROLE_CLIENT;
    table.role[own] = ROLE_SERVER;
    table.handshakeSeq[r] = sequence(p.b, at);
    return DCCP_RESPOND;
  }
  return state;
}

export const dccp: Tracker = {
  protonum: IPPROTO_DCCP,
  name: 'dccp',
  timeouts,
  timeoutCells: DCCP_TIMEOUT_CELLS,
  newTimeout: DCCP_REQUEST,
  allowClash: false,
  ports: 'ports',
  stateNames: DCCP_STATE_NAMES,
  packetToTuple: (_ct, p, dataoff, t) => getPorts(p, dataoff, t),

  packet(ct, p, r, dataoff, ctinfo) {
    const { b, m } = p;
    const { table } = ct;
    const short = ct.netns.profile.dccpDropsShort ? DROP : INVALID;
    if (dataoff + HEADER > m[END]!) return short;
    if (dccpError(ct, p, dataoff)) return INVALID;
    if (dataoff + headerLength(b, dataoff) > m[END]!) return short;
    const type = typeOf(b, dataoff);
    if (!ct.isConfirmed(r) && !dccpNew(ct, r, type)) return INVALID;
    if (type === PKT_RESET && !(table.status[r]! & IPS_SEEN_REPLY)) {
      ct.killAcct(r, ctinfo, p);
      return ACCEPT;
    }
    const dir = directionOf(ctinfo);
    const old = table.state[r]!;
    const state = advance(ct, p, r, dataoff, dir, type);
    if (state === DCCP_INVALID) return INVALID;
    table.lastDir[r] = dir;
    table.lastIndex[r] = type;
    if (state === DCCP_IGNORE) return ACCEPT;
    table.state[r] = state;
    if (state !== old) eventCache(ct, r, IPCT_PROTOINFO);
    ct.refreshAcct(r, ctinfo, p, ct.timeoutsFor(r, dccp)[state]!);
    return ACCEPT;
  },

  canEarlyDrop(ct, r) {
    const state = ct.table.state[r]!;
    return state >= DCCP_CLOSEREQ && state <= DCCP_TIMEWAIT;
  },
};
