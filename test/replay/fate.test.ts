/** What became of a packet that had to wait: for its neighbour's address, for its other fragments. */
import { expect, test } from 'vitest';
import { routerOf } from '../../src/cli/session.ts';
import { replay } from '../../src/replay/replay.ts';
import { traceOf } from './trace.ts';

const link = [
  { ifname: 'eth0', addr_info: [{ local: '10.0.0.1', prefixlen: 24 }] },
  { ifname: 'eth1', addr_info: [{ local: '10.0.1.1', prefixlen: 24 }] },
];
const udp = { sport: 1, dport: 2 };
const passing = { iif: 'eth0', ip: { saddr: '10.0.0.2', daddr: '10.0.1.2' }, udp };
const sent = { ip: { saddr: '10.0.1.1', daddr: '10.0.1.2' }, udp };
const told = {
  iif: 'eth1',
  arp: {
    operation: 'reply',
    'saddr ether': '02:ff:00:00:00:02',
    'saddr ip': '10.0.1.2',
    'daddr ether': '02:00:00:00:00:02',
    'daddr ip': '10.0.1.1',
  },
};

/** Verdicts, with the reasons of drops. */
function fates(...events: readonly object[]): string[] {
  const trace = traceOf({ env: { link }, events });
  const { packets } = replay(routerOf({ env: trace.env, seed: 0, entries: [] }), trace);
  return packets.map(({ verdict, reason = '' }) => `${verdict} ${reason}`.trim());
}

test('an address that is told in time lets them go', () => {
  expect(fates(passing, passing, sent, { ...told, time: 0.5 })).toEqual([
    'forwarded',
    'forwarded',
    'sent',
    'dropped',
  ]);
});

test('a question for an address is no answer', () => {
  expect(fates(passing, { time: 2, ...sent })).toEqual(['dropped', 'dropped']);
});

test('an address that is never told drops what waited, whatever came in between', () => {
  const other = { time: 1, iif: 'eth0', ip: { saddr: '10.0.0.2', daddr: '10.0.0.1' }, udp };
  expect(fates(passing, other, { time: 9, snapshot: 'late' })).toEqual([
    'dropped NEIGH_FAILED',
    'delivered',
  ]);
});

test('copies to the machine itself make a loop, which ends', () => {
  const copies = 'type filter hook prerouting priority 0\nudp dport 2 dup to 10.0.0.1';
  const trace = traceOf({ env: { link }, events: [passing] });
  const text = `table ip t {\nchain c {\n${copies}\n}\n}\n`;
  const router = routerOf({ env: trace.env, seed: 0, entries: [] });
  expect(router.load({ kind: 'text', name: 'r.nft', text }).errors).toBe('');
  expect(replay(router, trace).packets).toHaveLength(1);
});
