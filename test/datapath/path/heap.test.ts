/** The plain path allocates nothing per packet. */
import { expect, test } from 'vitest';
import { bytes, Machine } from './play.ts';

const PACKETS = 20_000;
/** Bytes per packet that are not ours: what the collector and the clock do meanwhile. */
const NOISE = 16;

/** From 192.168.1.10 to 198.51.100.7, and from 2001:db8:1::10 to 2001:db8:99::7. */
const FRAME4 =
  '02000000000102ff0000000108004500002100000000401' +
  '18edfc0a8010ac633640703e807d0000dff280102030405';
const FRAME6 =
  '02000000000102ff0000000186dd60000000000d114020010db8000100000000000000000010' +
  '20010db800990000000000000000000703e807d0000d8ee30102030405';

test('forwarding allocates nothing', () => {
  const machine = new Machine(
    {
      link: [
        {
          ifname: 'eth0',
          addr_info: [
            { local: '192.168.1.1', prefixlen: 24 },
            { local: '2001:db8:1::1', prefixlen: 64 },
          ],
        },
        {
          ifname: 'eth1',
          addr_info: [
            { local: '203.0.113.2', prefixlen: 24 },
            { local: '2001:db8:2::1', prefixlen: 64 },
          ],
        },
      ],
      route: [
        { dst: 'default', gateway: '203.0.113.1', dev: 'eth1' },
        { dst: 'default', gateway: '2001:db8:2::fe', dev: 'eth1' },
      ],
      neigh: [
        { dst: '203.0.113.1', dev: 'eth1', lladdr: '02:ff:00:00:00:02' },
        { dst: '2001:db8:2::fe', dev: 'eth1', lladdr: '02:ff:00:00:00:02' },
      ],
    },
    '6.12',
  );
  const { ns } = machine;
  let left = 0;
  ns.events.egress = () => {
    left++;
  };
  const eth0 = ns.devices.named('eth0')!.ifindex;
  for (const frame of [bytes(FRAME4), bytes(FRAME6)]) {
    for (let i = 0; i < PACKETS; i++) ns.receive(eth0, frame);
    left = 0;
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < PACKETS; i++) ns.receive(eth0, frame);
    const growth = process.memoryUsage().heapUsed - before;
    expect(left).toBe(PACKETS);
    expect(growth / PACKETS).toBeLessThan(NOISE);
  }
});
