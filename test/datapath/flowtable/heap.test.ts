/** The fast path allocates nothing per packet. */
import { expect, test } from 'vitest';
import { IPS_SRC_NAT } from '../../../src/datapath/conntrack/index.ts';
import { NF_STOLEN } from '../../../src/datapath/hooks.ts';
import { NH } from '../../../src/datapath/packet.ts';
import { ipPacket, tcp } from '../frames.ts';
import { CLIENT, LAN, Machine, SERVER } from './machine.ts';

const PACKETS = 20_000;
/** Bytes per packet that are not ours: what the collector and the clock do meanwhile. */
const NOISE = 16;

test('packets of a translated flow allocate nothing', () => {
  const machine = new Machine();
  machine.tables.listener = null;
  const table = machine.flowtable({ counter: true });
  const packet = () => ipPacket({ saddr: CLIENT, daddr: SERVER, protonum: 6 }, tcp(1234, 80), LAN);
  machine.offload(packet(), machine.connection(6, { snat: true, status: IPS_SRC_NAT }), table);
  const p = packet();
  const frame = p.b.slice();
  machine.network.neighbourTransmit = () => {};
  const run = () => {
    for (let i = 0; i < PACKETS; i++) {
      p.b.set(frame);
      machine.ingress(p);
    }
  };
  run();
  const before = process.memoryUsage().heapUsed;
  run();
  const grown = process.memoryUsage().heapUsed - before;
  expect(grown / PACKETS).toBeLessThan(NOISE);
  p.b.set(frame);
  expect(machine.ingress(p)).toBe(NF_STOLEN);
  expect(p.b[p.m[NH]! + 8]).toBe(63);
});
