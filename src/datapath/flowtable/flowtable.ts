/**
 * A flowtable: what the ruleset says of it, and the flows in it.
 *
 * Mirrors struct nft_flowtable and nf_flowtable.
 */
import type { Timer } from '../clock.ts';
import type { HookEntry } from '../hooks.ts';
import { FlowHash } from './table.ts';

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

export class Flowtable {
  spec: FlowtableSpec;
  readonly flows = new FlowHash();
  /** The hook at each device, by ifindex. */
  readonly hooks = new Map<number, HookEntry>();
  /** µs: the collector runs each second from then on. */
  collected: number;
  /** The collector's next run, while there are flows. */
  collector: Timer | null = null;

  constructor(spec: FlowtableSpec, now: number) {
    this.spec = spec;
    this.collected = now;
  }

  /** nft_flowtable_find_dev */
  lists(ifindex: number): boolean {
    return this.spec.devices.includes(ifindex);
  }
}
