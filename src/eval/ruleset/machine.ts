/**
 * What commands ask of the machine that they run on: devices, clock, kernel release.
 *
 * Owns the interface; the datapath's network namespace is one, a bare `nftsim nft` has a machine with
 * nothing but a loopback device.
 */
import type { HookEntry } from '../../datapath/hooks.ts';
import type { KernelProfile } from '../../datapath/profile.ts';
import type { NameScope } from '../type/index.ts';

/** A device that hooks may hang at. */
export interface HookedDevice {
  readonly ifindex: number;
  readonly name: string;
}

export interface Machine extends NameScope {
  readonly profile: KernelProfile;
  /** Whether the hardware of a device takes flows and rules (`flags offload`). */
  canOffload(device: string): boolean;
  /** Milliseconds since the machine started (jiffies): timeouts of elements count on it. */
  uptime(): number;
  /** What hangs at its hooks, for `list hooks`; absent: nothing. */
  readonly hooks?: { at(family: number, hook: number, ifindex?: number): readonly HookEntry[] };
  /** In the order of their indices. */
  devices?(): Iterable<HookedDevice>;
}
