/**
 * Who wants to know what flowtables do, packet by packet (`replay --explain`).
 *
 * Calls carry what is at hand and allocate nothing. Packets are valid during the call only.
 */
import type { Packet } from '../packet.ts';
import type { Flow, FlowTuple } from './flow.ts';
import type { Flowtable } from './flowtable.ts';
import type { MissReason, SkipReason, TeardownReason } from './reason.ts';

export interface FlowtableListener {
  /** `flow add` made a flow for this packet's connection. */
  offloaded(p: Packet, flowtable: Flowtable, flow: Flow): void;
  /** `flow add` broke its rule. */
  skipped(p: Packet, flowtable: Flowtable, reason: SkipReason): void;
  /**
   * The packet took the fast path; its headers are already those that leave. `hardware`: a driver
   * has the flow, and on a real machine would have taken the packet.
   */
  fast(p: Packet, flowtable: Flowtable, tuple: FlowTuple, hardware: boolean): void;
  /** The packet came by a device of the flowtable and goes on to the slow path. */
  missed(p: Packet, flowtable: Flowtable, reason: MissReason, tuple: FlowTuple | null): void;
  /** `p`: the packet that caused it, if any. */
  tornDown(flowtable: Flowtable, flow: Flow, reason: TeardownReason, p: Packet | null): void;
  /** The collector freed a flow that was torn down. */
  collected(flowtable: Flowtable, flow: Flow): void;
}
