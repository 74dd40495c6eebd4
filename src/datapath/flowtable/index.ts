/**
 * Flowtables: connections that bypass the forwarding path.
 *
 * Mirrors nft_flow_offload.c, nf_flow_table_core.c and nf_flow_table_ip.c.
 */
import type { Packet } from '../packet.ts';
import type { FlowtableSpec } from './flowtable.ts';

export type { FlowtableSpec } from './flowtable.ts';
export type { MissReason, SkipReason, TeardownReason } from './reason.ts';

/** A living flowtable; `spec` is what the ruleset says of it now. */
export interface FlowtableHandle {
  readonly spec: FlowtableSpec;
}

/** What the ruleset does to flowtables. */
export interface FlowtableActions {
  /** Why the kernel refuses this flowtable beside those that exist, or null. */
  refuse(spec: FlowtableSpec): 'EEXIST' | 'EOPNOTSUPP' | null;
  /** Hooks it in at the ingress of its devices. */
  create(spec: FlowtableSpec): FlowtableHandle;
  /** Changes devices and the counter flag of a living flowtable; its flows stay. */
  update(flowtable: FlowtableHandle, spec: FlowtableSpec): void;
  /** Tears all its flows down and unhooks it. */
  delete(flowtable: FlowtableHandle): void;
  /** `flow add`: false is NFT_BREAK. */
  offload(p: Packet, flowtable: FlowtableHandle): boolean;
}
