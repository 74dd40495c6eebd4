/**
 * The machines of the fuzzer: devices, addresses, routes, neighbours, and who lives on which wire.
 *
 * Every host has a permanent neighbour entry, so that nothing waits for an answer that never comes.
 */
import type { Random } from './random.ts';

/** A host on a wire (or behind the router there): where its packets come in, what it is called. */
export interface Host {
  readonly iif: string;
  /** The tag its frames carry. */
  readonly vlan?: number;
  readonly ip: string;
  readonly ip6: string;
}

interface Neighbour {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr: string;
}

export interface Env {
  readonly link: readonly Record<string, unknown>[];
  readonly route: readonly Record<string, unknown>[];
  readonly rule?: readonly Record<string, unknown>[];
  readonly neigh: readonly Neighbour[];
  readonly sysctl: Readonly<Record<string, string | number>>;
  readonly offload?: readonly string[];
  readonly host: 'closed';
}

export interface Machine {
  readonly env: Env;
  readonly hosts: readonly Host[];
  /** The machine's own addresses, IPv4 and IPv6 of each network. */
  readonly own: readonly Host[];
  /** Devices that rules may name, wires first. */
  readonly devices: readonly string[];
  readonly wires: readonly string[];
  readonly bridged: boolean;
}

interface Network {
  readonly dev: string;
  readonly vlan?: number;
  readonly wire: string;
  readonly ip: string;
  readonly ip6: string;
  /** Own addresses, then those of the hosts. */
  readonly own: number;
  readonly hosts: readonly number[];
}

const NETWORKS: readonly Network[] = [
  { dev: 'eth0', wire: 'eth0', ip: '192.168.1.', ip6: '2001:db8:1::', own: 1, hosts: [10, 11, 12] },
  { dev: 'eth1', wire: 'eth1', ip: '203.0.113.', ip6: '2001:db8:2::', own: 2, hosts: [9] },
  { dev: 'eth2', wire: 'eth2', ip: '10.0.0.', ip6: 'fd00::', own: 1, hosts: [10, 11] },
];

const VLAN: Network = {
  dev: 'eth0.10',
  vlan: 10,
  wire: 'eth0',
  ip: '192.168.10.',
  ip6: '2001:db8:10::',
  own: 1,
  hosts: [10, 11],
};

/** Behind the router on eth1. */
const REMOTE: readonly Host[] = [1, 2, 7, 9].map((n) => ({
  iif: 'eth1',
  ip: `198.51.100.${n}`,
  ip6: `2001:db8:ff::${n}`,
}));

const station = (wire: string): string => `02:ff:00:00:00:0${Number(wire.slice(3)) + 1}`;

const addresses = (net: Network) => [
  { local: `${net.ip}${net.own}`, prefixlen: 24 },
  { local: `${net.ip6}${net.own}`, prefixlen: 64 },
];

const neighbours = (net: Network): Neighbour[] =>
  [...net.hosts, 254].flatMap((n) =>
    [`${net.ip}${n}`, `${net.ip6}${n}`].map((dst) => ({
      dst,
      dev: net.dev,
      lladdr: station(net.wire),
    })),
  );

const hostsOf = (net: Network): Host[] =>
  net.hosts.map((n) => ({
    iif: net.wire,
    ...(net.vlan !== undefined && { vlan: net.vlan }),
    ip: `${net.ip}${n}`,
    ip6: `${net.ip6}${n}`,
  }));

const ownOf = (net: Network): Host => ({
  iif: net.wire,
  ...(net.vlan !== undefined && { vlan: net.vlan }),
  ip: `${net.ip}${net.own}`,
  ip6: `${net.ip6}${net.own}`,
});

const ROUTES = [
  { dst: 'default', gateway: '203.0.113.254', dev: 'eth1' },
  { dst: 'default', gateway: '2001:db8:2::254', dev: 'eth1' },
];

/** Settings that change what connection tracking does, and values for them. */
const SETTINGS: Readonly<Record<string, readonly number[]>> = {
  'net.netfilter.nf_conntrack_acct': [0, 1],
  'net.netfilter.nf_conntrack_tcp_loose': [0, 1],
  'net.netfilter.nf_conntrack_tcp_be_liberal': [0, 1],
  'net.netfilter.nf_conntrack_checksum': [0, 1],
  'net.netfilter.nf_conntrack_tcp_max_retrans': [1, 3],
  'net.netfilter.nf_conntrack_udp_timeout': [5, 30],
  'net.netfilter.nf_conntrack_udp_timeout_stream': [25, 120],
  'net.netfilter.nf_conntrack_icmp_timeout': [8, 30],
  'net.netfilter.nf_conntrack_tcp_timeout_syn_sent': [7, 120],
  'net.netfilter.nf_conntrack_tcp_timeout_established': [50, 432000],
};

/** Which errors a machine limits, and how far. */
const LIMITS = ['net.ipv4.icmp_ratemask', 'net.ipv6.icmp.ratelimit'];

function settings(r: Random): Record<string, number> {
  const names = r.some(
    Object.keys(SETTINGS),
    r.weighted([
      [4, 0],
      [3, 1],
      [2, 2],
      [1, 4],
    ]),
  );
  const sysctl: Record<string, number> = { 'net.netfilter.nf_conntrack_acct': r.below(2) };
  // how many errors are allowed depends on where jiffies begin
  if (r.percent(80)) for (const name of LIMITS) sysctl[name] = 0;
  for (const name of names) sysctl[name] = r.pick(SETTINGS[name]!);
  return sysctl;
}

function router(r: Random, plain: boolean): Machine {
  const tagged = !plain && r.percent(30);
  const networks = tagged ? [...NETWORKS, VLAN] : NETWORKS;
  const link: Record<string, unknown>[] = NETWORKS.map((net) => ({
    ifname: net.dev,
    addr_info: addresses(net),
    ...(r.percent(8) && { mtu: 1400 }),
  }));
  if (tagged) {
    const linkinfo = { info_kind: 'vlan', info_data: { id: 10 } };
    link.push({ ifname: VLAN.dev, link: VLAN.wire, linkinfo, addr_info: addresses(VLAN) });
  }
  const offload = !plain && r.percent(35) ? { offload: NETWORKS.map((net) => net.dev) } : {};
  const hidden = r.percent(15) ? [{ dst: '198.51.100.9', type: 'blackhole' }] : [];
  return {
    env: {
      link,
      route: [...ROUTES, ...hidden],
      neigh: networks.flatMap(neighbours),
      sysctl: settings(r),
      ...offload,
      host: 'closed',
    },
    hosts: [...networks.flatMap(hostsOf), ...REMOTE],
    own: networks.map(ownOf),
    devices: networks.map((net) => net.dev),
    wires: NETWORKS.map((net) => net.dev),
    bridged: false,
  };
}

/** eth0 and eth2 are ports of br0, which has the addresses of eth0's network. */
function bridge(r: Random): Machine {
  const [lan, wan] = NETWORKS as readonly [Network, Network, Network];
  const port = { ifname: '', master: 'br0' };
  const net: Network = { ...lan, dev: 'br0' };
  const other = hostsOf({ ...lan, hosts: [20, 21] }).map((h) => ({ ...h, iif: 'eth2' }));
  const reach = other.flatMap(({ ip, ip6 }) =>
    [ip, ip6].map((dst) => ({ dst, dev: 'br0', lladdr: station('eth2') })),
  );
  return {
    env: {
      link: [
        { ...port, ifname: 'eth0' },
        { ifname: 'eth1', addr_info: addresses(wan) },
        { ...port, ifname: 'eth2' },
        { ifname: 'br0', linkinfo: { info_kind: 'bridge' }, addr_info: addresses(net) },
      ],
      route: ROUTES,
      neigh: [...neighbours(net), ...reach, ...neighbours(wan)],
      sysctl: settings(r),
      host: 'closed',
    },
    hosts: [...hostsOf(lan), ...other, ...hostsOf(wan), ...REMOTE],
    own: [ownOf(lan), ownOf(wan)],
    devices: ['eth0', 'eth1', 'eth2', 'br0'],
    wires: ['eth0', 'eth1', 'eth2'],
    bridged: true,
  };
}

export interface Shape {
  /** Without devices on devices. */
  readonly plain?: boolean;
  /** Absent: now and then. */
  readonly bridged?: boolean;
}

export function machine(r: Random, { plain = false, bridged }: Shape = {}): Machine {
  const ports = bridged ?? (!plain && r.percent(15));
  return ports ? bridge(r) : router(r, plain);
}
