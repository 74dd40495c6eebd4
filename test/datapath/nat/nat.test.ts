import { describe, expect, it } from 'vitest';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../../src/datapath/address.ts';
import {
  Conntrack,
  IPS_CONFIRMED,
  IPS_SRC_NAT,
  newTuple,
  setTuplePorts,
  TUPLE_DST,
  TUPLE_PROTO,
  TUPLE_SRC,
  type Tuple,
  tupleDport,
  tupleSport,
} from '../../../src/datapath/conntrack/index.ts';
import { NF_ACCEPT, OUTPUT, POSTROUTING, PREROUTING } from '../../../src/datapath/hooks.ts';
import {
  Nat,
  NF_NAT_MANIP_DST,
  NF_NAT_MANIP_SRC,
  NF_NAT_RANGE_MAP_IPS,
  NF_NAT_RANGE_PERSISTENT,
  NF_NAT_RANGE_PROTO_RANDOM_FULLY,
  NF_NAT_RANGE_PROTO_SPECIFIED,
  natRange,
} from '../../../src/datapath/nat/index.ts';
import { Netns } from '../../../src/datapath/netns.ts';
import { NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6 } from '../../../src/datapath/packet.ts';
import { profileOf } from '../../../src/datapath/releases.ts';

const UDP = 17;
const TCP = 6;

function machine(kernel = '6.12') {
  const ns = new Netns({ profile: profileOf(kernel)!, seed: 1 });
  const conntrack = new Conntrack(ns);
  const nat = new Nat(ns, conntrack, {
    selectAddress4: () => 0,
    selectAddress6: () => false,
    rerouteOutput: () => true,
  });
  return { ns, conntrack, nat };
}
type Machine = ReturnType<typeof machine>;

function setAddress(t: Uint32Array, at: number, text: string): void {
  if (text.includes(':')) t.set(parseIpv6(text)!, at);
  else t[at] = parseIpv4(text)!;
}

function tuple(saddr: string, sport: number, daddr: string, dport: number, protonum = UDP): Tuple {
  const t = newTuple();
  setAddress(t, TUPLE_SRC, saddr);
  setAddress(t, TUPLE_DST, daddr);
  setTuplePorts(t, sport, dport);
  t[TUPLE_PROTO] = ((saddr.includes(':') ? NFPROTO_IPV6 : NFPROTO_IPV4) << 8) | protonum;
  return t;
}

/** The first packet of a connection; it is not in the table yet. */
function fresh({ conntrack }: Machine, original: Tuple): number {
  const reply = newTuple();
  conntrack.invert(reply, original);
  const row = conntrack.alloc(original, reply, 0, 3);
  conntrack.table.use[row] = 1;
  return row;
}

function confirm({ conntrack }: Machine, row: number): void {
  conntrack.table.status[row]! |= IPS_CONFIRMED;
  conntrack.table.timeout[row] = conntrack.jiffies + 30000;
  conntrack.table.insert(row, false);
}

/** `1.2.3.4:5` that replies go to (snat) or come from (dnat). */
function bound({ conntrack }: Machine, row: number, manip: number): string {
  const t = newTuple();
  conntrack.getTuple(row, 1, t);
  const at = manip === NF_NAT_MANIP_SRC ? TUPLE_DST : TUPLE_SRC;
  const address =
    t[TUPLE_PROTO]! >>> 8 === NFPROTO_IPV6
      ? formatIpv6(t.subarray(at, at + 4))
      : formatIpv4(t[at]! | 0);
  return `${address}:${manip === NF_NAT_MANIP_SRC ? tupleDport(t) : tupleSport(t)}`;
}

function range(from: string, to = from, ports?: readonly [number, number], flags = 0) {
  const r = natRange(flags | NF_NAT_RANGE_MAP_IPS | (ports ? NF_NAT_RANGE_PROTO_SPECIFIED : 0));
  setAddress(r.minAddr, 0, from);
  setAddress(r.maxAddr, 0, to);
  if (ports) [r.minProto, r.maxProto] = ports;
  return r;
}

/** Binds a new connection and puts it into the table. */
function snat(m: Machine, original: Tuple, to: ReturnType<typeof range>): string {
  const row = fresh(m, original);
  expect(m.nat.setupInfo(row, to, NF_NAT_MANIP_SRC)).toBe(NF_ACCEPT);
  const result = bound(m, row, NF_NAT_MANIP_SRC);
  confirm(m, row);
  return result;
}

describe('snat to one address', () => {
  it('keeps the port where it is free, else takes one of its class', () => {
    const m = machine();
    const to = range('203.0.113.2');
    expect(snat(m, tuple('192.168.1.2', 5000, '198.51.100.1', 53), to)).toBe('203.0.113.2:5000');
    const other = snat(m, tuple('192.168.1.3', 5000, '198.51.100.1', 53), to);
    const port = Number(other.split(':')[1]);
    expect(port).not.toBe(5000);
    expect(port).toBeGreaterThanOrEqual(1024);
    snat(m, tuple('192.168.1.2', 600, '198.51.100.1', 53), to);
    const low = snat(m, tuple('192.168.1.3', 600, '198.51.100.1', 53), to);
    expect(Number(low.split(':')[1])).toBeLessThan(1024);
  });

  it('keeps the port towards another destination', () => {
    const m = machine();
    const to = range('203.0.113.2');
    snat(m, tuple('192.168.1.2', 5000, '198.51.100.1', 53), to);
    expect(snat(m, tuple('192.168.1.3', 5000, '198.51.100.2', 53), to)).toBe('203.0.113.2:5000');
  });

  it('marks the connection only where something changes', () => {
    const m = machine();
    const row = fresh(m, tuple('192.168.1.2', 5000, '198.51.100.1', 53));
    m.nat.setupInfo(row, range('192.168.1.2'), NF_NAT_MANIP_SRC);
    expect(m.conntrack.table.status[row]! & IPS_SRC_NAT).toBe(0);
  });

  it('fully-random takes another port than its own', () => {
    const m = machine();
    const to = range('203.0.113.2', undefined, undefined, NF_NAT_RANGE_PROTO_RANDOM_FULLY);
    expect(snat(m, tuple('192.168.1.2', 5000, '198.51.100.1', 53), to)).not.toBe(
      '203.0.113.2:5000',
    );
  });
});

describe('snat to ports', () => {
  it('gives each client one, and a clash where none is left', () => {
    const m = machine();
    const to = range('203.0.113.2', undefined, [5000, 5001]);
    const ports = [10, 11, 12].map((host) =>
      snat(m, tuple(`192.168.1.${host}`, 5000, '198.51.100.53', 53), to),
    );
    expect(ports.slice(0, 2)).toEqual(['203.0.113.2:5000', '203.0.113.2:5001']);
    expect(['203.0.113.2:5000', '203.0.113.2:5001']).toContain(ports[2]);
  });

  it('does not look for clashes of a single port', () => {
    const m = machine();
    const to = range('203.0.113.2', undefined, [6000, 6000]);
    for (const host of [10, 11])
      expect(snat(m, tuple(`192.168.1.${host}`, 5000, '198.51.100.53', 53), to)).toBe(
        '203.0.113.2:6000',
      );
  });

  it('translates the ids of ICMP', () => {
    const m = machine();
    const to = range('203.0.113.2', undefined, [10, 11]);
    const rows = [1, 2].map((host) => {
      const row = fresh(m, tuple(`192.168.1.${host}`, 10, '198.51.100.53', 0x0800, 1));
      m.nat.setupInfo(row, to, NF_NAT_MANIP_SRC);
      confirm(m, row);
      return row;
    });
    const id = (row: number) => {
      const t = newTuple();
      m.conntrack.getTuple(row, 1, t);
      return tupleSport(t);
    };
    expect(rows.map(id)).toEqual([10, 11]);
  });
});

describe('snat to a range of addresses', () => {
  // recorded on Linux: the hash has no seed
  it.each([
    ['2001:db8:1::10', 1000, '2001:db8:ffff::1', '2001:db8:2::1dc9'],
    ['2001:db8:1::11', 1000, '2001:db8:ffff::1', '2001:db8:2::1486'],
    ['2001:db8:1::20', 1000, '2001:db8:ffff::1', '2001:db8:2::10d7'],
    ['2001:db8:1::10', 2015, '2606:4700::1111', '2001:db8:2::1bfa'],
    ['2001:db8:1::11', 2015, '2606:4700::1111', '2001:db8:2::1b0e'],
    ['2001:db8:1::20', 2015, '2606:4700::1111', '2001:db8:2::1c53'],
  ])('%s:%i to %s', (saddr, sport, daddr, expected) => {
    const to = range('2001:db8:2::1000', '2001:db8:2::1fff');
    expect(snat(machine(), tuple(saddr, sport, daddr, 53), to)).toBe(`${expected}:${sport}`);
  });

  it.each([
    ['2001:db8:1::10', '2001:db8:2:0:a:6f6b:6f6b:851e'],
    ['2001:db8:1::11', '2001:db8:2:0:a:6c75:6c75:6a04'],
    ['2001:db8:1::20', '2001:db8:2:0:a:434f:434f:6a13'],
  ])('persistent from %s', (saddr, expected) => {
    const to = range(
      '2001:db8:2:0:a::',
      '2001:db8:2:0:a:ffff:ffff:ffff',
      undefined,
      NF_NAT_RANGE_PERSISTENT,
    );
    for (const daddr of ['2001:db8:ffff::1', '2606:4700::1111'])
      expect(snat(machine(), tuple(saddr, 3000, daddr, 443, TCP), to)).toBe(`${expected}:3000`);
  });

  it('a source keeps its address for every destination', () => {
    const m = machine();
    const to = range('2001:db8:2::1000', '2001:db8:2::1fff');
    const first = snat(m, tuple('2001:db8:1::10', 1000, '2001:db8:ffff::1', 53), to);
    expect(snat(m, tuple('2001:db8:1::10', 1000, '2606:4700::1111', 53), to)).toBe(first);
    expect(snat(m, tuple('2001:db8:1::10', 1001, '2606:4700::1111', 53), to)).not.toBe(first);
  });

  it('forgets sources whose connections are gone', () => {
    const m = machine();
    const to = range('2001:db8:2::1000', '2001:db8:2::1fff');
    const row = fresh(m, tuple('2001:db8:1::10', 1000, '2001:db8:ffff::1', 53));
    m.nat.setupInfo(row, to, NF_NAT_MANIP_SRC);
    confirm(m, row);
    m.conntrack.kill(row);
    expect(snat(m, tuple('2001:db8:1::10', 1000, '2606:4700::1111', 53), to)).toBe(
      '2001:db8:2::1bfa:1000',
    );
  });
});

describe('dnat', () => {
  it('takes the first free port of a range from 6.8 on', () => {
    const m = machine();
    for (const [port, daddr] of [
      [8001, '203.0.113.2'],
      [8002, '203.0.113.3'],
    ] as const) {
      const row = fresh(m, tuple('198.51.100.9', 4000, daddr, 80, TCP));
      m.nat.setupInfo(row, range('192.168.1.2', undefined, [8001, 8004]), NF_NAT_MANIP_DST);
      expect(bound(m, row, NF_NAT_MANIP_DST)).toBe(`192.168.1.2:${port}`);
      confirm(m, row);
    }
  });

  it('binds once, and never a confirmed connection', () => {
    const m = machine();
    const row = fresh(m, tuple('198.51.100.9', 4000, '203.0.113.2', 80, TCP));
    confirm(m, row);
    expect(m.nat.setupInfo(row, range('192.168.1.2'), NF_NAT_MANIP_DST)).toBe(NF_ACCEPT);
    expect(bound(m, row, NF_NAT_MANIP_DST)).toBe('203.0.113.2:80');
  });
});

describe('nat chains', () => {
  const chain = (family: number, hook: number, priority: number, name: string) => ({
    family,
    hook,
    priority,
    name,
    run: () => NF_ACCEPT,
  });

  it('hang inside one hook at a fixed priority, as long as there are any', () => {
    const { ns, nat } = machine();
    const early = chain(NFPROTO_INET, PREROUTING, -190, 'a');
    const late = chain(NFPROTO_IPV4, POSTROUTING, 50, 'b');
    nat.addChain(early);
    nat.addChain(late);
    const priorities = (family: number, hook: number) =>
      ns.hooks.at(family, hook).map((entry) => [entry.name, entry.priority]);
    expect(priorities(NFPROTO_IPV4, PREROUTING)).toEqual([
      ['nf_nat_ipv4_pre_routing [nf_nat]', -100],
    ]);
    expect(priorities(NFPROTO_IPV4, POSTROUTING)).toEqual([['nf_nat_ipv4_out [nf_nat]', 100]]);
    expect(priorities(NFPROTO_IPV6, OUTPUT)).toEqual([['nf_nat_ipv6_local_fn [nf_nat]', -100]]);
    nat.removeChain(early);
    expect(priorities(NFPROTO_IPV6, PREROUTING)).toEqual([]);
    expect(priorities(NFPROTO_IPV4, PREROUTING)).toHaveLength(1);
    nat.removeChain(late);
    expect(priorities(NFPROTO_IPV4, POSTROUTING)).toEqual([]);
  });
});
