/**
 * Where an expression may stand: hooks by family. Mirrors nft_chain_validate_hooks and its callers.
 */
import type { Family } from '../../parser/ast.ts';
import type { ChainSite, Errno } from '../row.ts';

/** Hooks where it may stand; families that are not here refuse it. */
export type Placement = Readonly<Partial<Record<Family, readonly string[]>>>;

/** The same hooks in the families of IP. */
export const ipHooks = (...hooks: string[]): Placement => ({ ip: hooks, ip6: hooks, inet: hooks });

/** Every hook of the families of IP. */
export const IP_ONLY = ipHooks(
  'ingress',
  'prerouting',
  'input',
  'forward',
  'output',
  'postrouting',
);

export const misplaced = ({ family, hook }: ChainSite, where: Placement): Errno | undefined =>
  where[family]?.includes(hook) ? undefined : 'EOPNOTSUPP';

/** Families without connection tracking. */
export const UNTRACKED: readonly Family[] = ['arp', 'netdev'];
