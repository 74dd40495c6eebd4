/**
 * A packet leaves: its connection is real now, and goes into the table.
 *
 * Mirrors nf_confirm (nf_conntrack_proto.c), __nf_conntrack_confirm and nf_ct_resolve_clash
 * (nf_conntrack_core.c). What was dropped on the way never gets here and leaves no entry.
 */
import { HZ } from '../clock.ts';
import { NF_ACCEPT, NF_DROP, POSTROUTING } from '../hooks.ts';
import {
  CT,
  CTINFO,
  DEV,
  HOOK,
  IP_CT_RELATED_REPLY,
  NH,
  NONE,
  OIF,
  type Packet,
  PF,
  SKB_IIF,
} from '../packet.ts';
import type { ConntrackCore } from './core.ts';
import { deliverEvents, eventCache } from './event.ts';
import { getL4proto } from './headers.ts';
import { seqAdjust } from './seqadj.ts';
import {
  directionOf,
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPCT_HELPER,
  IPCT_NEW,
  IPCT_RELATED,
  IPS_CONFIRMED,
  IPS_DYING,
  IPS_FIXED_TIMEOUT,
  IPS_NAT_CLASH,
  IPS_NAT_DONE_MASK,
  IPS_SEQ_ADJUST,
} from './status.ts';
import { TUPLE_WORDS, tuplesEqual } from './tuple.ts';

/** The confirm hook: helpers read the packet, sequence numbers are adjusted, the entry is confirmed. */
export function confirmHook(ct: ConntrackCore, p: Packet): number {
  const { m } = p;
  const row = m[CT]!;
  const ctinfo = m[CTINFO]!;
  if (row === NONE || ctinfo === IP_CT_RELATED_REPLY) return confirm(ct, p);
  // in a VRF postrouting runs for the VRF first, then for the device
  if (m[HOOK] === POSTROUTING && ct.netns.devices.get(m[OIF]!)?.kind === 'vrf') return NF_ACCEPT;
  const helper = ct.help.size > 0 ? ct.help.get(row)?.helper : undefined;
  const adjusts = ct.table.status[row]! & IPS_SEQ_ADJUST && !isLoopback(ct, p);
  if (helper?.help || adjusts) {
    const protoff = getL4proto(p, m[NH]!, m[PF]!);
    if (protoff === NONE) return confirm(ct, p);
    const verdict = helper?.help?.(ct, p, row, protoff, ctinfo) ?? NF_ACCEPT;
    if (verdict !== NF_ACCEPT) return verdict;
    // the helper may have been the first to change the payload
    if (ct.table.status[row]! & IPS_SEQ_ADJUST && !isLoopback(ct, p)) {
      if (!seqAdjust(ct, p, row, ctinfo, protoff)) {
        ct.stats.drop++;
        return NF_DROP;
      }
    }
  }
  return confirm(ct, p);
}

/** nf_is_loopback_packet */
export function isLoopback(ct: ConntrackCore, p: Packet): boolean {
  return p.m[SKB_IIF] !== 0 && ct.netns.devices.get(p.m[DEV]!)?.kind === 'loopback';
}

/** nf_conntrack_confirm */
export function confirm(ct: ConntrackCore, p: Packet): number {
  const row = p.m[CT]!;
  if (row === NONE) return NF_ACCEPT;
  if (!ct.isConfirmed(row)) {
    const verdict = insert(ct, p, row);
    if (verdict !== NF_ACCEPT) return verdict;
  }
  deliverEvents(ct, p.m[CT]!);
  return NF_ACCEPT;
}

/** __nf_conntrack_confirm */
function insert(ct: ConntrackCore, p: Packet, row: number): number {
  const { table } = ct;
  if (directionOf(p.m[CTINFO]!) !== IP_CT_DIR_ORIGINAL) return NF_ACCEPT;
  if (table.status[row]! & IPS_DYING) {
    ct.stats.insertFailed++;
    return NF_DROP;
  }
  const clash = clashOf(ct, row, IP_CT_DIR_ORIGINAL);
  const taken = clash !== NONE ? clash : clashOf(ct, row, IP_CT_DIR_REPLY);
  if (taken !== NONE) return resolveClash(ct, p, row, taken >> 1);
  table.timeout[row]! += ct.jiffies;
  enterTable(ct, row, false);
  if (ct.help.get(row)?.helper) eventCache(ct, row, IPCT_HELPER);
  eventCache(ct, row, table.master[row] === NONE ? IPCT_NEW : IPCT_RELATED);
  return NF_ACCEPT;
}

/** Puts the row into the table, which holds a reference from now on. */
export function enterTable(ct: ConntrackCore, row: number, replyOnly: boolean): void {
  const { table } = ct;
  table.use[row]!++;
  if (table.start[row] !== NONE) table.start[row] = ct.netns.clock.now;
  table.insert(row, replyOnly);
  table.status[row]! |= IPS_CONFIRMED;
  ct.gc.wake();
}

/** The entry in the table that has this row's tuple of a direction; expired ones still count. */
export function clashOf(ct: ConntrackCore, row: number, direction: number): number {
  const { table } = ct;
  const base = (row * 2 + direction) * TUPLE_WORDS;
  const zone = table.zone[row]!;
  return table.find(table.tuples, base, zone, table.zoneDir[row]!, table.zoneId(row, direction));
}

/** nf_ct_resolve_clash: `winner` came first. */
function resolveClash(ct: ConntrackCore, p: Packet, loser: number, winner: number): number {
  const { table } = ct;
  if (ct.tracker(winner).allowClash) {
    if (joinWinner(ct, p, loser, winner)) return NF_ACCEPT;
    const reply = clashOf(ct, loser, IP_CT_DIR_REPLY);
    if (reply !== NONE) {
      if (joinWinner(ct, p, loser, reply >> 1)) return NF_ACCEPT;
    } else {
      // only replies will find it, and not for long
      table.timeout[loser] = ct.jiffies + HZ;
      table.status[loser]! |= IPS_FIXED_TIMEOUT | IPS_NAT_CLASH;
      enterTable(ct, loser, true);
      ct.stats.clashResolve++;
      return NF_ACCEPT;
    }
  }
  ct.stats.drop++;
  ct.stats.insertFailed++;
  return NF_DROP;
}

/** __nf_ct_resolve_clash: the packet goes over to the entry that won, if both are the same flow. */
function joinWinner(ct: ConntrackCore, p: Packet, loser: number, winner: number): boolean {
  const { table } = ct;
  if (table.status[winner]! & IPS_DYING) return false;
  if (table.status[winner]! & IPS_NAT_DONE_MASK && !sameTuples(ct, loser, winner)) return false;
  const direction = directionOf(p.m[CTINFO]!);
  if (table.acct[loser]) ct.account(winner, direction, 1, table.bytes[loser * 2 + direction]!);
  ct.hold(winner);
  p.m[CT] = winner;
  ct.release(loser);
  ct.stats.clashResolve++;
  return true;
}

/** nf_ct_match */
function sameTuples(ct: ConntrackCore, a: number, b: number): boolean {
  const { table } = ct;
  for (const direction of [IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY]) {
    const [at, bt] = [(a * 2 + direction) * TUPLE_WORDS, (b * 2 + direction) * TUPLE_WORDS];
    if (!tuplesEqual(table.tuples, at, table.tuples, bt)) return false;
    if (table.zoneId(a, direction) !== table.zoneId(b, direction)) return false;
  }
  return true;
}
