/** `replay --explain`: every reason why a packet is offloaded, not offloaded, slow again; why flows end. */
import { describe, expect, it } from 'vitest';
import { diskReader } from '../../src/cli/nft/files.ts';
import { routerOf } from '../../src/cli/session.ts';
import { replay } from '../../src/replay/replay.ts';
import { flowLines } from '../../src/report/replay.ts';
import { traceOf } from './trace.ts';

type Fields = Readonly<Record<string, unknown>>;

const CLIENT = '192.168.1.2';
const SERVER = '198.51.100.10';

const env = {
  link: [
    { ifname: 'eth0', addr_info: [{ local: '192.168.1.1', prefixlen: 24 }] },
    { ifname: 'eth1', mtu: 1400, addr_info: [{ local: '203.0.113.2', prefixlen: 24 }] },
    { ifname: 'eth2', addr_info: [{ local: '10.0.2.1', prefixlen: 24 }] },
  ],
  route: [{ dst: 'default', gateway: '203.0.113.1', dev: 'eth1' }],
  neigh: [
    { dst: CLIENT, dev: 'eth0', lladdr: '02:ff:00:00:00:01' },
    { dst: '203.0.113.1', dev: 'eth1', lladdr: '02:ff:00:00:00:02' },
  ],
  offload: ['eth0', 'eth1'],
};

/** The same machine for IPv6, without a default route. */
const v6 = {
  link: env.link.map((link, n) => ({
    ...link,
    addr_info: [{ local: `2001:db8:${n + 1}::1`, prefixlen: 64 }],
  })),
  route: [],
  neigh: [{ dst: '2001:db8:1::2', dev: 'eth0', lladdr: '02:ff:00:00:00:01' }],
};

interface Setting {
  /** What stands in the forward chain. */
  readonly rule?: string;
  readonly flowtable?: string;
  /** More chains and objects. */
  readonly more?: string;
  readonly kernel?: string;
  readonly env?: Fields;
}

/** What is said of the flows of a trace, 20 ms between its events unless they have times. */
function explain(
  events: readonly Fields[],
  { rule, flowtable, more, kernel, ...set }: Setting = {},
): string[] {
  const ruleset = `table inet fw {
  flowtable ft { hook ingress priority 0; ${flowtable ?? 'devices = { eth0, eth1 };'} }
  ${more ?? ''}
  chain forward { type filter hook forward priority 0; policy accept; ${rule ?? 'flow add @ft'}; }
}\n`;
  const timed = events.map((event, n) => ({ time: n * 0.02, ...event }));
  const trace = traceOf({ env: { ...env, ...set.env }, events: timed });
  const router = routerOf({ env: trace.env, seed: 0, entries: [], ...(kernel && { kernel }) });
  const loaded = router.load(
    { kind: 'text', name: 'ruleset', text: ruleset },
    { reader: diskReader },
  );
  expect(loaded.errors).toBe('');
  return flowLines(replay(router, trace, { explain: true }));
}

const out = (l4: Fields, more: Fields = {}): Fields => ({
  iif: 'eth0',
  ip: { saddr: CLIENT, daddr: SERVER, ttl: 64, ...(more.ip as Fields) },
  ...l4,
  ...(more.iif !== undefined && { iif: more.iif }),
});
const back = (l4: Fields, more: Fields = {}): Fields => ({
  iif: 'eth1',
  ip: { saddr: SERVER, daddr: CLIENT, ttl: 64, ...(more.ip as Fields) },
  ...l4,
});

const udpOut = (length = 20, more: Fields = {}) =>
  out({ udp: { sport: 5000, dport: 53 }, payload: { length } }, more);
const udpBack = (more: Fields = {}) =>
  back({ udp: { sport: 53, dport: 5000 }, payload: { length: 20 } }, more);
const tcpOut = (flags: string, more: Fields = {}) =>
  out(
    { tcp: { sport: 4000, dport: 80, flags, sequence: flags === 'syn' ? 0 : 1, ackseq: 1 } },
    more,
  );
const tcpBack = (flags: string) =>
  back({
    tcp: { sport: 80, dport: 4000, flags, sequence: flags === 'syn,ack' ? 0 : 1, ackseq: 1 },
  });

const UDP = [udpOut(), udpBack()];
const SHAKE = [tcpOut('syn'), tcpBack('syn,ack'), tcpOut('ack')];
const gre = (payload: string, more: Fields = {}) =>
  out({ payload }, { ip: { protocol: 47, ...(more.ip as Fields) } });

describe('a flow, from its first packet to its end', () => {
  it('of TCP: the ACK of the handshake makes it, FIN ends it', () => {
    expect(
      explain([...SHAKE, tcpOut('psh,ack'), tcpBack('fin,ack'), { time: 3, snapshot: 'late' }]),
    ).toEqual([
      'tcp 192.168.1.2:4000 > 198.51.100.10:80',
      '     0.00  packet 0 (original): slow path; not offloaded to @ft: the connection is not established and assured yet',
      '     0.02  packet 1 (reply): slow path; not offloaded to @ft: the connection is not established and assured yet',
      '     0.04  packet 2 (original): slow path; offloaded to @ft as flow 1',
      '     0.06  packet 3 (original): fast path of @ft, flow 1',
      '     0.08  packet 4: flow 1 of @ft torn down: it has FIN or RST',
      '     0.08  packet 4 (reply): not for flow 1 of @ft: it has FIN or RST',
      '     0.08  packet 4 (reply): slow path; not offloaded to @ft: it has FIN or RST',
      '     0.96  flow 1 of @ft freed',
    ]);
  });

  it('of UDP: the second packet makes it, silence ends it; connections are told one by one', () => {
    const other = (dport: number) => out({ udp: { sport: 1, dport }, payload: { length: 1 } });
    expect(
      explain([udpOut(), other(7), udpBack(), udpOut(), { time: 32, snapshot: 'late' }]),
    ).toEqual([
      'udp 192.168.1.2:5000 > 198.51.100.10:53',
      '     0.00  packet 0 (original): slow path; not offloaded to @ft: the connection is new: its first packet is not through yet',
      '     0.04  packet 2 (reply): slow path; offloaded to @ft as flow 1',
      '     0.06  packet 3 (original): fast path of @ft, flow 1',
      '    30.66  flow 1 of @ft torn down: no packet took it for too long',
      '    30.66  flow 1 of @ft freed',
      'udp 192.168.1.2:1 > 198.51.100.10:7',
      '     0.02  packet 1 (original): slow path; not offloaded to @ft: the connection is new: its first packet is not through yet',
    ]);
  });

  it('in hardware', () => {
    const flowtable = 'devices = { eth0, eth1 }; flags offload;';
    expect(explain([...UDP, udpOut()], { flowtable }).at(-1)).toBe(
      '     0.04  packet 2 (original): hardware path of @ft, flow 1',
    );
  });
});

/** The last lines of what is said, without their times. */
const last = (lines: readonly string[], n = 1) => lines.slice(-n).map((line) => line.slice(11));

describe('why `flow add` does not add', () => {
  const skipped = (reason: string) => `slow path; not offloaded to @ft: ${reason}`;

  it.each<[string, readonly Fields[], Setting, string]>([
    [
      'IP options',
      [udpOut(), udpOut(20, { ip: { options: '01010101' } })],
      {},
      'it has IP options',
    ],
    [
      'untracked packets',
      [udpOut()],
      { more: 'chain raw { type filter hook prerouting priority raw; notrack; }' },
      'it is not tracked',
    ],
    [
      'ICMP',
      [out({ icmp: { type: 'echo-request', id: 1, sequence: 1 } })],
      {},
      'only TCP, UDP and GRE can be offloaded',
    ],
    ['FIN', [...SHAKE, tcpOut('fin,ack', { ip: { options: '' } })], {}, 'it has FIN or RST'],
    ['a SYN', [tcpOut('syn')], {}, 'the connection is not established and assured yet'],
    [
      'a connection without an answer, before 5.2',
      [udpOut(), udpOut()],
      { kernel: '4.16' },
      'the connection is not established: no reply was seen before this packet',
    ],
    [
      'translated GRE',
      [gre('000008004500001400000000'), gre('000008004500001400000000')],
      {
        more: 'chain post { type nat hook postrouting priority srcnat; oifname "eth1" masquerade; }',
      },
      'GRE cannot be translated on the fast path',
    ],
    [
      'GRE with a call id',
      [gre('2001880b00040007000000004142'), gre('2001880b00040007000000004142')],
      {},
      'only GRE without a call id can be offloaded',
    ],
    [
      'a helper',
      [...SHAKE],
      {
        more: `ct helper h { type "ftp" protocol tcp; l3proto ip; }
          chain pre { type filter hook prerouting priority 0; tcp dport 80 ct helper set "h"; }`,
      },
      'the connection has a helper',
    ],
    [
      'a first packet',
      [udpOut()],
      {},
      'the connection is new: its first packet is not through yet',
    ],
    [
      'a packet that another rule offloaded',
      [...UDP],
      { rule: 'flow add @ft; flow add @ft counter' },
      'this packet was offloaded right before',
    ],
    [
      'a packet by an unlisted device',
      [...UDP, udpOut(20, { iif: 'eth2' })],
      {},
      'the connection is offloaded already, but this packet came by a device that is not listed',
    ],
    [
      'a packet by a wrong listed device',
      [...UDP, udpOut(20, { iif: 'eth1' })],
      {},
      'the connection is offloaded already, but not for packets with this device, VLAN tag, PPPoE session or addresses',
    ],
    [
      'a sender without a way back',
      [1, 2].map(() => ({
        iif: 'eth2',
        ip6: { saddr: '2001:db8:77::1', daddr: '2001:db8:1::2' },
        udp: { sport: 1, dport: 2 },
      })),
      { env: v6 },
      'there is no route back to the sender',
    ],
  ])('%s', (_name, events, setting, reason) => {
    expect(last(explain(events, setting)).join('')).toContain(skipped(reason));
  });

  it('or there is no `flow add` on the way', () => {
    expect(last(explain([udpOut()], { rule: 'ip protocol tcp flow add @ft' }))).toEqual([
      'packet 0 (original): slow path; it came to no flow add',
    ]);
  });

  it('or the packet is dropped before', () => {
    expect(last(explain([udpOut()], { rule: 'drop; flow add @ft' }))).toEqual([
      'packet 0 (original): slow path; dropped',
    ]);
  });
});

describe('why a packet of a flow is not for the fast path', () => {
  const cases: [string, readonly Fields[], string, Setting?][] = [
    [
      'a fragment',
      [...UDP, udpOut(20, { ip: { fragment: { from: 0, to: 16, more: true } } })],
      'packet 2: not for the fast path of @ft: it is a fragment',
    ],
    [
      'IP options',
      [...UDP, udpOut(20, { ip: { options: '01010101' } })],
      'packet 2: not for the fast path of @ft: it has IP options',
    ],
    [
      'TTL 1',
      [...UDP, udpOut(20, { ip: { ttl: 1 } })],
      'packet 2: not for the fast path of @ft: its TTL would become 0',
    ],
    [
      'GRE of version 1',
      [gre('2001880b00040007000000004142')],
      'packet 0: not for the fast path of @ft: only GRE version 0 can be on the fast path',
    ],
    [
      'more than the MTU',
      [...UDP, udpOut(1380)],
      'packet 2 (original): not for flow 1 of @ft: it is longer than the MTU of the route',
    ],
    [
      'FIN',
      [...SHAKE, tcpOut('fin,ack')],
      'packet 3 (original): not for flow 1 of @ft: it has FIN or RST',
    ],
    [
      'an ended flow',
      [...SHAKE, tcpOut('fin,ack'), tcpBack('ack')],
      'packet 4 (reply): not for flow 1 of @ft: its flow was torn down',
    ],
    [
      'a deleted connection',
      [...UDP, { conntrack: '-D -p udp' }, udpOut()],
      'packet 3 (original): not for flow 1 of @ft: its connection was deleted',
    ],
    [
      'a changed route',
      [...UDP, { ip: 'route add 172.16.0.0/16 via 10.0.2.9' }, udpOut()],
      'packet 3 (original): not for flow 1 of @ft: routing changed since the flow was made',
    ],
  ];
  it.each(cases)('%s', (_name, events, line) => {
    expect(explain(events).map((x) => x.slice(11))).toContain(line);
  });
});

describe('why a flow ends', () => {
  const late = { time: 3, snapshot: 'late' };
  it.each<[string, readonly Fields[], string]>([
    ['time', [...UDP, { time: 32, snapshot: 'late' }], 'no packet took it for too long'],
    ['RST', [...SHAKE, tcpOut('rst'), late], 'it has FIN or RST'],
    [
      'routes',
      [...UDP, { ip: 'route add 172.16.0.0/16 via 10.0.2.9' }, udpOut(), late],
      'routing changed since the flow was made',
    ],
    ['conntrack -D', [...UDP, { conntrack: '-D -p udp' }, late], 'its connection was deleted'],
    [
      'its flowtable',
      [
        ...UDP,
        { nft: 'flush chain inet fw forward' },
        { nft: 'delete flowtable inet fw ft' },
        late,
      ],
      'its flowtable was deleted',
    ],
    [
      'its device',
      [...UDP, { link: { dev: 'eth1', state: 'down' } }, late],
      'a device of it went down',
    ],
  ])('%s', (_name, events, reason) => {
    const lines = explain(events);
    expect(lines.some((x) => x.includes(`flow 1 of @ft torn down: ${reason}`))).toBe(true);
    expect(lines.some((x) => x.includes('flow 1 of @ft freed'))).toBe(true);
  });
});
