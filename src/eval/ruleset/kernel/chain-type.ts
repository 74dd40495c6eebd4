/**
 * Which chain types there are, at which hooks of which families, and where hooks are numbered.
 *
 * Mirrors nft_chain_filter.c, nft_chain_nat.c and nft_chain_route.c.
 */
import type { KernelProfile } from '../../../datapath/profile.ts';
import type { Family } from '../../../parser/ast.ts';

const INET: Readonly<Record<string, number>> = {
  prerouting: 0,
  input: 1,
  forward: 2,
  output: 3,
  postrouting: 4,
};

/** Hook numbers by name (enum nf_inet_hooks, nf_dev_hooks, NF_ARP_*). */
const HOOKS: Readonly<Record<Family, Readonly<Record<string, number>>>> = {
  ip: INET,
  ip6: INET,
  inet: { ...INET, ingress: 5 },
  bridge: INET,
  arp: { input: 0, output: 1, forward: 2 },
  netdev: { ingress: 0, egress: 1 },
};

const L3: readonly Family[] = ['ip', 'ip6', 'inet'];

interface ChainType {
  readonly families: readonly Family[];
  /** All of the family's where absent. */
  readonly hooks?: readonly string[];
  /** Hooks that a family has, but not for chains of this type. */
  readonly without?: Partial<Record<Family, readonly string[]>>;
  /** Priorities at and below this are refused (NF_IP_PRI_CONNTRACK). */
  readonly above?: number;
}

export const CHAIN_TYPES: Readonly<Record<string, ChainType>> = {
  filter: {
    families: ['ip', 'ip6', 'inet', 'bridge', 'arp', 'netdev'],
    without: { arp: ['forward'] },
  },
  nat: { families: L3, hooks: ['prerouting', 'input', 'output', 'postrouting'], above: -200 },
  route: { families: L3, hooks: ['output'] },
};

/** Every hook name of some family. */
export const HOOK_NAMES: ReadonlySet<string> = new Set(Object.values(HOOKS).flatMap(Object.keys));

/** undefined: the family has no such hook. */
export function hookNumber(family: Family, hook: string): number | undefined {
  return HOOKS[family][hook];
}

/** All hooks of a family, by number. */
export const hookNumbers = (family: Family): readonly (readonly [name: string, number: number])[] =>
  Object.entries(HOOKS[family]);

/** Chains that hang at devices instead of the whole family (nft_base_chain_netdev). */
export function atDevices(family: Family, hook: string): boolean {
  return family === 'netdev' || (family === 'inet' && hook === 'ingress');
}

/** The kernel has chains of this type in this family, at some hook. */
export const hasType = ({ inetNat }: KernelProfile, family: Family, type: string): boolean =>
  CHAIN_TYPES[type]?.families.includes(family) === true &&
  (inetNat || family !== 'inet' || !CHAIN_TYPES[type].hooks);

/** The kernel has this type at this hook of this family, with this priority. */
export function isSupported(
  profile: KernelProfile,
  family: Family,
  type: string,
  hook: string,
  priority: number,
): boolean {
  if (hook === 'egress' && !profile.egressHook) return false;
  if (family === 'inet' && hook === 'ingress' && !profile.inetIngress) return false;
  const row = CHAIN_TYPES[type];
  if (!row || !hasType(profile, family, type)) return false;
  if (row.hooks && !row.hooks.includes(hook)) return false;
  if (row.without?.[family]?.includes(hook)) return false;
  return row.above === undefined || priority > row.above;
}
