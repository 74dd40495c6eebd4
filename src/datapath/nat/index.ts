/**
 * Network address translation: which chains are asked, and what their rules may do.
 *
 * Mirrors nf_nat_core.c, nf_nat_proto.c, nf_nat_masquerade.c and nf_nat_redirect.c.
 */
import type { Packet } from '../packet.ts';
import type { NatChain } from './chains.ts';
import type { NatRange } from './range.ts';

export type { NatChain } from './chains.ts';
export * from './range.ts';

/** What rules, devices and `nft` do to NAT. Verdicts are NF_*. */
export interface NatActions {
  addChain(chain: NatChain): void;
  removeChain(chain: NatChain): void;
  /** snat, dnat: binds the connection of a first packet (nft_nat_eval). */
  setup(p: Packet, manip: number, range: NatRange): number;
  /** masquerade: NF_DROP if the outgoing device has no address. */
  masquerade(p: Packet, range: NatRange): number;
  /** redirect: to the incoming device's first address, at output to loopback. */
  redirect(p: Packet, range: NatRange): number;
}
