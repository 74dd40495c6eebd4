/**
 * The names of standard priorities: where each is known, and how a priority lists.
 *
 * Mirrors std_prio_lookup, std_prio_family_hook_compat and prio2str of nft.
 */
import type { Family } from '../../parser/ast.ts';

interface StandardPriority {
  readonly name: string;
  readonly value: number;
  readonly families: readonly Family[];
  /** All hooks where absent. */
  readonly hooks?: readonly string[];
}

const IP: readonly Family[] = ['ip', 'ip6', 'inet'];
const BRIDGE: readonly Family[] = ['bridge'];

/** In nft's order: the first within reach names a priority. */
const STANDARD: readonly StandardPriority[] = [
  { name: 'raw', value: -300, families: IP },
  { name: 'mangle', value: -150, families: IP },
  { name: 'dstnat', value: -100, families: IP, hooks: ['prerouting', 'output'] },
  { name: 'filter', value: 0, families: [...IP, 'arp', 'netdev'] },
  { name: 'security', value: 50, families: IP },
  { name: 'srcnat', value: 100, families: IP, hooks: ['postrouting', 'input'] },
  { name: 'dstnat', value: -300, families: BRIDGE, hooks: ['prerouting'] },
  { name: 'filter', value: -200, families: BRIDGE },
  { name: 'out', value: 100, families: BRIDGE, hooks: ['output'] },
  { name: 'srcnat', value: 300, families: BRIDGE, hooks: ['postrouting'] },
];

/** How far from a standard priority another one is still named after it. */
const REACH = 10;

const known = (p: StandardPriority, family: Family, hook: string): boolean =>
  p.families.includes(family) && (p.hooks?.includes(hook) ?? true);

/** The number of a name at a hook; undefined: not known there. */
export function priorityByName(name: string, family: Family, hook: string): number | undefined {
  return STANDARD.find((p) => p.name === name && known(p, family, hook))?.value;
}

/** `filter + 1`, or the number where no name is near. */
export function printPriority(
  value: number,
  family: Family,
  hook: string,
  numeric: boolean | undefined,
): string {
  const near = STANDARD.find((p) => Math.abs(p.value - value) <= REACH && known(p, family, hook));
  if (numeric || !near) return String(value);
  const offset = value - near.value;
  if (offset === 0) return near.name;
  return `${near.name} ${offset > 0 ? '+' : '-'} ${Math.abs(offset)}`;
}
