/**
 * The lists of nat chains that hang inside NAT's own hooks.
 *
 * Mirrors nf_nat_register_fn and nf_nat_unregister_fn (nf_nat_core.c): a nat chain is never a hook by
 * itself. All nat chains of one address family stand in a list per hook, in order of their own
 * priorities; NAT registers its four hooks at fixed priorities when the first chain of the family
 * comes and takes them away when the last one goes.
 */
import type { HookEntry, HookFunction, Hooks } from '../hooks.ts';
import { INPUT, OUTPUT, POSTROUTING, PREROUTING } from '../hooks.ts';
import { NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6 } from '../packet.ts';
import type { KernelProfile } from '../profile.ts';

/** A base chain of type nat. */
export interface NatChain {
  /** NFPROTO_IPV4, NFPROTO_IPV6 or NFPROTO_INET (both). */
  readonly family: number;
  /** PREROUTING, INPUT, OUTPUT or POSTROUTING. */
  readonly hook: number;
  readonly priority: number;
  /** Runs the chain's rules for a first packet; a rule that translates calls Nat. Returns NF_*. */
  readonly run: HookFunction;
}

/** NF_IP_PRI_NAT_DST, NF_IP_PRI_NAT_SRC */
const PRIORITY_NAT_DST = -100;
const PRIORITY_NAT_SRC = 100;
/** Hooks, and the kernel's functions there of IPv4 and IPv6. */
const NAT_HOOKS: readonly (readonly [hook: number, priority: number, ip: string, ip6: string])[] = [
  [PREROUTING, PRIORITY_NAT_DST, 'nf_nat_ipv4_pre_routing', 'nf_nat_ipv6_in'],
  [POSTROUTING, PRIORITY_NAT_SRC, 'nf_nat_ipv4_out', 'nf_nat_ipv6_out'],
  [OUTPUT, PRIORITY_NAT_DST, 'nf_nat_ipv4_local_fn', 'nf_nat_ipv6_local_fn'],
  [INPUT, PRIORITY_NAT_SRC, 'nf_nat_ipv4_local_in', 'nf_nat_ipv6_local_in'],
];
/** That of input, before it had one of its own. */
const OLD_IPV6_LOCAL_IN = 'nf_nat_ipv6_fn';

interface FamilyHooks {
  /** Chains at each hook, by hook number. */
  readonly lists: (readonly NatChain[])[];
  readonly entries: readonly (readonly [hook: number, entry: HookEntry])[];
  users: number;
}

const EMPTY: readonly NatChain[] = [];

export class NatChains {
  private readonly families = new Map<number, FamilyHooks>();
  private readonly hooks: Hooks;
  private readonly profile: KernelProfile;
  private readonly hookFunction: (family: number, hook: number) => HookFunction;

  /** `hookFunction` gives what NAT does at a hook of a family. */
  constructor(
    hooks: Hooks,
    profile: KernelProfile,
    hookFunction: (family: number, hook: number) => HookFunction,
  ) {
    this.hooks = hooks;
    this.profile = profile;
    this.hookFunction = hookFunction;
  }

  add(chain: NatChain): void {
    for (const family of familiesOf(chain.family)) {
      const at = this.families.get(family) ?? this.register(family);
      const list = at.lists[chain.hook] ?? EMPTY;
      const index = list.findIndex((c) => c.priority >= chain.priority);
      at.lists[chain.hook] =
        index < 0 ? [...list, chain] : [...list.slice(0, index), chain, ...list.slice(index)];
      at.users++;
    }
  }

  remove(chain: NatChain): void {
    for (const family of familiesOf(chain.family)) {
      const at = this.families.get(family);
      if (!at) continue;
      const list = at.lists[chain.hook] ?? EMPTY;
      if (!list.includes(chain)) continue;
      at.lists[chain.hook] = list.filter((c) => c !== chain);
      if (--at.users === 0) this.unregister(family, at);
    }
  }

  /** The chains of a hook in the order in which they are asked. */
  at(family: number, hook: number): readonly NatChain[] {
    return this.families.get(family)?.lists[hook] ?? EMPTY;
  }

  /** Whether any nat chain of this family exists, so that NAT is hooked in. */
  has(family: number): boolean {
    return this.families.has(family);
  }

  private register(family: number): FamilyHooks {
    const entries = NAT_HOOKS.map(([hook, priority, ip, ip6]) => {
      const named = hook === INPUT && !this.profile.newHookFunctions ? OLD_IPV6_LOCAL_IN : ip6;
      const name = `${family === NFPROTO_IPV4 ? ip : named} [nf_nat]`;
      const entry: HookEntry = { fn: this.hookFunction(family, hook), priority, name };
      this.hooks.register({ family, hook }, entry);
      return [hook, entry] as const;
    });
    const at: FamilyHooks = { lists: [], entries, users: 0 };
    this.families.set(family, at);
    return at;
  }

  private unregister(family: number, at: FamilyHooks): void {
    for (const [hook, entry] of at.entries) this.hooks.unregister({ family, hook }, entry);
    this.families.delete(family);
  }
}

function familiesOf(family: number): readonly number[] {
  return family === NFPROTO_INET ? [NFPROTO_IPV6, NFPROTO_IPV4] : [family];
}
