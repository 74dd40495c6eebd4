/**
 * Flowtables: connections that bypass the forwarding path.
 *
 * Mirrors nft_flow_offload.c, nf_flow_table_core.c and nf_flow_table_ip.c.
 */
export type { FlowDump } from './dump.ts';
export type { Flow, FlowTuple } from './flow.ts';
/** What statements hold of a flowtable. */
export type { Flowtable as FlowtableHandle } from './flowtable.ts';
export { Flowtable, type FlowtableSpec } from './flowtable.ts';
export { Flowtables } from './flowtables.ts';
export type { FlowtableListener } from './listener.ts';
export { describe, FlowLog, type FlowLogEntry } from './log.ts';
export type { FlowNetwork } from './network.ts';
export type { MissReason, SkipReason, TeardownReason } from './reason.ts';
