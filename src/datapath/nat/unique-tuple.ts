/**
 * Which address and port a connection gets.
 *
 * Mirrors get_unique_tuple, find_best_ips_proto and nf_nat_l4proto_unique_tuple (nf_nat_core.c). The
 * result may still be taken when every port is; the packet is then dropped when it is confirmed.
 */
import {
  type Conntrack,
  copyTuple,
  IPPROTO_DCCP,
  IPPROTO_GRE,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  newTuple,
  setTuplePorts,
  TUPLE_DST,
  TUPLE_SRC,
  type Tuple,
  tupleDport,
  tupleL3num,
  tupleProtonum,
  tupleSport,
} from '../conntrack/index.ts';
import { jhash2, reciprocalScale } from '../jhash.ts';
import { NFPROTO_IPV4, NONE } from '../packet.ts';
import type { KernelProfile } from '../profile.ts';
import type { Random } from '../random.ts';
import type { BySource } from './bysource.ts';
import { ClosingEviction } from './eviction.ts';
import {
  type NatRange,
  NF_NAT_MANIP_DST,
  NF_NAT_MANIP_SRC,
  NF_NAT_RANGE_MAP_IPS,
  NF_NAT_RANGE_PERSISTENT,
  NF_NAT_RANGE_PROTO_OFFSET,
  NF_NAT_RANGE_PROTO_RANDOM_ALL,
  NF_NAT_RANGE_PROTO_SPECIFIED,
} from './range.ts';

/** Ports tried from one random start. */
const MAX_ATTEMPTS = 128;
/** A window smaller than this is the last. */
const MIN_ATTEMPTS = 16;

/** What an allocation reads of the machine. */
export interface AllocationContext {
  readonly conntrack: Conntrack;
  readonly bySource: BySource;
  readonly random: Random;
  readonly profile: KernelProfile;
}

/** The ports that a protocol may be given, and which end of the tuple holds them. */
interface PortWindow {
  source: boolean;
  min: number;
  size: number;
}

export class UniqueTuple {
  private readonly context: AllocationContext;
  private readonly eviction: ClosingEviction;
  private readonly reply = newTuple();
  private readonly words = new Uint32Array(4);
  private readonly window: PortWindow = { source: false, min: 0, size: 0 };

  constructor(context: AllocationContext) {
    this.context = context;
    this.eviction = new ClosingEviction(context.conntrack);
  }

  /** Fills `tuple` with `original` translated into `range` for the connection `row`. */
  get(tuple: Tuple, original: Tuple, range: NatRange, row: number, manip: number): void {
    const random = range.flags & NF_NAT_RANGE_PROTO_RANDOM_ALL;
    if (manip === NF_NAT_MANIP_SRC && !random && this.keepsSource(tuple, original, range, row))
      return;
    copyTuple(tuple, 0, original);
    this.chooseAddress(tuple, range, row, manip);
    if (!random && this.portIsFine(tuple, range, row, manip)) return;
    this.choosePort(tuple, range, row, manip);
  }

  /** The tuple as it is, or with what this source was given for another destination. */
  private keepsSource(tuple: Tuple, original: Tuple, range: NatRange, row: number): boolean {
    copyTuple(tuple, 0, original);
    if (inRange(original, range)) return !this.used(original, row);
    const { bySource, conntrack } = this.context;
    const found = bySource.find(original, row, conntrack.table, (other) => {
      conntrack.getTuple(other, 1, this.reply);
      conntrack.invert(tuple, this.reply);
      for (let i = 0; i < 4; i++) tuple[TUPLE_DST + i] = original[TUPLE_DST + i]!;
      setTuplePorts(tuple, tupleSport(tuple), tupleDport(original));
      return inRange(tuple, range);
    });
    return found && !this.used(tuple, row);
  }

  /** find_best_ips_proto */
  private chooseAddress(tuple: Tuple, range: NatRange, row: number, manip: number): void {
    if (!(range.flags & NF_NAT_RANGE_MAP_IPS)) return;
    const at = manip === NF_NAT_MANIP_SRC ? TUPLE_SRC : TUPLE_DST;
    const { minAddr, maxAddr } = range;
    const single = minAddr.every((word, i) => word === maxAddr[i]);
    const last = tupleL3num(tuple) === NFPROTO_IPV4 ? 0 : 3;
    if (single) {
      tuple.set(minAddr, at);
      return;
    }
    const persistent = (range.flags & NF_NAT_RANGE_PERSISTENT) !== 0;
    const zone = this.context.conntrack.table.zone[row]!;
    for (let i = 0; i < 4; i++) this.words[i] = swap(tuple[TUPLE_SRC + i]!);
    let hash = jhash2(this.words, persistent ? 0 : swap(tuple[TUPLE_DST + last]!) ^ zone);
    let full = false;
    for (let i = 0; i <= last; i++) {
      const min = full ? 0 : minAddr[i]!;
      const distance = full ? 0xffffffff : (maxAddr[i]! - min + 1) >>> 0;
      tuple[at + i] = min + reciprocalScale(hash, distance);
      if (tuple[at + i] !== maxAddr[i]) full = true;
      if (!persistent) hash = (hash ^ swap(tuple[TUPLE_DST + i]!)) >>> 0;
    }
  }

  /** Whether the port may stay what it is. */
  private portIsFine(tuple: Tuple, range: NatRange, row: number, manip: number): boolean {
    if (!(range.flags & NF_NAT_RANGE_PROTO_SPECIFIED)) return !this.used(tuple, row);
    if (range.flags & NF_NAT_RANGE_PROTO_OFFSET || !portInRange(tuple, manip, range)) return false;
    return range.minProto === range.maxProto || !this.used(tuple, row);
  }

  /** nf_nat_l4proto_unique_tuple */
  private choosePort(tuple: Tuple, range: NatRange, row: number, manip: number): void {
    const window = this.window;
    if (!this.portWindow(window, tuple, range, row, manip)) return;
    const { random, profile } = this.context;
    const ports = (port: number) =>
      window.source
        ? setTuplePorts(tuple, port, tupleDport(tuple))
        : setTuplePorts(tuple, tupleSport(tuple), port);
    let offset = 0;
    if (range.flags & NF_NAT_RANGE_PROTO_OFFSET)
      offset = ((window.source ? tupleSport(tuple) : tupleDport(tuple)) - range.baseProto) & 0xffff;
    else if (
      range.flags & NF_NAT_RANGE_PROTO_RANDOM_ALL ||
      manip !== NF_NAT_MANIP_DST ||
      !profile.natDestinationPortFirst
    )
      offset = random.u32() & 0xffff;
    for (let attempts = Math.min(window.size, MAX_ATTEMPTS); ; attempts >>>= 1) {
      for (let i = 0; i < attempts; i++) {
        ports(window.min + (((offset + i) & 0xffff) % window.size));
        if (!this.usedHarder(tuple, row, attempts - i)) return;
      }
      if (attempts >= window.size || attempts < MIN_ATTEMPTS) return;
      offset = random.u32() & 0xffff;
    }
  }

  /** False where the protocol has no port that could change. */
  private portWindow(
    to: PortWindow,
    tuple: Tuple,
    range: NatRange,
    row: number,
    manip: number,
  ): boolean {
    const specified = (range.flags & NF_NAT_RANGE_PROTO_SPECIFIED) !== 0;
    to.source = manip === NF_NAT_MANIP_SRC;
    to.min = Math.min(range.minProto, range.maxProto);
    to.size = Math.abs(range.maxProto - range.minProto) + 1;
    switch (tupleProtonum(tuple)) {
      case IPPROTO_ICMP:
      case IPPROTO_ICMPV6:
        // the id is the same in either direction
        to.source = true;
        if (!specified) [to.min, to.size] = [0, 65536];
        return true;
      case IPPROTO_GRE:
        // only PPTP's calls, which have a control connection, have keys to change
        if (this.context.conntrack.table.master[row] === NONE) return false;
        if (!specified) [to.min, to.size] = [1, 65535];
        return true;
      case IPPROTO_TCP:
      case IPPROTO_UDP:
      case IPPROTO_UDPLITE:
      case IPPROTO_SCTP:
      case IPPROTO_DCCP:
        if (specified) return true;
        if (manip === NF_NAT_MANIP_DST) return false;
        [to.min, to.size] = portClass(tupleSport(tuple));
        return true;
      default:
        return false;
    }
  }

  /** nf_nat_used_tuple */
  private used(tuple: Tuple, row: number): boolean {
    const { conntrack } = this.context;
    conntrack.invert(this.reply, tuple);
    return conntrack.tupleTaken(this.reply, row);
  }

  private usedHarder(tuple: Tuple, row: number, attemptsLeft: number): boolean {
    if (!this.used(tuple, row)) return false;
    if (!this.context.profile.natEvictsClosing) return true;
    return !this.eviction.evict(this.reply, row, attemptsLeft);
  }
}

/** nf_in_range: whether a source mapping satisfies the range. */
function inRange(tuple: Tuple, range: NatRange): boolean {
  if (range.flags & NF_NAT_RANGE_MAP_IPS) {
    if (compareWords(tuple, range.minAddr) < 0 || compareWords(tuple, range.maxAddr) > 0)
      return false;
  }
  if (!(range.flags & NF_NAT_RANGE_PROTO_SPECIFIED)) return true;
  return portInRange(tuple, NF_NAT_MANIP_SRC, range);
}

/** Compares the source address. */
function compareWords(tuple: Tuple, address: Uint32Array): number {
  for (let i = 0; i < 4; i++) {
    const difference = tuple[TUPLE_SRC + i]! - address[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** l4proto_in_range */
function portInRange(tuple: Tuple, manip: number, range: NatRange): boolean {
  let port: number;
  switch (tupleProtonum(tuple)) {
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      port = tupleSport(tuple);
      break;
    case IPPROTO_GRE:
    case IPPROTO_TCP:
    case IPPROTO_UDP:
    case IPPROTO_UDPLITE:
    case IPPROTO_DCCP:
    case IPPROTO_SCTP:
      port = manip === NF_NAT_MANIP_SRC ? tupleSport(tuple) : tupleDport(tuple);
      break;
    default:
      return true;
  }
  return port >= range.minProto && port <= range.maxProto;
}

/** Ports keep their class: 1-511, 600-1023 (below 512 some programs ask for credentials), the rest. */
function portClass(port: number): [min: number, size: number] {
  if (port < 512) return [1, 511];
  if (port < 1024) return [600, 1023 - 600 + 1];
  return [1024, 65535 - 1024 + 1];
}

/** A word of network order as a little-endian CPU holds it. */
const swap = (x: number): number =>
  ((x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)) >>> 0;
