/**
 * Network address translation: which chains are asked, and what their rules may do.
 *
 * Mirrors nf_nat_core.c, nf_nat_proto.c, nf_nat_masquerade.c and nf_nat_redirect.c.
 */
export type { NatChain } from './chains.ts';
export { Nat } from './nat.ts';
export * from './range.ts';
export type { NatRouting } from './routing.ts';
