/**
 * Timeout policies: `ct timeout` objects and the connections that follow them.
 *
 * Mirrors nf_conntrack_timeout.c and nft_ct_timeout_obj (nft_ct.c).
 */
import { HZ } from '../clock.ts';
import { CT, L4PROTO, NONE, type Packet } from '../packet.ts';
import type { ConntrackCore } from './core.ts';
import { trackerOf } from './proto/index.ts';
import { IPS_CONFIRMED } from './status.ts';

export interface TimeoutPolicy {
  readonly protonum: number;
  /** Jiffies by the tracker's timeout index; [0] is that of a new connection. */
  readonly timeouts: Float64Array;
  /** Taken up from a dump: its object is the one with the same timeouts. */
  readonly restored?: true;
}

/** Names of the timeouts that a policy of this protocol may set, with their defaults in seconds. */
export function timeoutNames(protonum: number): readonly (readonly [string, number])[] {
  return trackerOf(protonum).timeouts.map((t) => [t.name, t.seconds] as const);
}

/**
 * A policy as the kernel makes it: what is not given is the namespace's setting of this moment.
 * undefined: no tracker of this protocol (EOPNOTSUPP).
 */
export function timeoutPolicy(
  ct: ConntrackCore,
  protonum: number,
  seconds: ReadonlyMap<string, number>,
): TimeoutPolicy | undefined {
  const tracker = trackerOf(protonum);
  if (tracker.protonum !== protonum) return undefined;
  const timeouts = ct.settings.timeoutsOf(tracker).slice();
  for (const { name, index } of tracker.timeouts) {
    const value = seconds.get(name);
    if (value !== undefined) timeouts[index] = value * HZ;
  }
  if (tracker.newTimeout !== undefined) timeouts[0] = timeouts[tracker.newTimeout]!;
  return { protonum, timeouts };
}

/** nft_ct_timeout_obj_eval: only the first packet's connection takes the policy. */
export function assignPolicy(ct: ConntrackCore, p: Packet, policy: TimeoutPolicy): void {
  const row = p.m[CT]!;
  if (policy.protonum !== p.m[L4PROTO] || row === NONE) return;
  if (ct.table.status[row]! & IPS_CONFIRMED) return;
  const old = ct.policies.get(row);
  if (!old) ct.policies.set(row, policy);
  ct.refresh(row, (old ?? policy).timeouts[0]!);
}

/** nf_ct_untimeout: the object goes, its connections follow the namespace again. */
export function forgetPolicy(ct: ConntrackCore, policy: TimeoutPolicy): void {
  for (const [row, held] of ct.policies)
    if (held === policy || (held.restored && equalPolicies(held, policy))) ct.policies.delete(row);
}

const equalPolicies = (a: TimeoutPolicy, b: TimeoutPolicy): boolean =>
  a.protonum === b.protonum && a.timeouts.every((cell, i) => cell === b.timeouts[i]);
