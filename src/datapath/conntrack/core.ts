/**
 * The life of connections: made, referenced, refreshed, counted, deleted.
 *
 * Mirrors the parts of nf_conntrack_core.c that do not look at packets' headers, and the extensions
 * (nf_conntrack_acct.c, _timestamp.c, _labels.c, _timeout.c, _ecache.c). What few connections have is
 * in maps by row; everything else is in the table's columns.
 */

import { HZ } from '../clock.ts';
import type { Netns } from '../netns.ts';
import { DATA, END, NONE, type Packet } from '../packet.ts';
import type { BridgeFragments } from './bridge.ts';
import { type EventListener, eventReport } from './event.ts';
import { Expectations } from './expect.ts';
import { GarbageCollector } from './gc.ts';
import type { Help } from './helper/helper.ts';
import type { NatHelpers } from './helper/nat.ts';
import { TRACKERS, trackerOf } from './proto/index.ts';
import type { SeqAdjust } from './seqadj.ts';
import { Settings } from './settings.ts';
import { newStats } from './stats.ts';
import {
  directionOf,
  IP_CT_DIR_REPLY,
  IPCT_DESTROY,
  IPS_CONFIRMED,
  IPS_DYING,
  IPS_FIXED_TIMEOUT,
  IPS_OFFLOAD,
  IPS_TEMPLATE,
  ZONE_DIR_BOTH,
} from './status.ts';
import { addSynproxy, type SynproxyState } from './synproxy.ts';
import { Table } from './table.ts';
import type { TimeoutPolicy } from './timeout.ts';
import type { Tracker } from './tracker.ts';
import { copyTuple, TUPLE_PROTO, TUPLE_WORDS, type Tuple } from './tuple.ts';

/** References of a template: never freed. */
const FOREVER = 1 << 30;
/** DAY in nf_ct_offload_timeout */
export const NF_CT_DAY = 86400 * HZ;
/** What the kernel's jiffies are when it starts, taken for the start of the run. */
const INITIAL_JIFFIES = -300 * HZ;

export class ConntrackCore {
  readonly netns: Netns;
  readonly table = new Table();
  readonly settings: Settings;
  readonly stats = newStats();
  readonly expectations: Expectations;
  readonly gc: GarbageCollector;
  /** struct nf_conn_help of connections that have one. */
  readonly help = new Map<number, Help>();
  readonly seqadj = new Map<number, SeqAdjust>();
  /** Of connections that a synproxy mediates, and of the template that makes them. */
  readonly synproxies = new Map<number, SynproxyState>();
  /** 128 bits: four words, bit n in word n >> 5. */
  readonly labels = new Map<number, Uint32Array>();
  readonly policies = new Map<number, TimeoutPolicy>();
  /** Who hears of events (`conntrack -E`). */
  listener: EventListener | null = null;
  /** What NAT does with expected connections; null while no NAT module is there. */
  nat: NatHelpers | null = null;
  /** Defragmentation of what passes a bridge; null while nobody does it. */
  bridgeFragments: BridgeFragments | null = null;
  /** Rules that set labels: connections made meanwhile have room for them. */
  labelUsers = 0;
  private readonly templates = new Map<number, number>();
  private synproxyRow = NONE;
  private readonly destroyed: ((row: number) => void)[] = [];

  constructor(netns: Netns) {
    this.netns = netns;
    this.settings = new Settings(netns, TRACKERS);
    this.expectations = new Expectations(this);
    this.gc = new GarbageCollector(this);
  }

  get jiffies(): number {
    return this.netns.clock.jiffies;
  }

  /** `fn` hears of every row before it is reused (NAT's own lists). */
  onDestroy(fn: (row: number) => void): void {
    this.destroyed.push(fn);
  }

  /** nf_ct_get_id: the same for the life of the connection, and hardly ever twice. */
  id(row: number): number {
    let h = Math.imul(this.table.serial[row]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    return (h ^ (h >>> 13)) >>> 0;
  }

  l3num(row: number): number {
    return this.table.tuples[row * 2 * TUPLE_WORDS + TUPLE_PROTO]! >>> 8;
  }

  protonum(row: number): number {
    return this.table.tuples[row * 2 * TUPLE_WORDS + TUPLE_PROTO]! & 0xff;
  }

  tracker(row: number): Tracker {
    return trackerOf(this.protonum(row));
  }

  getTuple(row: number, direction: number, into: Tuple): void {
    copyTuple(into, 0, this.table.tuples, (row * 2 + direction) * TUPLE_WORDS);
  }

  /** Timeouts in force for a connection: those of its policy, else the namespace's. */
  timeoutsFor(row: number, tracker: Tracker): Float64Array {
    const policy = this.policies.size > 0 ? this.policies.get(row) : undefined;
    return policy ? policy.timeouts : this.settings.timeoutsOf(tracker);
  }

  /** __nf_conntrack_alloc: NONE if the table is full. */
  alloc(original: Tuple, reply: Tuple, zone: number, zoneDir: number): number {
    const { table, settings } = this;
    const full = settings.max > 0 && table.count + 1 > settings.max;
    if (full && !this.gc.earlyDrop(original, zoneDir & 1 ? zone : 0)) return NONE;
    const row = table.alloc();
    copyTuple(table.tuples, row * 2 * TUPLE_WORDS, original);
    copyTuple(table.tuples, (row * 2 + IP_CT_DIR_REPLY) * TUPLE_WORDS, reply);
    table.zone[row] = zone;
    table.zoneDir[row] = zoneDir;
    table.acct[row] = settings.acct;
    if (settings.timestamp) table.start[row] = 0;
    const listened = settings.events === 1 || (settings.events === 2 && this.listener !== null);
    table.eventMask[row] = listened ? -1 : 0;
    if (this.labelUsers > 0) this.labels.set(row, new Uint32Array(4));
    return row;
  }

  /** The row that carries a zone to tracking (nf_ct_tmpl_alloc). */
  template(zone: number, zoneDir: number): number {
    const key = zone * 4 + zoneDir;
    let row = this.templates.get(key);
    if (row === undefined) {
      row = this.newTemplate(zone, zoneDir);
      this.templates.set(key, row);
    }
    return row;
  }

  /** The template of connections that a synproxy opens to a server. */
  synproxyTemplate(): number {
    if (this.synproxyRow === NONE) {
      this.synproxyRow = this.newTemplate(0, ZONE_DIR_BOTH);
      addSynproxy(this, this.synproxyRow);
    }
    return this.synproxyRow;
  }

  private newTemplate(zone: number, zoneDir: number): number {
    const { table } = this;
    const row = table.alloc();
    table.count--;
    table.status[row] = IPS_TEMPLATE | IPS_CONFIRMED;
    table.zone[row] = zone;
    table.zoneDir[row] = zoneDir;
    table.use[row] = FOREVER;
    return row;
  }

  /** nf_conntrack_get; does nothing for NONE. */
  hold(row: number): void {
    if (row !== NONE) this.table.use[row]!++;
  }

  /** nf_conntrack_put: the last one destroys the entry. */
  release(row: number): void {
    if (row !== NONE && --this.table.use[row]! === 0) this.destroy(row);
  }

  /** nf_ct_destroy */
  private destroy(row: number): void {
    const { table } = this;
    if (this.help.size > 0) this.expectations.removeOf(row);
    for (const fn of this.destroyed) fn(row);
    this.help.delete(row);
    this.seqadj.delete(row);
    this.synproxies.delete(row);
    this.labels.delete(row);
    this.policies.delete(row);
    const master = table.master[row]!;
    table.release(row);
    this.release(master);
  }

  isConfirmed(row: number): boolean {
    return (this.table.status[row]! & IPS_CONFIRMED) !== 0;
  }

  isDying(row: number): boolean {
    return (this.table.status[row]! & IPS_DYING) !== 0;
  }

  /**
   * nf_ct_expires: jiffies that are left, not below 0. Of an unconfirmed entry the kernel takes its
   * clock off a time that is not absolute yet, and that clock starts five minutes before 0.
   */
  expires(row: number): number {
    const { timeout, status } = this.table;
    const start = status[row]! & IPS_CONFIRMED ? 0 : INITIAL_JIFFIES;
    return Math.max(timeout[row]! - (start + this.jiffies), 0);
  }

  isExpired(row: number): boolean {
    return this.table.timeout[row]! <= this.jiffies;
  }

  /** nf_ct_should_gc */
  shouldGc(row: number): boolean {
    return (
      this.isExpired(row) &&
      (this.table.status[row]! & (IPS_CONFIRMED | IPS_DYING)) === IPS_CONFIRMED
    );
  }

  /** nf_ct_delete (nf_ct_kill): false if it was dying already. `user`: a process did it. */
  kill(row: number, user = false): boolean {
    const { table } = this;
    if (table.status[row]! & IPS_DYING) return false;
    table.status[row]! |= IPS_DYING;
    if (table.start[row] !== NONE) {
      const late = Math.max(this.jiffies - table.timeout[row]!, 0);
      table.stop[row] = this.netns.clock.now - late * 4000;
    }
    eventReport(this, row, 1 << IPCT_DESTROY, user);
    if (!(table.status[row]! & IPS_CONFIRMED)) return true;
    table.remove(row);
    this.expectations.removeOf(row);
    this.release(row);
    return true;
  }

  /** nf_ct_kill_acct */
  killAcct(row: number, ctinfo: number, p: Packet): void {
    this.account(row, directionOf(ctinfo), 1, p.m[END]! - p.m[DATA]!);
    this.kill(row);
  }

  /** nf_ct_acct_add */
  account(row: number, direction: number, packets: number, bytes: number): void {
    const { table } = this;
    if (!table.acct[row]) return;
    table.packets[row * 2 + direction]! += packets;
    table.bytes[row * 2 + direction]! += bytes;
  }

  /** nf_ct_refresh_acct: `extra` jiffies more, and the packet counts. */
  refreshAcct(row: number, ctinfo: number, p: Packet, extra: number): void {
    this.refresh(row, extra);
    this.account(row, directionOf(ctinfo), 1, p.m[END]! - p.m[DATA]!);
  }

  /** nf_ct_refresh */
  refresh(row: number, extra: number): void {
    const { table } = this;
    const status = table.status[row]!;
    if (status & IPS_FIXED_TIMEOUT) return;
    table.timeout[row] = status & IPS_CONFIRMED ? extra + this.jiffies : extra;
  }

  /** nf_ct_offload_timeout: an offloaded connection has at least half a day left. */
  offloadTimeout(row: number): void {
    if (this.expires(row) < NF_CT_DAY / 2) this.table.timeout[row] = this.jiffies + NF_CT_DAY;
  }

  /** Runs `fn` for each connection in the table, in order of insertion; `fn` may kill it. */
  each(fn: (row: number) => void): void {
    const { table } = this;
    for (let row = table.first; row !== NONE; ) {
      const next = table.next[row]!;
      fn(row);
      row = next;
    }
  }

  /** Rows to be listed: expired ones are deleted on the way, clashing ones are hidden. */
  rows(): number[] {
    const rows: number[] = [];
    this.each((row) => {
      if (this.shouldGc(row)) this.kill(row);
      else rows.push(row);
    });
    return rows;
  }

  isOffloaded(row: number): boolean {
    return (this.table.status[row]! & IPS_OFFLOAD) !== 0;
  }
}
