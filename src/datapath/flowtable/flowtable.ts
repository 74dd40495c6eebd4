/**
 * A flowtable and its flows as data.
 *
 * Mirrors struct nf_flowtable, flow_offload and flow_offload_tuple (nf_flow_table.h). A flow is made
 * once per connection and is an object; what the fast path reads per packet is in it as numbers.
 */

/** What `flowtable NAME { hook ingress priority P; devices = { … }; flags offload; counter; }` says. */
export interface FlowtableSpec {
  readonly table: string;
  readonly name: string;
  /** NFPROTO_IPV4, NFPROTO_IPV6 or NFPROTO_INET: the family of its table. */
  readonly family: number;
  readonly priority: number;
  /** ifindex of each device. */
  readonly devices: readonly number[];
  /** flags offload */
  readonly hardware: boolean;
  readonly counter: boolean;
}
