/**
 * A packet comes to connection tracking: whose is it?
 *
 * Mirrors nf_conntrack_in, resolve_normal_ct and init_conntrack (nf_conntrack_core.c).
 */
import { half } from '../address.ts';
import { NF_ACCEPT, NF_DROP } from '../hooks.ts';
import {
  CT,
  CTINFO,
  IP_CT_ESTABLISHED,
  IP_CT_ESTABLISHED_REPLY,
  IP_CT_NEW,
  IP_CT_RELATED,
  IP_CT_UNTRACKED,
  NH,
  NONE,
  type Packet,
  PF,
} from '../packet.ts';
import type { ConntrackCore } from './core.ts';
import { eventCache } from './event.ts';
import { getL4proto, getTuple, l4 } from './headers.ts';
import { helpByPort } from './helper/by-port.ts';
import { addHelp } from './helper/helper.ts';
import { handleIcmp } from './icmp-error.ts';
import { invertTuple } from './invert.ts';
import {
  IPCT_REPLY,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPS_EXPECTED,
  IPS_SEEN_REPLY,
  IPS_TEMPLATE,
  ZONE_DIR_BOTH,
} from './status.ts';
import { addSynproxy } from './synproxy.ts';
import { DROP, REPEAT } from './tracker.ts';
import { newTuple, type Tuple } from './tuple.ts';

/** IP_MF | IP_OFFSET */
const IP_FRAGMENT = 0x3fff;

const tuple = newTuple();
const replyTuple = newTuple();

/** What resolve found or did. */
const NOT_TRACKED = 0;
const TRACKED = 1;
const TABLE_FULL = -1;

/** nf_conntrack_find_get in the zone of a template (NONE: zone 0): `row * 2 + direction`, or NONE. */
export function findInZone(ct: ConntrackCore, t: Tuple, template: number): number {
  const { table } = ct;
  if (template === NONE) return findIn(ct, t, 0, ZONE_DIR_BOTH);
  return findIn(ct, t, table.zone[template]!, table.zoneDir[template]!);
}

/** Looks under the zone's id of both directions. An entry that has expired is collected. */
export function findIn(ct: ConntrackCore, t: Tuple, zone: number, zoneDir: number): number {
  const { table } = ct;
  const original = zoneDir & 1 ? zone : 0;
  const reply = zoneDir & 2 ? zone : 0;
  let h = table.find(t, 0, zone, zoneDir, original);
  if (h === NONE && reply !== original) h = table.find(t, 0, zone, zoneDir, reply);
  if (h === NONE || !ct.isExpired(h >> 1)) return h;
  if (ct.shouldGc(h >> 1)) ct.kill(h >> 1);
  return NONE;
}

/** nf_conntrack_in: returns NF_*. */
export function conntrackIn(ct: ConntrackCore, p: Packet): number {
  const { m } = p;
  const template = m[CT]!;
  if (m[CTINFO] === IP_CT_UNTRACKED) return NF_ACCEPT;
  if (template !== NONE) {
    if (!(ct.table.status[template]! & IPS_TEMPLATE)) return NF_ACCEPT;
    detach(p);
  }
  const dataoff = getL4proto(p, m[NH]!, m[PF]!);
  if (dataoff === NONE) {
    ct.stats.invalid++;
    return NF_ACCEPT;
  }
  const { protonum } = l4;
  if (protonum === IPPROTO_ICMP || protonum === IPPROTO_ICMPV6) {
    if (handleIcmp(ct, p, dataoff, protonum, template) <= 0) return NF_ACCEPT;
    if (m[CT] !== NONE || m[CTINFO] === IP_CT_UNTRACKED) return NF_ACCEPT;
  }
  for (;;) {
    const verdict = track(ct, p, dataoff, protonum, template);
    if (verdict !== REPEAT) return verdict;
  }
}

/** ipv4_conntrack_local: fragments of raw sockets are not tracked. */
export function conntrackLocal4(ct: ConntrackCore, p: Packet): number {
  if (!(half(p.b, p.m[NH]! + 6) & IP_FRAGMENT)) return conntrackIn(ct, p);
  const row = p.m[CT]!;
  if (row !== NONE && ct.table.status[row]! & IPS_TEMPLATE) detach(p);
  return NF_ACCEPT;
}

function detach(p: Packet): void {
  p.m[CT] = NONE;
  p.m[CTINFO] = 0;
}

/** Finds or makes the connection and lets its tracker judge; NF_*, or REPEAT after a reopening. */
function track(
  ct: ConntrackCore,
  p: Packet,
  dataoff: number,
  protonum: number,
  template: number,
): number {
  const { m } = p;
  const resolved = resolve(ct, p, dataoff, protonum, template);
  if (resolved === TABLE_FULL) {
    ct.stats.drop++;
    return NF_DROP;
  }
  if (resolved === NOT_TRACKED) {
    ct.stats.invalid++;
    return NF_ACCEPT;
  }
  const row = m[CT]!;
  const ctinfo = m[CTINFO]!;
  const verdict = ct.tracker(row).packet(ct, p, row, dataoff, ctinfo);
  if (verdict <= 0) {
    detach(p);
    ct.release(row);
    if (verdict === REPEAT) return REPEAT;
    ct.stats.invalid++;
    if (verdict === DROP) ct.stats.drop++;
    return -verdict;
  }
  if (ctinfo === IP_CT_ESTABLISHED_REPLY && !(ct.table.status[row]! & IPS_SEEN_REPLY)) {
    ct.table.status[row]! |= IPS_SEEN_REPLY;
    eventCache(ct, row, IPCT_REPLY);
  }
  return NF_ACCEPT;
}

/** resolve_normal_ct: sets CT and CTINFO and takes a reference. */
function resolve(
  ct: ConntrackCore,
  p: Packet,
  dataoff: number,
  protonum: number,
  template: number,
): number {
  const { m } = p;
  if (!getTuple(ct, p, m[NH]!, dataoff, m[PF]!, protonum, tuple)) return NOT_TRACKED;
  const h = findInZone(ct, tuple, template);
  let row = h >> 1;
  if (h === NONE) {
    if (!invertTuple(replyTuple, tuple)) return NOT_TRACKED;
    row = initConntrack(ct, template);
    if (row === NONE) return TABLE_FULL;
  } else {
    ct.hold(row);
  }
  m[CT] = row;
  if (h !== NONE && h & 1) {
    m[CTINFO] = IP_CT_ESTABLISHED_REPLY;
    return TRACKED;
  }
  const status = ct.table.status[row]!;
  if (status & IPS_SEEN_REPLY) m[CTINFO] = IP_CT_ESTABLISHED;
  else m[CTINFO] = status & IPS_EXPECTED ? IP_CT_RELATED : IP_CT_NEW;
  return TRACKED;
}

/** init_conntrack, for `tuple` and `replyTuple`: an unconfirmed entry with one reference, or NONE. */
function initConntrack(ct: ConntrackCore, template: number): number {
  const { table } = ct;
  const zone = template === NONE ? 0 : table.zone[template]!;
  const zoneDir = template === NONE ? ZONE_DIR_BOTH : table.zoneDir[template]!;
  const row = ct.alloc(tuple, replyTuple, zone, zoneDir);
  if (row === NONE) return NONE;
  table.use[row] = 1;
  if (template !== NONE && ct.synproxies.has(template)) addSynproxy(ct, row);
  const exp = ct.expectations.count > 0 ? ct.expectations.take(tuple, zone) : undefined;
  if (!exp) {
    helpByPort(ct, row);
    return row;
  }
  table.status[row]! |= IPS_EXPECTED;
  table.master[row] = exp.master;
  const inherited = ct.netns.profile.expectedTakesHelper ? exp.helper : null;
  const helper = exp.assignHelper ?? inherited;
  if (helper) addHelp(ct, row).helper = helper;
  table.mark[row] = table.mark[exp.master]!;
  table.secmark[row] = table.secmark[exp.master]!;
  ct.stats.expectNew++;
  if (exp.follow) ct.nat?.followMaster(row, exp);
  return row;
}
