/**
 * A flow: one connection on the fast path, with one tuple for each direction.
 *
 * Mirrors struct flow_offload and flow_offload_tuple (nf_flow_table.h). A flow is made once for a
 * connection; packets only read it and move its timeout.
 */
import type { Route } from '../route.ts';

/** Words of a lookup key, in the order of struct flow_offload_tuple. */
export const KEY_SRC = 0;
export const KEY_DST = 4;
/** Source port << 16 | destination port. */
export const KEY_PORTS = 8;
/** l3proto << 8 | l4proto */
export const KEY_PROTO = 9;
export const KEY_IIF = 10;
/** Two encapsulations, the outer one first: ethertype << 16 | id (VLAN TCI, PPPoE session). */
export const KEY_ENCAP = 11;
export const KEY_WORDS = 13;
export const ENCAP_MAX = 2;

/** NF_FLOW_* bits. */
export const FLOW_SNAT = 1 << 0;
export const FLOW_DNAT = 1 << 1;
export const FLOW_TEARDOWN = 1 << 2;
export const FLOW_HW = 1 << 3;
export const FLOW_HW_DYING = 1 << 4;
export const FLOW_HW_DEAD = 1 << 5;
export const FLOW_HW_PENDING = 1 << 6;
/** Takes its connection with it (before 4.17). */
export const FLOW_DYING = 1 << 7;

/** FLOW_OFFLOAD_XMIT_DIRECT: device and link-layer addresses were copied when the flow was made. */
export interface DirectTransmit {
  readonly ifindex: number;
  readonly hwIfindex: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

export class FlowTuple {
  readonly key = new Uint32Array(KEY_WORDS);
  readonly flow: Flow;
  readonly direction: number;
  encapNum = 0;
  mtu = 0;
  /** FLOW_OFFLOAD_XMIT_NEIGH: the route packets of this direction take; null: `direct` is set. */
  route: Route | null = null;
  /** What the route was when it was cached (FlowNetwork.cookie). */
  cookie = 0;
  direct: DirectTransmit | null = null;
  /** Where the neighbour is: the route's gateway or the other end; one or four words. */
  nextHop: Int32Array = new Int32Array(0);
  /** The next tuple in its bucket. */
  next: FlowTuple | null = null;

  constructor(flow: Flow, direction: number) {
    this.flow = flow;
    this.direction = direction;
  }
}

export class Flow {
  /** Row of its connection. */
  readonly ct: number;
  /** Numbers flows in the order in which they were made, for people. */
  readonly id: number;
  flags = 0;
  /** When it expires, in jiffies. */
  timeout = 0;
  readonly tuples: readonly [FlowTuple, FlowTuple];

  constructor(ct: number, id: number) {
    this.ct = ct;
    this.id = id;
    this.tuples = [new FlowTuple(this, 0), new FlowTuple(this, 1)];
  }
}
