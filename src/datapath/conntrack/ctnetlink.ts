/**
 * What user space may do to connections: create, change, delete.
 *
 * Mirrors nf_conntrack_netlink.c (ctnetlink), without the netlink encoding.
 */
import { HZ } from '../clock.ts';
import { NONE } from '../packet.ts';
import { clashOf, enterTable } from './confirm.ts';
import type { ConntrackCore } from './core.ts';
import { eventReport } from './event.ts';
import { addSeqAdjust } from './seqadj.ts';
import {
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPCT_ASSURED,
  IPCT_HELPER,
  IPCT_LABEL,
  IPCT_MARK,
  IPCT_NEW,
  IPCT_PROTOINFO,
  IPCT_REPLY,
  IPCT_SEQADJ,
  IPCT_SYNPROXY,
  IPPROTO_DCCP,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_DYING,
  IPS_EXPECTED,
  IPS_FIXED_TIMEOUT,
  IPS_NAT_DONE_MASK,
  IPS_SEEN_REPLY,
  IPS_UNCHANGEABLE_MASK,
} from './status.ts';
import { findIn } from './track.ts';
import { TUPLE_PROTO, type Tuple } from './tuple.ts';

/** Why the kernel refuses, as errno's names. */
export type CtError =
  | 'EINVAL'
  | 'EEXIST'
  | 'ENOENT'
  | 'EBUSY'
  | 'EPERM'
  | 'ENOMEM'
  | 'ETIME'
  | 'ENOSPC';

/** What may be given of a connection; what is absent stays as it is. */
export interface EntryChange {
  /** Seconds. */
  readonly timeout?: number;
  /** IPS_*; IPS_CONFIRMED is implied. */
  readonly status?: number;
  readonly mark?: number;
  /** TCP, SCTP or DCCP state. */
  readonly state?: number;
  /** TCP: flags that both sides get. */
  readonly tcpFlags?: number;
  /** SCTP, by direction. */
  readonly vtags?: readonly [number, number];
  /** DCCP: role of the original direction. */
  readonly role?: number;
  /** Label bits: (old & ~mask) ^ bits, four words each. */
  readonly labels?: { readonly bits: Uint32Array; readonly mask: Uint32Array };
}

export interface NewEntry extends EntryChange {
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly zone: number;
  /** ZONE_DIR_* */
  readonly zoneDir: number;
  /** IPS_SRC_NAT, IPS_DST_NAT: how the reply differs from the inverse. */
  readonly nat: number;
}

const CHANGED =
  (1 << IPCT_REPLY) |
  (1 << IPCT_ASSURED) |
  (1 << IPCT_HELPER) |
  (1 << IPCT_PROTOINFO) |
  (1 << IPCT_SEQADJ) |
  (1 << IPCT_MARK) |
  (1 << IPCT_SYNPROXY);

const INT_MAX = 2 ** 31 - 1;

/** ctnetlink_create_conntrack: the new row, or why not. */
export function createEntry(ct: ConntrackCore, entry: NewEntry): number | CtError {
  const { table } = ct;
  if (entry.original[TUPLE_PROTO] !== entry.reply[TUPLE_PROTO]) return 'EINVAL';
  if (findIn(ct, entry.original, entry.zone, entry.zoneDir) !== NONE) return 'EEXIST';
  if (entry.timeout === undefined) return 'EINVAL';
  const row = ct.alloc(entry.original, entry.reply, entry.zone, entry.zoneDir);
  if (row === NONE) return 'ENOMEM';
  table.use[row] = 1;
  if (entry.nat) {
    table.status[row] = entry.nat | IPS_NAT_DONE_MASK;
    addSeqAdjust(ct, row);
  }
  table.status[row]! |= IPS_CONFIRMED;
  table.timeout[row] = deadline(ct, entry.timeout);
  const error = changeStatus(ct, row, entry.status) ?? changeProtocol(ct, row, entry);
  const clash =
    clashOf(ct, row, IP_CT_DIR_ORIGINAL) !== NONE || clashOf(ct, row, IP_CT_DIR_REPLY) !== NONE;
  if (error !== undefined || clash) {
    ct.release(row);
    return error ?? 'EEXIST';
  }
  table.mark[row] = entry.mark ?? 0;
  enterTable(ct, row, false);
  ct.stats.insert++;
  if (entry.labels) changeLabels(ct, row, entry.labels);
  const event = table.status[row]! & IPS_EXPECTED ? 0 : 1 << IPCT_NEW;
  eventReport(ct, row, CHANGED | event | (entry.labels ? 1 << IPCT_LABEL : 0), true);
  ct.release(row);
  return row;
}

/** ctnetlink_change_conntrack */
export function changeEntry(
  ct: ConntrackCore,
  row: number,
  change: EntryChange,
): CtError | undefined {
  const error =
    changeTimeout(ct, row, change.timeout) ??
    changeStatus(ct, row, change.status) ??
    changeProtocol(ct, row, change);
  if (error !== undefined) return error;
  if (change.mark !== undefined) ct.table.mark[row] = change.mark;
  if (change.labels && !changeLabels(ct, row, change.labels)) return 'ENOSPC';
  eventReport(ct, row, CHANGED | (1 << IPCT_LABEL), true);
  return undefined;
}

/** __nf_ct_set_timeout, of a confirmed entry. */
const deadline = (ct: ConntrackCore, seconds: number): number =>
  ct.jiffies + Math.min(seconds * HZ, INT_MAX);

/** __nf_ct_change_timeout */
function changeTimeout(ct: ConntrackCore, row: number, seconds: number | undefined) {
  if (seconds === undefined) return undefined;
  if (ct.table.status[row]! & IPS_FIXED_TIMEOUT) return 'EPERM';
  ct.table.timeout[row] = deadline(ct, seconds);
  return ct.isDying(row) ? 'ETIME' : undefined;
}

/** nf_ct_change_status_common: some bits can only be set, some not even that. */
function changeStatus(ct: ConntrackCore, row: number, wanted: number | undefined) {
  if (wanted === undefined) return undefined;
  const { status } = ct.table;
  const bits = wanted | IPS_CONFIRMED;
  const differs = status[row]! ^ bits;
  if (differs & (IPS_EXPECTED | IPS_CONFIRMED | IPS_DYING)) return 'EBUSY';
  if (differs & (IPS_SEEN_REPLY | IPS_ASSURED) & ~bits) return 'EBUSY';
  status[row]! |= bits & ~IPS_UNCHANGEABLE_MASK;
  return undefined;
}

/** ctnetlink_change_protoinfo */
function changeProtocol(ct: ConntrackCore, row: number, change: EntryChange) {
  const { table } = ct;
  const protonum = ct.protonum(row);
  if (protonum === IPPROTO_TCP) {
    if (change.state !== undefined) table.state[row] = change.state;
    for (const side of [row * 2, row * 2 + 1]) table.tcpFlags[side]! |= change.tcpFlags ?? 0;
  }
  if (protonum === IPPROTO_SCTP && change.state !== undefined) {
    if (!change.vtags) return 'EINVAL';
    table.state[row] = change.state;
    table.vtag.set(change.vtags, row * 2);
  }
  if (protonum === IPPROTO_DCCP && change.state !== undefined) {
    if (change.role === undefined) return 'EINVAL';
    table.state[row] = change.state;
    table.role[row * 2] = change.role;
    table.role[row * 2 + 1] = 1 - change.role;
  }
  return undefined;
}

/** ctnetlink_attach_labels: false if the connection has no room for labels. */
function changeLabels(
  ct: ConntrackCore,
  row: number,
  { bits, mask }: { readonly bits: Uint32Array; readonly mask: Uint32Array },
): boolean {
  const labels = ct.labels.get(row);
  if (!labels) return false;
  for (let i = 0; i < 4; i++) labels[i] = (labels[i]! & ~mask[i]!) ^ bits[i]!;
  return true;
}

/** ctnetlink_flush_conntrack */
export function flushEntries(ct: ConntrackCore): void {
  ct.each((row) => ct.kill(row, true));
}

/** IPCTNL_MSG_CT_GET_CTRZERO: reads and zeroes the counters of a connection. */
export function zeroCounters(ct: ConntrackCore, row: number): void {
  const { packets, bytes } = ct.table;
  packets.fill(0, row * 2, row * 2 + 2);
  bytes.fill(0, row * 2, row * 2 + 2);
}
