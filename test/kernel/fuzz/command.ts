/** Commands in the middle of a trace: rulesets, entries, devices and settings change. */
import type { Machine } from './machine.ts';
import type { Fields } from './packet.ts';
import type { Random } from './random.ts';
import type { RulesetSpec, TableSpec } from './ruleset.ts';
import { describe } from './selector.ts';
import { literal, PORTS } from './value.ts';

const nft = (command: string): Fields => ({ nft: command });

/** An element comes, goes, is asked for; often one that is there already. */
function elementCommand(r: Random, machine: Machine, table: TableSpec): string | undefined {
  const set = table.sets.length > 0 ? r.pick(table.sets) : undefined;
  const types = set?.selectors.map((text) => describe(text)?.type);
  const values = types?.map((type) => type && literal(r, type, machine));
  if (set === undefined || values === undefined || values.includes(undefined)) return undefined;
  const data = set.data === undefined ? '' : set.data === 'verdict' ? ' : drop' : ' : 1';
  const verb = r.weighted([
    [6, 'add'],
    [2, 'create'],
    [4, 'delete'],
    [1, 'get'],
    [1, 'reset'],
  ]);
  const timeout = verb === 'add' && r.percent(25) ? ' timeout 30s' : '';
  const own = verb === 'add' || verb === 'create' ? data : '';
  const key = `${values.join(' . ')}${timeout}${own}`;
  return `${verb} element ${table.family} ${table.name} ${set.name} { ${key} }`;
}

function tableCommand(r: Random, machine: Machine, table: TableSpec): Fields {
  const at = `${table.family} ${table.name}`;
  const element = r.percent(40) ? elementCommand(r, machine, table) : undefined;
  if (element !== undefined) return nft(element);
  const chain = r.pick(table.chains)?.name;
  if (chain === undefined) return nft(`list table ${at}`);
  return r.weighted([
    [5, nft(`add rule ${at} ${chain} counter`)],
    [4, nft(`insert rule ${at} ${chain} meta l4proto { tcp, udp } counter accept`)],
    [2, nft(`insert rule ${at} ${chain} ct state established counter`)],
    [2, nft(`flush chain ${at} ${chain}`)],
    [1, nft(`delete table ${at}`)],
    [1, nft(`flush table ${at}`)],
    [1, nft(`add table ${at} { flags dormant; }`)],
    [1, nft(`flush table ${at}; add rule ${at} ${chain} counter`)],
    [1, nft('flush ruleset')],
    [1, nft(`reset counters table ${at}`)],
    [1, nft(`reset quotas table ${at}`)],
    [1, nft(`reset rules table ${at}`)],
  ]);
}

/** Options of conntrack's that choose entries and change them. */
function conntrack(r: Random, machine: Machine): Fields {
  const { ip } = r.pick(machine.hosts);
  return {
    conntrack: r.pick([
      '-F',
      '-D -p udp',
      '-D -p tcp',
      `-D -s ${ip}`,
      `-D -d ${ip}`,
      `-D -r ${ip}`,
      `-D -p tcp --dport ${r.pick(PORTS)}`,
      '-D -p tcp --state ESTABLISHED',
      '-D -f ipv6',
      '-D --mark 7',
      `-U -s ${ip} --mark 7`,
      `-U -s ${ip} -p udp --mark 3`,
      `-U -p tcp -d ${ip} --timeout 40`,
      `-U -p udp -s ${ip} --timeout 90`,
      `-U -s ${ip} --label-add 5`,
      `-D -q ${ip}`,
      '-D -p icmp',
      '-D -p tcp --state TIME_WAIT',
      '-D -u ASSURED',
    ]),
  };
}

const SETTINGS: readonly Record<string, number>[] = [
  { 'net.netfilter.nf_conntrack_udp_timeout': 12 },
  { 'net.netfilter.nf_conntrack_tcp_be_liberal': 1 },
  { 'net.netfilter.nf_conntrack_acct': 1 },
  { 'net.netfilter.nf_conntrack_tcp_loose': 0 },
  { 'net.netfilter.nf_conntrack_tcp_timeout_established': 40 },
  { 'net.netfilter.nf_conntrack_generic_timeout': 9 },
  { 'net.ipv4.ip_forward': 0 },
  { 'net.ipv4.ip_forward': 1 },
  { 'net.netfilter.nf_conntrack_tcp_max_retrans': 1 },
  { 'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst': 1 },
  { 'net.netfilter.nf_conntrack_tcp_timeout_close': 3 },
  { 'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged': 20 },
  { 'net.netfilter.nf_conntrack_udp_timeout_stream': 8 },
  { 'net.netfilter.nf_flowtable_tcp_timeout': 6 },
  { 'net.netfilter.nf_flowtable_udp_timeout': 60 },
  { 'net.ipv4.conf.eth1.forwarding': 0 },
  { 'net.ipv6.conf.all.forwarding': 0 },
  { 'net.ipv4.conf.all.rp_filter': 2 },
  { 'net.ipv4.conf.eth0.send_redirects': 0 },
  { 'net.ipv4.conf.all.route_localnet': 1 },
  { 'net.ipv4.conf.eth1.accept_local': 1 },
  { 'net.ipv4.ip_default_ttl': 9 },
  { 'net.ipv4.ip_forward_use_pmtu': 1 },
  { 'net.ipv4.conf.all.rp_filter': 1 },
  { 'net.ipv4.icmp_echo_ignore_all': 1 },
];

const ROUTING = [
  'route add 198.51.100.7/32 via 10.0.0.10',
  'route add 198.18.0.0/24 dev eth2',
  'route replace default via 10.0.0.10 dev eth2',
  'route add unreachable 198.51.100.2/32',
  'route add prohibit 198.51.100.7/32',
  'route add blackhole 198.51.100.1/32',
  '-6 route add 2001:db8:ff::7/128 via fd00::10',
  '-6 route add unreachable 2001:db8:ff::1/128',
  'neigh replace 203.0.113.254 lladdr 02:ff:00:00:00:22 dev eth1 nud permanent',
  'rule add from 192.168.1.10 lookup 100',
  'rule add fwmark 2 lookup 100',
  'route add default via 10.0.0.10 table 100',
  'addr add 203.0.113.50/24 dev eth1',
  'link set eth1 mtu 1300',
  'route del default',
  'route replace default via 203.0.113.9 dev eth1',
  'route replace default via 203.0.113.254 dev eth1 mtu 600',
  'route replace 198.51.100.0/24 via 203.0.113.9 dev eth1 src 203.0.113.2',
  'route add local 198.51.100.9 dev lo',
  'route flush table 100',
  'rule del from 192.168.1.10 lookup 100',
  'rule add to 198.51.100.7 prohibit',
  'rule add iif eth2 blackhole',
  '-6 route del default',
  '-6 route replace default via fd00::10 dev eth2',
  '-6 rule add from 2001:db8:1::10 unreachable',
  'neigh replace 192.168.1.10 lladdr 02:ff:00:00:00:77 dev eth0 nud permanent',
  'addr del 192.168.1.1/24 dev eth0',
  'addr add 10.9.0.1/24 dev eth2',
  'addr add 2001:db8:9::1/64 dev eth2 nodad',
];

export function command(r: Random, machine: Machine, ruleset: RulesetSpec): Fields {
  const dev = r.pick(machine.wires);
  return r.weighted<() => Fields>([
    [10, () => tableCommand(r, machine, r.pick(ruleset))],
    [4, () => conntrack(r, machine)],
    [2, () => ({ sysctl: r.pick(SETTINGS) })],
    [3, () => ({ ip: r.pick(ROUTING) })],
    // up again, a machine tells its wires which groups it listens to; nobody compares that
    [1, () => ({ link: { dev, state: 'down' } })],
  ])();
}
