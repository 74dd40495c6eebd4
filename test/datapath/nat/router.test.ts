import { describe, expect, it } from 'vitest';
import { half, parseIpv4, putHalf, word } from '../../../src/datapath/address.ts';
import { checksum } from '../../../src/datapath/checksum.ts';
import { IPS_OFFLOAD, newTuple, tupleDport } from '../../../src/datapath/conntrack/index.ts';
import {
  FlowLog,
  type FlowLogEntry,
  describe as inWords,
} from '../../../src/datapath/flowtable/index.ts';
import { NF_ACCEPT, OUTPUT, POSTROUTING, PREROUTING } from '../../../src/datapath/hooks.ts';
import {
  NF_NAT_MANIP_DST,
  NF_NAT_RANGE_MAP_IPS,
  NF_NAT_RANGE_PROTO_SPECIFIED,
  natRange,
} from '../../../src/datapath/nat/index.ts';
import { END, NFPROTO_IPV4, NH, type Packet, PROTOCOL, TH } from '../../../src/datapath/packet.ts';
import { headerSum, icmpEcho, ipPacket, tcp, transportSum, udp } from '../frames.ts';
import { ETH0, ETH1, Router } from '../router.ts';

const CLIENT = [192, 168, 1, 2];
const OTHER = [192, 168, 1, 3];
const SERVER = [198, 51, 100, 10];
const OUTSIDE = [203, 0, 113, 2];
const SYN = 0x02;
const SYN_ACK = 0x12;
const ACK = 0x10;

/** Reads a packet that left: addresses, ports and whether its checksums hold. */
function read(p: Packet, protonum: number) {
  p.m[NH] = p.m[0]! + 14;
  p.m[TH] = p.m[NH]! + 20;
  p.m[PROTOCOL] = 0x0800;
  const address = (at: number) => [...p.b.subarray(p.m[NH]! + at, p.m[NH]! + at + 4)];
  return {
    saddr: address(12),
    daddr: address(16),
    sport: half(p.b, p.m[TH]!),
    dport: half(p.b, p.m[TH]! + 2),
    sums: [headerSum(p), transportSum(p, protonum)],
  };
}

function masquerading(kernel?: string): Router {
  const router = new Router(kernel);
  const { nat } = router.datapath;
  nat.addChain({
    family: NFPROTO_IPV4,
    hook: POSTROUTING,
    priority: 100,
    run: (p) => (p.m[11] === ETH1 ? nat.masquerade(p, natRange()) : NF_ACCEPT),
  });
  return router;
}

const out = (transport: readonly number[], protonum: number, saddr = CLIENT) =>
  ipPacket({ saddr, daddr: SERVER, protonum }, transport);
const back = (transport: readonly number[], protonum: number) =>
  ipPacket({ saddr: SERVER, daddr: OUTSIDE, protonum }, transport);

describe('masquerade', () => {
  it('translates out and back', () => {
    const router = masquerading();
    const there = read(router.through(ETH0, out(udp(1234, 53), 17)), 17);
    expect(there).toEqual({ saddr: OUTSIDE, daddr: SERVER, sport: 1234, dport: 53, sums: [0, 0] });
    const here = read(router.through(ETH1, back(udp(53, 1234), 17)), 17);
    expect(here).toEqual({ saddr: SERVER, daddr: CLIENT, sport: 53, dport: 1234, sums: [0, 0] });
  });

  it('gives a second client another port', () => {
    const router = masquerading();
    router.receive(ETH0, out(udp(1234, 53), 17));
    const { sport } = read(router.through(ETH0, out(udp(1234, 53), 17, OTHER)), 17);
    expect(sport).not.toBe(1234);
    const here = read(router.through(ETH1, back(udp(53, sport), 17)), 17);
    expect([here.daddr, here.dport]).toEqual([OTHER, 1234]);
  });

  it('translates echo requests by their id', () => {
    const router = masquerading();
    router.receive(ETH0, out(icmpEcho(7), 1));
    const second = router.through(ETH0, out(icmpEcho(7), 1, OTHER));
    read(second, 1);
    const id = half(second.b, second.m[TH]! + 4);
    expect(id).not.toBe(7);
    const reply = router.through(ETH1, back(icmpEcho(id, 0), 1));
    expect(read(reply, 1).daddr).toEqual(OTHER);
    expect(half(reply.b, reply.m[TH]! + 4)).toBe(7);
  });

  it('translates ICMP errors inside and outside', () => {
    const router = masquerading();
    const sent = router.through(ETH0, out(udp(1234, 53), 17));
    const quoted = [...sent.b.subarray(sent.m[0]! + 14, sent.m[0]! + 14 + 28)];
    const error = router.through(
      ETH1,
      ipPacket({ saddr: [203, 0, 113, 1], daddr: OUTSIDE, protonum: 1 }, [
        3,
        3,
        0,
        0,
        0,
        0,
        0,
        0,
        ...quoted,
      ]),
    );
    expect(read(error, 1).daddr).toEqual(CLIENT);
    expect(transportSum(error, 1)).toBe(0);
    const inner = error.m[TH]! + 8;
    expect([...error.b.subarray(inner + 12, inner + 16)]).toEqual(CLIENT);
    expect(checksum(error.b, inner, inner + 20)).toBe(0);
  });

  it('forgets its connections when the device goes down', () => {
    const router = masquerading();
    router.receive(ETH0, out(udp(1234, 53), 17));
    const { ns, conntrack } = router.datapath;
    expect(conntrack.table.count).toBe(1);
    ns.links.setUp(ns.devices.get(ETH1)!, false);
    expect(conntrack.table.count).toBe(0);
  });
});

describe('dnat and redirect', () => {
  const forwarding = () => {
    const router = new Router();
    const { nat } = router.datapath;
    const to = natRange(NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED);
    to.minAddr[0] = to.maxAddr[0] = parseIpv4('192.168.1.3')!;
    to.minProto = to.maxProto = 8080;
    nat.addChain({
      family: NFPROTO_IPV4,
      hook: PREROUTING,
      priority: -100,
      run: (p) => nat.setup(p, NF_NAT_MANIP_DST, to),
    });
    return router;
  };

  it('a port forward goes to the host behind', () => {
    const router = forwarding();
    const p = ipPacket({ saddr: SERVER, daddr: OUTSIDE, protonum: 6 }, tcp(4000, 80, SYN));
    const there = read(router.through(ETH1, p), 6);
    expect([there.daddr, there.dport, there.sums]).toEqual([OTHER, 8080, [0, 0]]);
    const answer = ipPacket({ saddr: OTHER, daddr: SERVER, protonum: 6 }, tcp(8080, 4000, SYN_ACK));
    const here = read(router.through(ETH0, answer), 6);
    expect([here.saddr, here.sport, here.sums]).toEqual([OUTSIDE, 80, [0, 0]]);
  });

  it('redirect takes the first address of the incoming device', () => {
    const router = new Router();
    const { nat, conntrack } = router.datapath;
    const range = natRange(NF_NAT_RANGE_PROTO_SPECIFIED);
    range.minProto = range.maxProto = 3128;
    nat.addChain({
      family: NFPROTO_IPV4,
      hook: PREROUTING,
      priority: -100,
      run: (p) => nat.redirect(p, range),
    });
    let delivered: Packet | null = null;
    Object.assign(router.datapath.ns.events, { local: (p: Packet) => (delivered = p) });
    router.receive(ETH0, out(udp(1234, 80), 17));
    expect(delivered).not.toBeNull();
    const reply = newTuple();
    conntrack.getTuple(conntrack.table.first, 1, reply);
    expect(reply[0]).toBe(parseIpv4('192.168.1.1')! >>> 0);
    expect(tupleDport(reply)).toBe(1234);
  });

  it('a new destination at output is routed anew', () => {
    const router = new Router();
    const { ns, nat } = router.datapath;
    const to = natRange(NF_NAT_RANGE_MAP_IPS);
    to.minAddr[0] = to.maxAddr[0] = parseIpv4('192.168.1.3')!;
    nat.addChain({
      family: NFPROTO_IPV4,
      hook: OUTPUT,
      priority: -100,
      run: (p) => nat.setup(p, NF_NAT_MANIP_DST, to),
    });
    const p = ipPacket({ saddr: OUTSIDE, daddr: SERVER, protonum: 17 }, udp(1234, 53));
    ns.sendLocal(NFPROTO_IPV4, p.b.slice(p.m[NH]!, p.m[END]!));
    expect(router.sent.map(({ ifindex }) => ifindex)).toEqual([ETH0]);
  });
});

describe('an offloaded masqueraded connection', () => {
  const established = (kernel?: string) => {
    const router = masquerading(kernel);
    const table = router.offloadForwarded({ counter: true });
    const log = new FlowLog(router.datapath.ns.clock, router.datapath.conntrack);
    router.datapath.flowtables.listener = log;
    router.receive(ETH0, out(tcp(1234, 80, SYN), 6));
    router.receive(ETH1, back(tcp(80, 1234, SYN_ACK), 6));
    router.receive(ETH0, out(tcp(1234, 80, ACK), 6));
    return { router, table, log };
  };
  const words = (entries: readonly FlowLogEntry[]) => entries.map(inWords);

  it('is offloaded by the packet that ends the handshake', () => {
    const { router, log } = established();
    const { conntrack } = router.datapath;
    expect(conntrack.table.status[conntrack.table.first]! & IPS_OFFLOAD).not.toBe(0);
    expect(words(log.entries)).toEqual([
      'slow path; not offloaded to @ft: the connection is not established and assured yet',
      'slow path; not offloaded to @ft: the connection is not established and assured yet',
      'slow path; offloaded to @ft as flow 1',
    ]);
  });

  it('is translated on the fast path, which the forward hook does not see', () => {
    const { router, log } = established();
    let forwarded = 0;
    router.atForward(() => {
      forwarded++;
      return NF_ACCEPT;
    });
    const there = router.through(ETH0, out(tcp(1234, 80, ACK, [1, 2, 3]), 6));
    expect(read(there, 6)).toEqual({
      saddr: OUTSIDE,
      daddr: SERVER,
      sport: 1234,
      dport: 80,
      sums: [0, 0],
    });
    expect(there.b[there.m[NH]! + 8]).toBe(63);
    expect([...there.b.subarray(there.m[0]!, there.m[0]! + 12)]).toEqual([
      2,
      255,
      0,
      0,
      0,
      ETH1,
      2,
      0,
      0,
      0,
      0,
      2,
    ]);
    const here = router.through(ETH1, back(tcp(80, 1234, ACK), 6));
    expect(read(here, 6).daddr).toEqual(CLIENT);
    expect(forwarded).toBe(0);
    expect(words(log.entries).slice(3)).toEqual([
      'fast path of @ft, flow 1',
      'fast path of @ft, flow 1',
    ]);
  });

  it('goes slow again after a route change', () => {
    const { router, log } = established();
    const { ns } = router.datapath;
    ns.links.routesChanged(NFPROTO_IPV4);
    router.receive(ETH0, out(tcp(1234, 80, ACK), 6));
    expect(words(log.entries).slice(3)).toEqual([
      'flow 1 of @ft torn down: routing changed since the flow was made',
      'not for flow 1 of @ft: routing changed since the flow was made',
      'slow path; offloaded to @ft as flow 2',
    ]);
  });

  it('survives being kept as plain data', () => {
    const { router, table } = established();
    const { flowtables } = router.datapath;
    const dump = JSON.parse(JSON.stringify(flowtables.dump()));
    for (const flow of [...table.flows.flows()]) table.flows.remove(flow);
    expect(read(router.through(ETH0, out(tcp(1234, 80, ACK), 6)), 6).saddr).toEqual(OUTSIDE);
    flowtables.restore(dump);
    const log = new FlowLog(router.datapath.ns.clock, router.datapath.conntrack);
    flowtables.listener = log;
    router.receive(ETH0, out(tcp(1234, 80, ACK), 6));
    expect(words(log.entries)).toEqual(['fast path of @ft, flow 2']);
  });

  it('a wrong checksum stays wrong by the same amount', () => {
    const { router } = established();
    const p = out(tcp(1234, 80, ACK), 6);
    putHalf(p.b, p.m[TH]! + 16, half(p.b, p.m[TH]! + 16) ^ 0x0100);
    const wrong = transportSum(p, 6);
    const there = router.through(ETH0, p);
    expect(read(there, 6).sums).toEqual([0, wrong]);
    expect(word(there.b, there.m[NH]! + 12)).toBe(parseIpv4('203.0.113.2')!);
  });
});
