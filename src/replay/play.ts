/**
 * Does to a router what a trace's events say.
 *
 * Owns the order of things within an event: time passes, then it happens. Who wants to know what
 * comes of it watches the router.
 */
import { ip } from '../datapath/iproute.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../datapath/packet.ts';
import type { TraceEvent } from '../trace/trace.ts';
import type { Router } from './router.ts';

/** The time after the last event in which what it caused may still happen, in µs. */
export const SETTLE_US = 1500;

/** Lets an event happen, `start` µs being time 0 of the trace; why a command was refused. */
export function playEvent(router: Router, event: TraceEvent, start = 0): string | undefined {
  const { ns } = router.datapath;
  ns.advance(start + event.time);
  ns.event = event.index;
  switch (event.kind) {
    case 'frame':
      ns.receive(ns.devices.named(event.iif)!.ifindex, event.bytes);
      return undefined;
    case 'send':
      ns.sendLocal(event.family === 'ip' ? NFPROTO_IPV4 : NFPROTO_IPV6, event.bytes);
      return undefined;
    case 'nft': {
      const result = router.nft(event.command);
      return result.ok ? undefined : result.errors;
    }
    case 'conntrack':
      return router.conntrack(event.command);
    case 'ip':
      return ip(ns, event.command);
    case 'link':
      return ip(ns, `link set ${event.dev} ${event.state}`);
    case 'sysctl':
      return Object.entries(event.values)
        .map(([name, value]) => ns.sysctl.set(name, value))
        .find((error) => error !== undefined);
    case 'snapshot':
      return undefined;
  }
}

/** Plays all events from the router's present time on. */
export function play(router: Router, events: readonly TraceEvent[]): void {
  const { ns } = router.datapath;
  const start = ns.clock.now;
  for (const event of events) playEvent(router, event, start);
  ns.advance(ns.clock.now + SETTLE_US);
}
