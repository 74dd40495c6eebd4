/**
 * Why a packet was not offloaded, why it left the fast path, why a flow ended: named reasons.
 *
 * Each names the test of nft_flow_offload.c, nf_flow_table_ip.c or nf_flow_table_core.c that decided.
 */

/** `flow add` broke its rule (nft_flow_offload_eval). */
export type SkipReason =
  | 'ip-options'
  | 'no-conntrack'
  | 'protocol'
  | 'tcp-header'
  | 'tcp-fin-rst'
  | 'tcp-not-established'
  | 'gre-nat'
  | 'gre-key'
  | 'helper'
  | 'seqadj'
  | 'nat-clash'
  | 'not-confirmed'
  | 'not-replied'
  | 'already-offloaded'
  | 'no-route-back'
  | 'dying';

/** The flowtable's hook let a packet go on to the slow path (nf_flow_offload_ip_hook). */
export type MissReason =
  | 'short'
  | 'fragment'
  | 'ip-options'
  | 'protocol'
  | 'ttl'
  | 'gre-version'
  | 'no-flow'
  | 'torn-down'
  | 'dying'
  | 'mtu'
  | 'tcp-fin-rst'
  | 'stale-route';

/** A flow was torn down. */
export type TeardownReason =
  | 'expired'
  | 'tcp-fin-rst'
  | 'stale-route'
  | 'conntrack-dying'
  | 'flowtable-deleted'
  | 'device-down'
  | 'no-device';
