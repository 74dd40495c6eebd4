/**
 * What a protocol knows about its connections: one row per tracker, in proto/.
 *
 * Mirrors struct nf_conntrack_l4proto and the protocol's *_packet function.
 */
import type { Packet } from '../packet.ts';
import type { KernelProfile } from '../profile.ts';
import type { ConntrackCore } from './core.ts';
import type { Tuple } from './tuple.ts';

/** What a tracker says of a packet. Only ACCEPT keeps the connection attached. */
export const ACCEPT = 1;
/** -NF_ACCEPT: the packet goes on, as `invalid`. */
export const INVALID = -1;
/** -NF_REPEAT: the old connection is gone, look again. */
export const REPEAT = -4;
/** NF_DROP */
export const DROP = 0;

/** A timeout of a protocol: a cell of its timeouts array, by `index`. */
export interface TimeoutRow {
  readonly index: number;
  /** As nft's `ct timeout` policy names it. */
  readonly name: string;
  /** Under net.netfilter; absent: not to be set there. */
  readonly sysctl?: string;
  readonly seconds: number;
  /** Default of releases that have another one. */
  readonly secondsIn?: (profile: KernelProfile) => number;
}

export interface Tracker {
  readonly protonum: number;
  /** As /proc/net/nf_conntrack names it. */
  readonly name: string;
  readonly timeouts: readonly TimeoutRow[];
  /** Number of cells of its timeouts array. */
  readonly timeoutCells: number;
  /** Timeout that cell 0 of a policy repeats, where the protocol has no cell 0 of its own. */
  readonly newTimeout?: number;
  /** Two packets of one new conversation may both get through (UDP). */
  readonly allowClash: boolean;
  /** How its connections are told apart in a listing. */
  readonly ports: 'ports' | 'icmp' | 'gre' | 'none';
  /** Names of `table.state`, if the listing shows it. */
  readonly stateNames?: readonly string[];
  /** Fills the ports of a tuple; false: cannot be tracked. */
  packetToTuple(ct: ConntrackCore, p: Packet, dataoff: number, t: Tuple): boolean;
  /** Ports of the reply's tuple; absent: source and destination change places. */
  invert?(into: Tuple, t: Tuple): boolean;
  /** ACCEPT, INVALID, REPEAT or DROP; refreshes and counts the connection. */
  packet(ct: ConntrackCore, p: Packet, row: number, dataoff: number, ctinfo: number): number;
  /** May be dropped under pressure although it is assured. */
  canEarlyDrop?(ct: ConntrackCore, row: number): boolean;
}
