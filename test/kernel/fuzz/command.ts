/** Commands in the middle of a trace: rulesets, entries, devices and settings change. */
import type { Machine } from './machine.ts';
import type { Fields } from './packet.ts';
import type { Random } from './random.ts';
import type { RulesetSpec, TableSpec } from './ruleset.ts';

const nft = (command: string): Fields => ({ nft: command });

function tableCommand(r: Random, table: TableSpec): Fields {
  const at = `${table.family} ${table.name}`;
  const chain = r.pick(table.chains)?.name;
  if (chain === undefined) return nft(`list table ${at}`);
  return r.weighted([
    [5, nft(`add rule ${at} ${chain} counter`)],
    [4, nft(`insert rule ${at} ${chain} meta l4proto { tcp, udp } counter accept`)],
    [2, nft(`flush chain ${at} ${chain}`)],
    [1, nft(`delete table ${at}`)],
    [1, nft(`flush table ${at}`)],
    [1, nft(`add table ${at} { flags dormant; }`)],
    [1, nft('flush ruleset')],
    [1, nft(`reset counters table ${at}`)],
  ]);
}

const conntrack = (r: Random): Fields => ({
  conntrack: r.pick([
    '-F',
    '-D -p udp',
    '-D -p tcp',
    '-U -s 192.168.1.10 --mark 7',
    '-D -f ipv6',
    '-U -s 10.0.0.10 -p udp --mark 3',
  ]),
});

const SETTINGS: readonly Record<string, number>[] = [
  { 'net.netfilter.nf_conntrack_udp_timeout': 12 },
  { 'net.netfilter.nf_conntrack_tcp_be_liberal': 1 },
  { 'net.netfilter.nf_conntrack_acct': 1 },
  { 'net.netfilter.nf_conntrack_tcp_loose': 0 },
  { 'net.ipv4.ip_forward': 0 },
  { 'net.ipv4.ip_forward': 1 },
];

export function command(r: Random, machine: Machine, ruleset: RulesetSpec): Fields {
  const dev = r.pick(machine.wires);
  return r.weighted<() => Fields>([
    [10, () => tableCommand(r, r.pick(ruleset))],
    [4, () => conntrack(r)],
    [2, () => ({ sysctl: r.pick(SETTINGS) })],
    [
      2,
      () => ({
        ip: r.pick([
          'route add 198.51.100.7/32 via 10.0.0.10',
          'route add 198.18.0.0/24 dev eth2',
          'neigh replace 203.0.113.254 lladdr 02:ff:00:00:00:22 dev eth1 nud permanent',
          'route add blackhole 198.51.100.1/32',
        ]),
      }),
    ],
    // up again, a machine tells its wires which groups it listens to; nobody compares that
    [1, () => ({ link: { dev, state: 'down' } })],
  ])();
}
