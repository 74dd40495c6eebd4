/**
 * Connection tracking: what rules, NAT, flowtables and the machine ask of it.
 *
 * An entry is a row number; p.m[CT] holds it (NONE: none) and p.m[CTINFO] its packet's relation.
 * Columns are typed arrays that may be replaced when the table grows: read them through `table` each
 * time. Directions are IP_CT_DIR_*, times are jiffies unless a name says otherwise.
 */
import type { Packet } from '../packet.ts';
import type { Tuple } from './tuple.ts';

export * from './status.ts';
export * from './tuple.ts';

/** Columns of the table, by row; those of two directions by `row * 2 + direction`. */
export interface Table {
  /** TUPLE_WORDS per direction: `(row * 2 + direction) * TUPLE_WORDS`. */
  readonly tuples: Tuple;
  /** IPS_* */
  readonly status: Int32Array;
  /** Absolute jiffies once confirmed, relative before. */
  readonly timeout: Float64Array;
  /** References: the table, packets, flows, expected connections. */
  readonly use: Int32Array;
  readonly mark: Uint32Array;
  readonly secmark: Uint32Array;
  /** Row of the connection that expected this one; NONE. */
  readonly master: Int32Array;
  readonly zone: Uint16Array;
  /** ZONE_DIR_* */
  readonly zoneDir: Uint8Array;
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  /** ifindex that masquerade sent it out by; 0. */
  readonly masqIndex: Int32Array;
  /** TCP_CONNTRACK_*, or the state of SCTP and DCCP. */
  readonly state: Uint8Array;
  /** struct ip_ct_tcp_state of each direction. */
  readonly tdEnd: Uint32Array;
  readonly tdMaxend: Uint32Array;
  readonly tdMaxwin: Uint32Array;
  readonly tdMaxack: Uint32Array;
  readonly tdScale: Uint8Array;
  /** IP_CT_TCP_FLAG_* */
  readonly tcpFlags: Uint8Array;
}

/** A `ct timeout` object: seconds by the state names of its protocol. */
export interface TimeoutPolicy {
  readonly l3num: number;
  readonly protonum: number;
  /** Jiffies by the tracker's timeout index. */
  readonly timeouts: Float64Array;
}

/** A `ct expectation` object. */
export interface ExpectationPolicy {
  readonly l3num: number;
  readonly protonum: number;
  readonly dport: number;
  /** As the kernel takes it: seconds. */
  readonly timeout: number;
  readonly size: number;
}

/** `ct count`: a list of connections that still exist. */
export interface ConnCount {
  /** Adds the packet's connection; the number that exist now, or undefined (NFT_BREAK, NF_DROP). */
  count(p: Packet): number | undefined;
}

export interface ConntrackActions {
  readonly table: Table;
  /** Somebody needs tracking of NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_INET or NFPROTO_BRIDGE. */
  acquire(family: number): void;
  release(row: number): void;
  releaseFamily(family: number): void;

  hold(row: number): void;
  attach(to: Packet, from: Packet): void;
  /** nf_ct_set_closing: a reset was sent by the machine for this packet's connection. */
  setClosing(row: number): void;

  /** STATE_* bits of the packet. */
  stateBits(p: Packet): number;
  /** NF_CT_EXPIRES in ms */
  expirationMs(row: number): number;
  /** Name of the helper of the connection that expected this one; undefined: NFT_BREAK. */
  helperName(row: number): string | undefined;
  id(row: number): number;
  zoneId(row: number, direction: number): number;
  eventMask(row: number): number;
  /** Four words, host order, of the 128 label bits. */
  labels(row: number): Uint32Array | undefined;

  setMark(p: Packet, value: number): void;
  setSecmark(p: Packet, value: number): void;
  setLabel(p: Packet, bits: Uint32Array): void;
  setEventMask(p: Packet, mask: number): void;
  /** Before tracking: gives the connection to be made a zone (ZONE_DIR_*). */
  setZone(p: Packet, zone: number, direction: number): void;
  notrack(p: Packet): void;
  setHelper(p: Packet, name: string): void;
  setTimeoutPolicy(p: Packet, policy: TimeoutPolicy): void;
  /** False: NFT_BREAK; NF_DROP as null. */
  expect(p: Packet, policy: ExpectationPolicy): boolean;
  /** Accounting of new entries, as a rule with `ct bytes` switches it on. */
  enableAccounting(): void;

  /** `row * 2 + direction` of the confirmed entry with this tuple; NONE. */
  lookup(tuple: Tuple, zone: number): number;
  /** Whether another connection has this tuple in the zone of `row`. */
  tupleTaken(tuple: Tuple, row: number): boolean;
  getTuple(row: number, direction: number, into: Tuple): void;
  /** NAT: what replies of an unconfirmed connection will look like. */
  alterReply(row: number, tuple: Tuple): void;
  /** nf_ct_invert_tuple; false where the protocol knows no inverse. */
  invert(into: Tuple, tuple: Tuple): boolean;
  /** Jiffies left, not below 0. */
  expires(row: number): number;
  /** nf_ct_kill; false if it was dying already. */
  kill(row: number): boolean;
}
