import { describe, expect, it } from 'vitest';
import { half } from '../../../src/datapath/address.ts';
import {
  IPS_DST_NAT,
  IPS_OFFLOAD,
  IPS_SEEN_REPLY,
  IPS_SRC_NAT,
} from '../../../src/datapath/conntrack/index.ts';
import { NF_ACCEPT, NF_STOLEN } from '../../../src/datapath/hooks.ts';
import { NFPROTO_IPV6, NH, type Packet, TH } from '../../../src/datapath/packet.ts';
import { headerSum, ipPacket, tcp, transportSum, udp } from '../frames.ts';
import { CLIENT, LAN, Machine, ROUTER, SERVER, WAN } from './machine.ts';

const ACK = 0x10;
const FIN_ACK = 0x11;
const NOPS = [1, 1, 1, 0];

const tcpOut = (flags = ACK, more: { ttl?: number; options?: readonly number[] } = {}) =>
  ipPacket({ saddr: CLIENT, daddr: SERVER, protonum: 6, ...more }, tcp(1234, 80, flags, [65]), LAN);
const tcpBack = (flags = ACK) =>
  ipPacket({ saddr: SERVER, daddr: CLIENT, protonum: 6 }, tcp(80, 1234, flags), WAN);
const udpOut = () => ipPacket({ saddr: CLIENT, daddr: SERVER, protonum: 17 }, udp(1234, 80), LAN);

const isOffloaded = (machine: Machine, row: number) =>
  (machine.conntrack.table.status[row]! & IPS_OFFLOAD) !== 0;

/** A machine with an offloaded TCP connection. */
function offloaded(kernel?: string, options: { snat?: boolean; status?: number } = {}) {
  const machine = new Machine(kernel);
  const table = machine.flowtable({ counter: true });
  const row = machine.connection(6, options);
  expect(machine.offload(tcpOut(), row, table)).toBe(true);
  return { machine, table, row };
}

describe('flow add', () => {
  const reasonFor = (prepare: (machine: Machine, row: number) => Packet) => {
    const machine = new Machine();
    const table = machine.flowtable();
    const row = machine.connection(6);
    const p = prepare(machine, row);
    expect(machine.offload(p, row, table)).toBe(false);
    return machine.heard.at(-1);
  };

  it.each<[string, (machine: Machine, row: number) => Packet]>([
    ['ip-options', () => tcpOut(ACK, { options: NOPS })],
    ['tcp-fin-rst', () => tcpOut(FIN_ACK)],
    [
      'tcp-not-established',
      (m, row) => {
        m.conntrack.table.state[row] = 2;
        return tcpOut();
      },
    ],
    [
      'not-confirmed',
      (m, row) => {
        m.conntrack.table.status[row]! &= ~8;
        return tcpOut();
      },
    ],
    [
      'already-offloaded',
      (m, row) => {
        m.conntrack.table.status[row]! |= IPS_OFFLOAD;
        return tcpOut();
      },
    ],
    [
      'seqadj',
      (m, row) => {
        m.conntrack.table.status[row]! |= 64;
        return tcpOut();
      },
    ],
    [
      'helper',
      (m, row) => {
        m.conntrack.help.set(row, { helper: null, expectations: [], data: null });
        return tcpOut();
      },
    ],
    [
      'no-route-back',
      (m) => {
        m.hasRouteBack = false;
        return tcpOut();
      },
    ],
  ])('breaks its rule: %s', (reason, prepare) => {
    expect(reasonFor(prepare)).toBe(`skipped ${reason}`);
  });

  it('does not take ICMP', () => {
    const machine = new Machine();
    const row = machine.connection(1);
    expect(machine.offload(udpOut(), row, machine.flowtable())).toBe(false);
    expect(machine.heard).toEqual(['skipped protocol']);
  });

  it('marks the connection, holds it and lifts its timeout to a day', () => {
    const machine = new Machine();
    const table = machine.flowtable();
    const row = machine.connection(17);
    machine.conntrack.table.timeout[row] = machine.conntrack.jiffies + 30 * 250;
    expect(machine.offload(udpOut(), row, table)).toBe(true);
    expect(isOffloaded(machine, row)).toBe(true);
    expect(machine.conntrack.table.use[row]).toBe(2);
    expect(machine.left(row)).toBe(86400);
  });

  it('takes the reply to a SYN up to 5.10', () => {
    for (const [kernel, taken] of [
      ['5.10', true],
      ['6.1', false],
    ] as const) {
      const machine = new Machine(kernel);
      const row = machine.connection(6);
      machine.conntrack.table.state[row] = 2;
      expect(machine.offload(tcpBack(0x12), row, machine.flowtable())).toBe(taken);
    }
  });
});

describe('the fast path', () => {
  it('forwards in both directions and counts', () => {
    const { machine, row } = offloaded();
    const there = tcpOut();
    expect(machine.ingress(there)).toBe(NF_STOLEN);
    expect(machine.ingress(tcpBack())).toBe(NF_STOLEN);
    expect(machine.sent.map(({ ifindex }) => ifindex)).toEqual([WAN, LAN]);
    expect(there.b[there.m[NH]! + 8]).toBe(63);
    expect(headerSum(there)).toBe(0);
    const { packets, bytes } = machine.conntrack.table;
    expect([packets[row * 2], bytes[row * 2], packets[row * 2 + 1]]).toEqual([1, 41, 1]);
  });

  it('translates source and destination with their checksums', () => {
    const { machine } = offloaded('6.12', { snat: true, status: IPS_SRC_NAT });
    const there = tcpOut();
    expect(machine.ingress(there)).toBe(NF_STOLEN);
    expect([...there.b.subarray(there.m[NH]! + 12, there.m[NH]! + 16)]).toEqual(ROUTER);
    expect(half(there.b, there.m[TH]!)).toBe(40000);
    expect([headerSum(there), transportSum(there, 6)]).toEqual([0, 0]);
    const back = ipPacket({ saddr: SERVER, daddr: ROUTER, protonum: 6 }, tcp(80, 40000), WAN);
    expect(machine.ingress(back)).toBe(NF_STOLEN);
    expect([...back.b.subarray(back.m[NH]! + 16, back.m[NH]! + 20)]).toEqual(CLIENT);
    expect([headerSum(back), transportSum(back, 6)]).toEqual([0, 0]);
  });

  it('both translations at once (hairpin)', () => {
    const { machine } = offloaded('6.12', { snat: true, status: IPS_SRC_NAT | IPS_DST_NAT });
    const there = tcpOut();
    expect(machine.ingress(there)).toBe(NF_STOLEN);
    expect(transportSum(there, 6)).toBe(0);
  });

  it.each<[string, () => Packet]>([
    ['ttl', () => tcpOut(ACK, { ttl: 1 })],
    ['ip-options', () => tcpOut(ACK, { options: NOPS })],
    [
      'fragment',
      () => {
        const p = tcpOut();
        p.b[p.m[NH]! + 6] = 0x20;
        return p;
      },
    ],
    [
      'mtu',
      () =>
        ipPacket(
          { saddr: CLIENT, daddr: SERVER, protonum: 6 },
          tcp(1234, 80, ACK, new Array(1461).fill(0)),
          LAN,
        ),
    ],
    ['no-flow', () => ipPacket({ saddr: CLIENT, daddr: SERVER, protonum: 6 }, tcp(1235, 80), LAN)],
    ['protocol', () => ipPacket({ saddr: CLIENT, daddr: SERVER, protonum: 1 }, [8, 0, 0, 0], LAN)],
  ])('leaves to the slow path: %s', (reason, packet) => {
    const { machine, row } = offloaded();
    expect(machine.ingress(packet())).toBe(NF_ACCEPT);
    expect(machine.heard.at(-1)).toBe(`missed ${reason}`);
    expect(isOffloaded(machine, row)).toBe(true);
  });

  it('a tag makes another flow', () => {
    const { machine } = offloaded();
    const p = tcpOut();
    p.m[18] = 0x8100;
    p.m[17] = 5;
    expect(machine.ingress(p)).toBe(NF_ACCEPT);
  });

  it('a flowtable of ip6 does not look at IPv4', () => {
    const machine = new Machine();
    machine.offload(tcpOut(), machine.connection(6), machine.flowtable({ family: NFPROTO_IPV6 }));
    expect(machine.ingress(tcpOut())).toBe(NF_ACCEPT);
  });
});

describe('the end of a flow', () => {
  it('FIN tears it down before it goes the slow path; the collector frees it', () => {
    const { machine, row } = offloaded();
    machine.until(0.5);
    expect(machine.ingress(tcpOut(FIN_ACK))).toBe(NF_ACCEPT);
    expect(isOffloaded(machine, row)).toBe(false);
    expect(machine.left(row)).toBe(432000 - 30);
    expect(machine.conntrack.table.use[row]).toBe(2);
    machine.until(1);
    expect(machine.conntrack.table.use[row]).toBe(1);
    expect(machine.heard.slice(1)).toEqual([
      'torn down 1 tcp-fin-rst',
      'missed tcp-fin-rst',
      'collected 1',
    ]);
  });

  it('up to 5.10 the collector takes the mark off and leaves two minutes', () => {
    const { machine, row } = offloaded('5.10');
    machine.ingress(tcpOut(FIN_ACK));
    expect(isOffloaded(machine, row)).toBe(true);
    machine.until(1);
    expect(isOffloaded(machine, row)).toBe(false);
    expect(machine.left(row)).toBe(120);
  });

  it('4.16 lets FIN pass, and ends the connection with its flowtable', () => {
    const { machine, table, row } = offloaded('4.16');
    expect(machine.ingress(tcpOut(FIN_ACK))).toBe(NF_STOLEN);
    machine.tables.delete(table);
    expect(machine.conntrack.table.use[row]).toBe(0);
  });

  it('a stale route ends it; 5.10 does not look', () => {
    const { machine } = offloaded();
    machine.validRoutes = false;
    expect(machine.ingress(tcpOut())).toBe(NF_ACCEPT);
    expect(machine.heard.at(-1)).toBe('missed stale-route');
    const old = offloaded('5.10').machine;
    old.validRoutes = false;
    expect(old.ingress(tcpOut())).toBe(NF_STOLEN);
  });

  it('expires 30 s after its last packet; one within a second does not lengthen it', () => {
    const { machine, row } = offloaded();
    machine.until(0.8);
    machine.ingress(tcpOut());
    machine.until(30.6);
    expect(isOffloaded(machine, row)).toBe(true);
    machine.until(31);
    expect(isOffloaded(machine, row)).toBe(false);
    expect(machine.left(row)).toBe(432000 - 31);
  });

  it('unreplied UDP keeps 90 s in 6.1, nothing in 6.12', () => {
    for (const [kernel, left] of [
      ['6.1', 90],
      ['6.12', 0],
    ] as const) {
      const machine = new Machine(kernel);
      const row = machine.connection(17);
      machine.conntrack.table.status[row]! &= ~IPS_SEEN_REPLY;
      machine.offload(udpOut(), row, machine.flowtable());
      machine.until(31);
      expect(machine.left(row)).toBe(left);
    }
  });

  it('the timeouts of flows are settings', () => {
    const machine = new Machine();
    machine.ns.sysctl.set('net.netfilter.nf_flowtable_udp_timeout', 5);
    const row = machine.connection(17);
    machine.offload(udpOut(), row, machine.flowtable());
    machine.until(5.06);
    expect(machine.left(row)).toBe(115);
  });

  it('goes with its connection', () => {
    const { machine, row } = offloaded();
    machine.conntrack.kill(row);
    expect(machine.ingress(tcpOut())).toBe(NF_ACCEPT);
    expect(machine.heard.at(-1)).toBe('missed dying');
    machine.until(1);
    expect(machine.heard.at(-1)).toBe('collected 1');
  });

  it('goes with its flowtable at once, and with a device that goes down', () => {
    const { machine, table, row } = offloaded();
    machine.tables.delete(table);
    expect(isOffloaded(machine, row)).toBe(false);
    expect(machine.ingress(tcpOut())).toBe(NF_ACCEPT);
    const other = offloaded().machine;
    other.ns.notify({ kind: 'link', ifindex: WAN, name: 'wan', event: 'down' });
    expect(other.heard.slice(1)).toEqual(['torn down 1 device-down', 'collected 1']);
  });

  it('a connection that is offloaded again is found by its younger flow', () => {
    const { machine, table, row } = offloaded();
    machine.ingress(tcpOut(FIN_ACK));
    expect(machine.offload(tcpOut(), row, table)).toBe(true);
    expect(machine.ingress(tcpOut())).toBe(NF_STOLEN);
    expect(machine.heard.at(-1)).toBe('fast 2 0');
    expect(machine.conntrack.table.use[row]).toBe(3);
  });
});

it('devices come and go while flows stay', () => {
  const { machine, table } = offloaded();
  machine.tables.update(table, { ...table.spec, devices: [WAN] });
  expect(machine.ingress(tcpOut())).toBe(NF_ACCEPT);
  expect(machine.ingress(tcpBack())).toBe(NF_STOLEN);
  machine.tables.update(table, { ...table.spec, devices: [WAN, LAN] });
  expect(machine.ingress(tcpOut())).toBe(NF_STOLEN);
});
