/**
 * A network namespace: the machine that packets go through, with all its state.
 *
 * Owns the parts and how they are wired; each part is its own file. Time and randomness come in from
 * outside. Mirrors struct net.
 */
import { Clock } from './clock.ts';
import { Devices } from './device.ts';
import { type HookEntry, Hooks, NF_ACCEPT, NF_DROP, NF_QUEUE, NF_REPEAT } from './hooks.ts';
import { HOOK, IIF, NFPROTO_NETDEV, OIF, type Packet, PF } from './packet.ts';
import { DEFAULT_RELEASE, type KernelProfile, profileOf } from './profile.ts';
import { Random } from './random.ts';
import { Sysctl } from './sysctl.ts';

/** NF_QUEUE with this bit goes on to the next hook function where nobody listens. */
export const NF_VERDICT_FLAG_QUEUE_BYPASS = 0x8000;

/** What the path asks of connection tracking; src/datapath/conntrack is it. */
export interface ConntrackPart {
  /** nf_conntrack_get: one more packet holds this entry. */
  hold(ct: number): void;
  /** nf_conntrack_put: the packet is gone; unconfirmed entries die with their last packet. */
  release(ct: number): void;
  /** nf_ct_attach: an error about `from` belongs to its connection as RELATED. */
  attach(p: Packet, from: Packet): void;
}

/** What comes out of the machine. Packets are valid during the call only. */
export interface NetnsEvents {
  /** A frame leaves by a wire: its bytes, tags included, are p.b[p.m[DATA]] … p.b[p.m[END] - 1]. */
  egress(ifindex: number, p: Packet): void;
  /** A packet ends here; `reason` is the kernel's (`NETFILTER_DROP` with the hook function's name). */
  drop(p: Packet, reason: string, hook: HookEntry | null): void;
  /** A packet is delivered to the machine's own protocols. */
  local(p: Packet): void;
  /** A line of the kernel's log. */
  log(line: string): void;
}

/** Something of the machine changed; netdev, inetaddr, fib and neighbour notifiers in one. */
export type Change =
  | { readonly kind: 'link'; readonly ifindex: number; readonly event: LinkEvent }
  | {
      readonly kind: 'addr';
      readonly ifindex: number;
      readonly family: number;
      /** int32 for IPv4, four words for IPv6. */
      readonly local: number | Int32Array;
      readonly added: boolean;
    }
  | { readonly kind: 'route'; readonly family: number }
  | { readonly kind: 'neigh'; readonly ifindex: number }
  | { readonly kind: 'fdb'; readonly bridge: number };

export type LinkEvent = 'register' | 'up' | 'down' | 'unregister' | 'change';

const SILENT: NetnsEvents = { egress() {}, drop() {}, local() {}, log() {} };

export interface NetnsOptions {
  readonly profile?: KernelProfile;
  readonly seed?: number;
  readonly events?: Partial<NetnsEvents>;
}

export class Netns {
  readonly profile: KernelProfile;
  readonly clock = new Clock();
  readonly random: Random;
  readonly hooks = new Hooks();
  readonly sysctl = new Sysctl();
  readonly devices = new Devices();
  readonly events: NetnsEvents;
  conntrack: ConntrackPart | null = null;
  /** The entry whose verdict ended the last packet of runHook; null where it passed. */
  stoppedBy: HookEntry | null = null;
  private readonly subscribers: ((change: Change) => void)[] = [];

  constructor({ profile, seed = 0, events }: NetnsOptions = {}) {
    this.profile = profile ?? profileOf(DEFAULT_RELEASE)!;
    this.random = new Random(seed);
    this.events = { ...SILENT, ...events };
  }

  /** `fn` hears of every change after it took effect. */
  subscribe(fn: (change: Change) => void): void {
    this.subscribers.push(fn);
  }

  notify(change: Change): void {
    for (const fn of this.subscribers) fn(change);
  }

  /**
   * NF_HOOK: runs the functions of a hook in order of priority. NF_ACCEPT: go on; NF_DROP: the caller
   * frees the packet; NF_STOLEN: it is gone. Mirrors nf_hook_slow; nobody listens to queues.
   */
  runHook(family: number, hook: number, p: Packet, iif: number, oif: number): number {
    const entries = this.hooks.at(family, hook, family === NFPROTO_NETDEV ? (hook ? oif : iif) : 0);
    const m = p.m;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      m[PF] = family;
      m[HOOK] = hook;
      m[IIF] = iif;
      m[OIF] = oif;
      let verdict = entry.fn(p);
      while ((verdict & 0xff) === NF_REPEAT) verdict = entry.fn(p);
      if ((verdict & 0xff) === NF_ACCEPT) continue;
      if ((verdict & 0xff) === NF_QUEUE && verdict & NF_VERDICT_FLAG_QUEUE_BYPASS) continue;
      this.stoppedBy = entry;
      return (verdict & 0xff) === NF_QUEUE ? NF_DROP : verdict & 0xff;
    }
    this.stoppedBy = null;
    return NF_ACCEPT;
  }
}
