/**
 * Netfilter's hooks: functions in order of priority at each hook of each family.
 *
 * Mirrors net/netfilter/core.c. The table does not know which functions are nft chains and which are
 * conntrack, NAT or defragmentation. Of equal priorities the one registered last runs first across
 * equal ones, as nf_hook_entries_grow inserts it.
 */
import type { Packet } from './packet.ts';

export const NF_DROP = 0;
export const NF_ACCEPT = 1;
export const NF_STOLEN = 2;
export const NF_QUEUE = 3;
export const NF_REPEAT = 4;

/** Hooks of ip, ip6, inet and bridge. */
export const PREROUTING = 0;
export const INPUT = 1;
export const FORWARD = 2;
export const OUTPUT = 3;
export const POSTROUTING = 4;
/** Hooks of netdev (per device); inet ingress is registered there as well. */
export const NETDEV_INGRESS = 0;
export const NETDEV_EGRESS = 1;
/** Hooks of arp. */
export const ARP_IN = 0;
export const ARP_OUT = 1;

/** Runs at a hook; the packet's PF, HOOK, IIF and OIF slots are set. Returns NF_*. */
export type HookFunction = (p: Packet) => number;

export interface HookEntry {
  readonly fn: HookFunction;
  readonly priority: number;
  /** As `nft list hooks` shows it: `chain ip t c [nf_tables]`, `ipv4_conntrack_in [nf_conntrack]`. */
  readonly name: string;
}

/** Where something is registered: a family (NFPROTO_*), a hook, and at netdev hooks a device. */
export interface HookPoint {
  readonly family: number;
  readonly hook: number;
  readonly ifindex?: number;
}

const NONE: readonly HookEntry[] = [];

export class Hooks {
  private readonly points = new Map<number, readonly HookEntry[]>();

  private key(family: number, hook: number, ifindex: number): number {
    return (ifindex * 16 + family) * 8 + hook;
  }

  /** Inserts before entries of the same priority. */
  register(point: HookPoint, entry: HookEntry): void {
    const key = this.key(point.family, point.hook, point.ifindex ?? 0);
    const old = this.points.get(key) ?? NONE;
    const at = old.findIndex((e) => e.priority >= entry.priority);
    this.points.set(key, at < 0 ? [...old, entry] : [...old.slice(0, at), entry, ...old.slice(at)]);
  }

  unregister(point: HookPoint, entry: HookEntry): void {
    const key = this.key(point.family, point.hook, point.ifindex ?? 0);
    this.points.set(
      key,
      (this.points.get(key) ?? NONE).filter((e) => e !== entry),
    );
  }

  /** The functions at a hook in the order in which they run. */
  at(family: number, hook: number, ifindex = 0): readonly HookEntry[] {
    return this.points.get(this.key(family, hook, ifindex)) ?? NONE;
  }
}
