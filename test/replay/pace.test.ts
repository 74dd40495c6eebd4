/** When events come that a machine has no time for. */
import { expect, test } from 'vitest';
import { profileOf } from '../../src/datapath/releases.ts';
import { Pace } from '../../src/replay/pace.ts';
import type { TraceEvent } from '../../src/trace/trace.ts';
import { traceOf } from './trace.ts';

const packet = {
  iif: 'eth0',
  ip: { saddr: '10.0.0.2', daddr: '10.0.1.2' },
  udp: { sport: 1, dport: 2 },
};

/** Milliseconds from when a trace has its events to when they come, on 6.12. */
function late(...events: readonly object[]): number[] {
  const link = [{ ifname: 'eth0' }];
  const trace = traceOf({ env: { link }, events });
  const pace = new Pace(profileOf('6.12')!.toil);
  return trace.events.map((event: TraceEvent) => {
    const { at } = pace.begin(event, event.time);
    return (at - event.time) / 1000;
  });
}

test('packets take no time', () => {
  expect(late(packet, packet, { time: 0.001, ...packet })).toEqual([0, 0, 0]);
});

test('what comes while somebody looks waits, and then catches up', () => {
  const after = [0.01, 0.02, 0.03, 0.2].map((time) => ({ time, ...packet }));
  const [look, ...packets] = late({ snapshot: 'a' }, ...after);
  expect([look, ...packets.map(Math.round)]).toEqual([0, 29, 21, 12, 0]);
});

test('packets that wait come no farther apart than the trace has them', () => {
  const after = [0.01, 0.01, 0.011].map((time) => ({ time, ...packet }));
  expect(late({ snapshot: 'a' }, ...after).map(Math.round)).toEqual([0, 29, 29, 29]);
});

test('commands take effect once their program has started', () => {
  const pace = new Pace(profileOf('5.10')!.toil);
  const trace = traceOf({ env: { link: [{ ifname: 'eth0' }] }, events: [{ nft: 'add table t' }] });
  expect(pace.begin(trace.events[0]!, 0)).toEqual({ at: 0, effect: 15_000 });
});
