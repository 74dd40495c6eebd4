/**
 * Events: what `conntrack -E` hears of.
 *
 * Mirrors nf_conntrack_ecache.c. Events of a packet are cached in the entry and delivered when it has
 * passed the confirm hook; the destroy event is delivered at once.
 */
import type { ConntrackCore } from './core.ts';
import { IPS_CONFIRMED, IPS_DYING } from './status.ts';

/** `events`: bits 1 << IPCT_*; `user`: a process did it. The row is valid during the call. */
export type EventListener = (events: number, row: number, user: boolean) => void;

/** nf_conntrack_event_cache */
export function eventCache(ct: ConntrackCore, row: number, event: number): void {
  if (ct.listener !== null && ct.table.eventMask[row]) ct.table.eventCache[row]! |= 1 << event;
}

/** nf_ct_deliver_cached_events */
export function deliverEvents(ct: ConntrackCore, row: number): void {
  const { table } = ct;
  if (!table.eventMask[row]) return;
  if ((table.status[row]! & (IPS_CONFIRMED | IPS_DYING)) !== IPS_CONFIRMED) return;
  const events = table.eventCache[row]!;
  table.eventCache[row] = 0;
  if (events & table.eventMask[row]!) ct.listener?.(events, row, false);
}

/** nf_conntrack_eventmask_report: delivers without the cache. */
export function eventReport(ct: ConntrackCore, row: number, events: number, user: boolean): void {
  const { table } = ct;
  if (!(table.status[row]! & IPS_CONFIRMED)) return;
  if (events & table.eventMask[row]!) ct.listener?.(events, row, user);
}
