/**
 * Connection tracking: what rules, NAT, flowtables and the machine ask of it.
 *
 * An entry is a row number; p.m[CT] holds it (NONE: none) and p.m[CTINFO] its packet's relation. A
 * packet with an entry holds a reference to it (`hold`, `release`). Columns are typed arrays that are
 * replaced when the table grows: read them through `table` each time. Directions are IP_CT_DIR_*,
 * times are jiffies unless a name says otherwise.
 */
import type { Netns } from '../netns.ts';
import {
  CT,
  CTINFO,
  IP_CT_NEW,
  IP_CT_RELATED,
  IP_CT_RELATED_REPLY,
  IP_CT_UNTRACKED,
  NONE,
  type Packet,
} from '../packet.ts';
import { ConnCount } from './conncount.ts';
import { ConntrackCore } from './core.ts';
import { type ConntrackDump, dumpConntrack, restoreConntrack } from './dump.ts';
import { eventCache } from './event.ts';
import { helpByPort } from './helper/by-port.ts';
import { addHelp } from './helper/helper.ts';
import { helperOf } from './helper/index.ts';
import { ConntrackHooks } from './hooks.ts';
import { invertTuple } from './invert.ts';
import { setClosing } from './proto/tcp.ts';
import { addSeqAdjust } from './seqadj.ts';
import {
  directionOf,
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPCT_LABEL,
  IPCT_MARK,
  IPCT_SECMARK,
  IPPROTO_TCP,
  IPS_CONFIRMED,
  IPS_HELPER,
  IPS_NAT_MASK,
  IPS_TEMPLATE,
  STATE_INVALID,
  STATE_UNTRACKED,
  ZONE_DIR_BOTH,
} from './status.ts';
import { assignPolicy, forgetPolicy, type TimeoutPolicy, timeoutPolicy } from './timeout.ts';
import { findIn } from './track.ts';
import { copyTuple, newTuple, TUPLE_DST, TUPLE_SRC, TUPLE_WORDS, type Tuple } from './tuple.ts';

export type { BridgeFragments } from './bridge.ts';
export { ConnCount } from './conncount.ts';
export type { ConntrackDump } from './dump.ts';
export type { EventListener } from './event.ts';
export type { Expectation } from './expect.ts';
export { HELPERS, helperOf } from './helper/index.ts';
export type { NatHelpers } from './helper/nat.ts';
export * from './status.ts';
export type { Table } from './table.ts';
export { type TimeoutPolicy, timeoutNames } from './timeout.ts';
export * from './tuple.ts';

/** A `ct expectation` object. */
export interface ExpectationPolicy {
  /** NFPROTO_INET: that of the packet's connection. */
  readonly l3num: number;
  readonly protonum: number;
  readonly dport: number;
  /** As the kernel takes it: seconds, where nft gives milliseconds. */
  readonly timeout: number;
  readonly size: number;
}

/** What became of a `ct expectation set`. */
export type ExpectOutcome = 'done' | 'break' | 'drop';

const expected = newTuple();

export class Conntrack extends ConntrackCore {
  readonly hooks: ConntrackHooks;

  constructor(netns: Netns) {
    super(netns);
    this.hooks = new ConntrackHooks(this);
  }

  /** Somebody needs tracking of NFPROTO_IPV4, IPV6, INET or BRIDGE (nf_ct_netns_get). */
  acquire(family: number): void {
    this.hooks.get(family);
  }

  /** nf_ct_netns_put */
  releaseFamily(family: number): void {
    this.hooks.put(family);
  }

  /** nf_ct_attach: an error about `from` belongs to its connection as RELATED. */
  attach(to: Packet, from: Packet): void {
    const row = from.m[CT]!;
    if (row === NONE) return;
    const original = directionOf(from.m[CTINFO]!) === IP_CT_DIR_ORIGINAL;
    to.m[CT] = row;
    to.m[CTINFO] = original ? IP_CT_RELATED_REPLY : IP_CT_RELATED;
    this.hold(row);
  }

  /** nf_ct_set_closing: the machine sent a reset for this connection. */
  setClosing(row: number): void {
    if (!this.netns.profile.resetCloses) return;
    if (row !== NONE && this.protonum(row) === IPPROTO_TCP) setClosing(this, row);
  }

  /** STATE_* bits of a packet. */
  stateBits(p: Packet): number {
    const ctinfo = p.m[CTINFO]!;
    if (p.m[CT] !== NONE) return 1 << ((ctinfo % 3) + 1);
    return ctinfo === IP_CT_UNTRACKED ? STATE_UNTRACKED : STATE_INVALID;
  }

  /** `ct expiration`: milliseconds. */
  expirationMs(row: number): number {
    return this.expires(row) * 4;
  }

  /** `ct helper`: of the connection that expected this one; undefined: NFT_BREAK. */
  helperName(row: number): string | undefined {
    const master = this.table.master[row]!;
    return master === NONE ? undefined : this.help.get(master)?.helper?.name;
  }

  /** `ct zone`; without a direction the id, wherever it holds. */
  zoneId(row: number, direction: number | null): number {
    return direction === null ? this.table.zone[row]! : this.table.zoneId(row, direction);
  }

  isTemplate(row: number): boolean {
    return (this.table.status[row]! & IPS_TEMPLATE) !== 0;
  }

  /** The entry that rules may change: none for templates. */
  private entryOf(p: Packet): number {
    const row = p.m[CT]!;
    return row === NONE || this.isTemplate(row) ? NONE : row;
  }

  setMark(p: Packet, value: number): void {
    const row = this.entryOf(p);
    if (row === NONE || this.table.mark[row] === value >>> 0) return;
    this.table.mark[row] = value;
    eventCache(this, row, IPCT_MARK);
  }

  setSecmark(p: Packet, value: number): void {
    const row = this.entryOf(p);
    if (row === NONE || this.table.secmark[row] === value >>> 0) return;
    this.table.secmark[row] = value;
    eventCache(this, row, IPCT_SECMARK);
  }

  /** Sets the label bits of four words (bit n in word n >> 5), and clears none. */
  setLabels(p: Packet, bits: ArrayLike<number>): void {
    const row = this.entryOf(p);
    const labels = row === NONE ? undefined : this.labels.get(row);
    if (!labels) return;
    let changed = false;
    for (let i = 0; i < 4; i++) {
      const value = (labels[i]! | bits[i]!) >>> 0;
      changed ||= value !== labels[i];
      labels[i] = value;
    }
    if (changed) eventCache(this, row, IPCT_LABEL);
  }

  /** `ct event set`: bits 1 << IPCT_*. */
  setEventMask(p: Packet, mask: number): void {
    const row = this.entryOf(p);
    if (row === NONE) return;
    if (this.table.eventMask[row] || !this.isConfirmed(row)) this.table.eventMask[row] = mask;
  }

  /** `ct zone set`, before tracking; `direction` null: both. */
  setZone(p: Packet, zone: number, direction: number | null): void {
    if (p.m[CT] !== NONE) return;
    p.m[CT] = this.template(zone, direction === null ? ZONE_DIR_BOTH : 1 << direction);
    p.m[CTINFO] = IP_CT_NEW;
    this.hold(p.m[CT]!);
  }

  /** `notrack` */
  notrack(p: Packet): void {
    if (p.m[CT] === NONE) p.m[CTINFO] = IP_CT_UNTRACKED;
  }

  /** `ct helper set`: of first packets; a connection of another protocol or family is left alone. */
  setHelper(p: Packet, name: string, protonum: number, families: readonly number[]): void {
    const row = this.entryOf(p);
    if (row === NONE || this.protonum(row) !== protonum) return;
    if (!families.includes(this.l3num(row))) return;
    if (this.table.status[row]! & (IPS_CONFIRMED | IPS_HELPER)) return;
    const helper = helperOf(name, protonum, this.l3num(row));
    if (!helper) return;
    addHelp(this, row).helper = helper;
    this.table.status[row]! |= IPS_HELPER;
    const translated = (this.table.status[row]! & IPS_NAT_MASK) !== 0;
    if (translated && this.netns.profile.helperAddsSeqadj) addSeqAdjust(this, row);
  }

  /** A `ct timeout` object; undefined: no tracker for the protocol. */
  timeoutPolicy(protonum: number, seconds: ReadonlyMap<string, number>): TimeoutPolicy | undefined {
    return timeoutPolicy(this, protonum, seconds);
  }

  /** `ct timeout set` */
  setTimeoutPolicy(p: Packet, policy: TimeoutPolicy): void {
    assignPolicy(this, p, policy);
  }

  /** The object was deleted. */
  forgetTimeoutPolicy(policy: TimeoutPolicy): void {
    forgetPolicy(this, policy);
  }

  /** `ct expectation set`: of first packets, towards the packet's sender. */
  expect(p: Packet, policy: ExpectationPolicy): ExpectOutcome {
    const row = this.entryOf(p);
    if (row === NONE || this.isConfirmed(row)) return 'break';
    const help = addHelp(this, row);
    if (help.expectations.length >= policy.size) return 'break';
    this.getTuple(row, 1 - directionOf(p.m[CTINFO]!), expected);
    const l3num = policy.l3num === 1 ? this.l3num(row) : policy.l3num;
    const exp = this.expectations.make(row, {
      l3num,
      protonum: policy.protonum,
      source: { tuple: expected, at: TUPLE_SRC },
      destination: { tuple: expected, at: TUPLE_DST },
      dport: policy.dport,
    });
    exp.timeout += policy.timeout * 250;
    return this.expectations.add(exp) === 0 ? 'done' : 'drop';
  }

  /** A list for `ct count`. */
  connCount(): ConnCount {
    return new ConnCount(this);
  }

  /** A rule reads `ct bytes`, `packets` or `avgpkt`: new entries are counted from now on. */
  enableAccounting(): void {
    this.netns.sysctl.set('net.netfilter.nf_conntrack_acct', 1);
  }

  /** `row * 2 + direction` of the entry with this tuple in a zone of both directions; NONE. */
  lookup(tuple: Tuple, zone: number): number {
    return findIn(this, tuple, zone, ZONE_DIR_BOTH);
  }

  /** nf_conntrack_tuple_taken: whether another connection has this reply tuple. */
  tupleTaken(tuple: Tuple, row: number): boolean {
    const { table } = this;
    const zone = table.zone[row]!;
    const zoneDir = table.zoneDir[row]!;
    const h = table.find(tuple, 0, zone, zoneDir, table.zoneId(row, IP_CT_DIR_REPLY));
    if (h === NONE || h >> 1 === row) return false;
    const other = h >> 1;
    if (this.isExpired(other)) {
      if (this.shouldGc(other)) this.kill(other);
      return false;
    }
    // the same flow twice: settled when it is confirmed
    const [a, b] = [row * 2 * TUPLE_WORDS, other * 2 * TUPLE_WORDS];
    for (let i = 0; i < TUPLE_WORDS; i++)
      if (table.tuples[a + i] !== table.tuples[b + i]) return this.foundTaken();
    const sameZone =
      table.zoneId(row, IP_CT_DIR_ORIGINAL) === table.zoneId(other, IP_CT_DIR_ORIGINAL);
    return sameZone ? false : this.foundTaken();
  }

  private foundTaken(): true {
    this.stats.found++;
    return true;
  }

  /** NAT: what replies of an unconfirmed connection look like. */
  alterReply(row: number, tuple: Tuple): void {
    copyTuple(this.table.tuples, (row * 2 + IP_CT_DIR_REPLY) * TUPLE_WORDS, tuple);
    helpByPort(this, row);
  }

  /** The table as plain data. */
  dump(): ConntrackDump {
    return dumpConntrack(this);
  }

  /** Takes up a dump, into an empty table. False: it is of another version. */
  restore(dump: ConntrackDump): boolean {
    return restoreConntrack(this, dump);
  }

  /** nf_ct_invert_tuple: false where the protocol knows no inverse. */
  invert(into: Tuple, tuple: Tuple): boolean {
    return invertTuple(into, tuple);
  }
}
