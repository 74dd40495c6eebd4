/**
 * SCTP associations.
 *
 * Mirrors nf_conntrack_proto_sctp.c (RFC 4960: 8.5 verification tags, 8.4 packets out of the blue).
 */
import { half, word } from '../../address.ts';
import { crc32c } from '../../checksum.ts';
import { PREROUTING } from '../../hooks.ts';
import { END, FLAG_CSUM_OK, FLAGS, HOOK, type Packet } from '../../packet.ts';
import type { ConntrackCore } from '../core.ts';
import { eventCache } from '../event.ts';
import { getPorts } from '../headers.ts';
import {
  directionOf,
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPCT_ASSURED,
  IPCT_PROTOINFO,
  IPPROTO_SCTP,
  IPS_ASSURED,
} from '../status.ts';
import { ACCEPT, INVALID, type TimeoutRow, type Tracker } from '../tracker.ts';
import {
  CID_ABORT,
  CID_COOKIE_ACK,
  CID_COOKIE_ECHO,
  CID_DATA,
  CID_HEARTBEAT,
  CID_HEARTBEAT_ACK,
  CID_INIT,
  CID_INIT_ACK,
  CID_SHUTDOWN_ACK,
  CID_SHUTDOWN_COMPLETE,
  nextSctpState,
  SCTP_CLOSED,
  SCTP_COOKIE_ECHOED,
  SCTP_COOKIE_WAIT,
  SCTP_ESTABLISHED,
  SCTP_HEARTBEAT_SENT,
  SCTP_MAX,
  SCTP_NONE,
  SCTP_SHUTDOWN_ACK_SENT,
  SCTP_SHUTDOWN_RECD,
  SCTP_SHUTDOWN_SENT,
  SCTP_STATE_NAMES,
  SCTP_TIMEOUT_CELLS,
} from './sctp-state.ts';

const HEADER = 12;
const CHUNK_HEADER = 4;
const INIT_HEADER = 16;
/** SCTP_CHUNK_FLAG_T: the tag is the receiver's own. */
const FLAG_T = 1;
/** Bit of table.tcpFlags: a heartbeat had another tag than we know (SCTP_FLAG_HEARTBEAT_VTAG_FAILED). */
const HEARTBEAT_VTAG_FAILED = 1;

/** Chunk types that free a packet from the general check of its tag. */
const OWN_TAG_RULES = [
  CID_INIT,
  CID_SHUTDOWN_COMPLETE,
  CID_COOKIE_ECHO,
  CID_ABORT,
  CID_SHUTDOWN_ACK,
  CID_HEARTBEAT,
  CID_HEARTBEAT_ACK,
];
/** Chunks that cannot begin an association. */
const NEVER_FIRST = [CID_ABORT, CID_SHUTDOWN_COMPLETE, CID_COOKIE_ACK];

const row = (index: number, name: string, seconds: number): TimeoutRow => ({
  index,
  name,
  sysctl: `nf_conntrack_sctp_timeout_${name}`,
  seconds,
});

const timeouts: readonly TimeoutRow[] = [
  row(SCTP_CLOSED, 'closed', 10),
  row(SCTP_COOKIE_WAIT, 'cookie_wait', 3),
  row(SCTP_COOKIE_ECHOED, 'cookie_echoed', 3),
  row(SCTP_ESTABLISHED, 'established', 210),
  row(SCTP_SHUTDOWN_SENT, 'shutdown_sent', 3),
  row(SCTP_SHUTDOWN_RECD, 'shutdown_recd', 3),
  row(SCTP_SHUTDOWN_ACK_SENT, 'shutdown_ack_sent', 3),
  row(SCTP_HEARTBEAT_SENT, 'heartbeat_sent', 30),
];

/** Types of the packet's chunks, as bits of 8 words; one per process. */
const seen = new Int32Array(8);
const has = (type: number): boolean => ((seen[type >> 5]! >> (type & 31)) & 1) === 1;

/** Offset of the chunk behind the one at `at`. */
const nextChunk = (b: Uint8Array, at: number): number => at + ((half(b, at + 2) + 3) & ~3);

/** sctp_error */
function sctpError(ct: ConntrackCore, p: Packet, dataoff: number): boolean {
  const { b, m } = p;
  if (m[END]! < dataoff + HEADER) return true;
  if (!ct.settings.checksum || m[HOOK] !== PREROUTING || m[FLAGS]! & FLAG_CSUM_OK) return false;
  // the header is made one with what lies before it, whatever pieces it came in
  p.pull(dataoff + HEADER);
  const crc = crc32c(b, dataoff, m[END]!);
  // the checksum stands in little-endian order
  const check =
    b[dataoff + 8]! | (b[dataoff + 9]! << 8) | (b[dataoff + 10]! << 16) | (b[dataoff + 11]! << 24);
  return crc !== check;
}

/** do_basic_checks: some chunks must be first or alone. Fills `seen`; false: broken. */
function scanChunks(p: Packet, dataoff: number): boolean {
  const { b, m } = p;
  seen.fill(0);
  let alone = false;
  let count = 0;
  for (let at = dataoff + HEADER; at + CHUNK_HEADER <= m[END]!; at = nextChunk(b, at), count++) {
    const type = b[at]!;
    if (type === CID_INIT || type === CID_INIT_ACK || type === CID_SHUTDOWN_COMPLETE) alone = true;
    const first = type === CID_COOKIE_ACK || type === CID_COOKIE_ECHO || alone;
    if ((first && count !== 0) || half(b, at + 2) === 0) return false;
    seen[type >> 5]! |= 1 << (type & 31);
  }
  return count > 0;
}

/** sctp_new: notes the tags that the first packet tells. */
function sctpNew(ct: ConntrackCore, p: Packet, r: number, dataoff: number): boolean {
  const { b, m } = p;
  const { table } = ct;
  const tag = word(b, dataoff + 4);
  for (let at = dataoff + HEADER; at + CHUNK_HEADER <= m[END]!; at = nextChunk(b, at)) {
    const type = b[at]!;
    const state = nextSctpState(IP_CT_DIR_ORIGINAL, type, SCTP_NONE);
    if (state === SCTP_NONE || state === SCTP_MAX) return false;
    if (type === CID_INIT) {
      if (tag !== 0 || at + CHUNK_HEADER + INIT_HEADER > m[END]!) return false;
      table.vtag[r * 2 + IP_CT_DIR_REPLY] = word(b, at + CHUNK_HEADER);
    } else if (type === CID_HEARTBEAT) {
      table.vtag[r * 2] = tag;
    } else if (type === CID_SHUTDOWN_ACK) {
      table.vtag[r * 2 + IP_CT_DIR_REPLY] = tag;
    }
  }
  table.state[r] = SCTP_NONE;
  return true;
}

const CHUNK_GOES_ON = 0;
const CHUNK_INVALID = 1;
/** The packet passes but does not refresh the association. */
const CHUNK_IGNORED = 2;

/** Tags of heartbeats: a path that is not known yet may bring new ones, once each way. */
function heartbeat(
  ct: ConntrackCore,
  r: number,
  dir: number,
  tag: number,
  ack: boolean,
  ignore: boolean,
): number {
  const { vtag, tcpFlags, lastDir } = ct.table;
  const [own, peer] = [r * 2 + dir, r * 2 + 1 - dir];
  if (vtag[own] === 0) {
    vtag[own] = tag;
    return CHUNK_GOES_ON;
  }
  if (tag === vtag[own]) {
    tcpFlags[r * 2]! &= ~HEARTBEAT_VTAG_FAILED;
    return CHUNK_GOES_ON;
  }
  if (has(CID_DATA) || ignore) return CHUNK_INVALID;
  if (!ack) {
    tcpFlags[r * 2]! |= HEARTBEAT_VTAG_FAILED;
    lastDir[r] = dir;
    return CHUNK_IGNORED;
  }
  if (!(tcpFlags[r * 2]! & HEARTBEAT_VTAG_FAILED) || lastDir[r] === dir) return CHUNK_INVALID;
  tcpFlags[r * 2]! &= ~HEARTBEAT_VTAG_FAILED;
  vtag[own] = tag;
  vtag[peer] = 0;
  return CHUNK_GOES_ON;
}

/** RFC 4960, 8.5.1: the rules for the tag of each chunk. */
function checkTag(
  ct: ConntrackCore,
  p: Packet,
  r: number,
  dir: number,
  at: number,
  tag: number,
  ignore: boolean,
): number {
  const { vtag, vtagInit } = ct.table;
  const [own, peer] = [r * 2 + dir, r * 2 + 1 - dir];
  switch (p.b[at]) {
    case CID_INIT:
      return tag === 0 ? CHUNK_GOES_ON : CHUNK_INVALID;
    case CID_ABORT:
    case CID_SHUTDOWN_COMPLETE:
      return tag === vtag[p.b[at + 1]! & FLAG_T ? peer : own] ? CHUNK_GOES_ON : CHUNK_INVALID;
    case CID_COOKIE_ECHO:
      return tag === vtag[own] ? CHUNK_GOES_ON : CHUNK_INVALID;
    case CID_COOKIE_ACK:
      vtagInit[own] = vtagInit[peer] = 0;
      return CHUNK_GOES_ON;
    case CID_HEARTBEAT:
      return heartbeat(ct, r, dir, tag, false, ignore);
    case CID_HEARTBEAT_ACK:
      return heartbeat(ct, r, dir, tag, true, ignore);
    default:
      return CHUNK_GOES_ON;
  }
}

/** INIT and INIT ACK tell the tag that the peer must use. */
function noteTag(ct: ConntrackCore, p: Packet, r: number, dir: number, at: number, old: number) {
  const { vtag, vtagInit } = ct.table;
  const [own, peer] = [r * 2 + dir, r * 2 + 1 - dir];
  const type = p.b[at];
  if (type !== CID_INIT && type !== CID_INIT_ACK) return true;
  if (at + CHUNK_HEADER + INIT_HEADER > p.m[END]!) return false;
  const tag = word(p.b, at + CHUNK_HEADER) >>> 0;
  if (type === CID_INIT) {
    const repeated = old !== SCTP_NONE && vtag[peer] === tag;
    if (!repeated || !ct.netns.profile.sctpKnowsRepeatedInit) {
      if (vtagInit[own] && vtagInit[peer]) vtagInit[peer] = 0;
      vtagInit[own] = 1;
    }
  } else {
    const known = vtag[peer]!;
    if (!vtagInit[peer] && known !== 0 && known !== tag) return false;
    // both sides sent an INIT
    if (vtagInit[own] && vtagInit[peer] && known !== tag) return false;
  }
  vtag[peer] = tag;
  return true;
}

export const sctp: Tracker = {
  protonum: IPPROTO_SCTP,
  name: 'sctp',
  timeouts,
  timeoutCells: SCTP_TIMEOUT_CELLS,
  newTimeout: SCTP_CLOSED,
  allowClash: false,
  ports: 'ports',
  stateNames: SCTP_STATE_NAMES,
  packetToTuple: (_ct, p, dataoff, t) => getPorts(p, dataoff, t),

  packet(ct, p, r, dataoff, ctinfo) {
    const { b, m } = p;
    const { table } = ct;
    if (sctpError(ct, p, dataoff) || !scanChunks(p, dataoff)) return INVALID;
    const confirmed = ct.isConfirmed(r);
    if (!confirmed && (NEVER_FIRST.some(has) || !sctpNew(ct, p, r, dataoff))) return INVALID;
    const dir = directionOf(ctinfo);
    const tag = word(b, dataoff + 4) >>> 0;
    if (tag !== table.vtag[r * 2 + dir] && !OWN_TAG_RULES.some(has)) return INVALID;

    let ignore = false;
    let state = SCTP_NONE;
    for (let at = dataoff + HEADER; at + CHUNK_HEADER <= m[END]!; at = nextChunk(b, at)) {
      const judged = checkTag(ct, p, r, dir, at, tag, ignore);
      if (judged === CHUNK_INVALID) return INVALID;
      if (judged === CHUNK_IGNORED) {
        ignore = true;
        continue;
      }
      const old = table.state[r]!;
      state = nextSctpState(dir, b[at]!, old);
      if (state === SCTP_MAX || !noteTag(ct, p, r, dir, at, old)) return INVALID;
      // a repeated INIT must not keep the entry alive
      if (b[at] === CID_INIT && state === SCTP_CLOSED && old === SCTP_CLOSED && confirmed)
        ignore = true;
      table.state[r] = state;
      if (old === state) continue;
      eventCache(ct, r, IPCT_PROTOINFO);
      if (state === SCTP_ESTABLISHED && !(table.status[r]! & IPS_ASSURED)) {
        table.status[r]! |= IPS_ASSURED;
        eventCache(ct, r, IPCT_ASSURED);
      }
    }
    if (!ignore) ct.refreshAcct(r, ctinfo, p, ct.timeoutsFor(r, sctp)[state]!);
    return ACCEPT;
  },

  canEarlyDrop(ct, r) {
    const state = ct.table.state[r]!;
    return state >= SCTP_SHUTDOWN_SENT && state <= SCTP_SHUTDOWN_ACK_SENT;
  },
};
