/** A machine from its description, and where the description ends. */
import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/datapath/address.ts';
import { configure, type MachineConfig } from '../../../src/datapath/config.ts';
import { Conntrack } from '../../../src/datapath/conntrack/index.ts';
import { Flowtables } from '../../../src/datapath/flowtable/index.ts';
import { MachineNetwork } from '../../../src/datapath/flowtable/machine.ts';
import { Netns } from '../../../src/datapath/netns.ts';
import { profileOf } from '../../../src/datapath/releases.ts';

const env = (sysctl: MachineConfig['sysctl']): MachineConfig => ({
  link: [{ ifname: 'eth0', addr_info: [{ local: '192.168.1.1', prefixlen: 24 }] }],
  sysctl,
  route: [{ dst: '198.51.100.0/24', gateway: '192.168.1.9', dev: 'eth0' }],
  neigh: [{ dst: '192.168.1.9', dev: 'eth0', lladdr: '02:ff:00:00:00:01' }],
});

function machine(kernel: string, sysctl: MachineConfig['sysctl']) {
  const ns = new Netns({ profile: profileOf(kernel)! });
  new Flowtables(ns, new Conntrack(ns), new MachineNetwork(ns));
  return { ns, ...configure(ns, env(sysctl)) };
}

describe('a setting of another release', () => {
  const settings = {
    'net.ipv4.ip_default_ttl': 61,
    'net.netfilter.nf_flowtable_tcp_timeout': 10,
    'net.ipv4.icmp_ratelimit': 7,
  };

  it('ends the set-up as it ends a script: no later settings, neighbours, routes', () => {
    const { ns, problems, ended } = machine('5.10', settings);
    expect(problems).toEqual([]);
    expect(ended).toBe(
      'sysctl: cannot stat /proc/sys/net/netfilter/nf_flowtable_tcp_timeout: No such file or directory',
    );
    expect(ns.sysctl.get('net.ipv4.ip_default_ttl')).toBe(61);
    expect(ns.sysctl.get('net.ipv4.icmp_ratelimit')).toBe(1000);
    expect(ns.sysctl.get('net.ipv4.conf.eth0.send_redirects')).toBe(1);
    expect(ns.neigh4.find(10, Int32Array.of(parseIpv4('192.168.1.9')!))).toBe(undefined);
  });

  it('is set where the release has it', () => {
    const { ns, problems, ended } = machine('6.1', settings);
    expect([problems, ended]).toEqual([[], null]);
    expect(ns.sysctl.get('net.ipv4.icmp_ratelimit')).toBe(7);
    expect(ns.sysctl.get('net.ipv4.conf.eth0.send_redirects')).toBe(0);
  });

  it('is no excuse for a name that no release knows', () => {
    const { problems, ended } = machine('5.10', { 'net.netfilter.nf_flowtable_tcp_timout': 1 });
    expect(ended).toBe(null);
    expect(problems).toEqual(['sysctl net.netfilter.nf_flowtable_tcp_timout: not supported']);
  });
});

describe('what a dump says and is not read', () => {
  const problemsOf = (more: MachineConfig): readonly string[] =>
    configure(new Netns({ profile: profileOf('6.12')! }), {
      link: [
        { ifname: 'eth0', addr_info: [{ local: '10.0.0.1', prefixlen: 24 }] },
        ...(more.link ?? []),
      ],
      ...(more.route && { route: more.route }),
      ...(more.rule && { rule: more.rule }),
      ...(more.setup && { setup: more.setup }),
    }).problems;

  it('is refused by its name, once', () => {
    const hop = { gateway: '10.0.0.2', dev: 'eth0', weight: 1 };
    const multipath = { dst: 'default', nexthops: [hop, hop] };
    expect(problemsOf({ route: [multipath] })).toEqual(['route default: nexthops: not supported']);
    const metrics = { dst: '10.9.0.0/16', dev: 'eth0', metrics: [{ mtu: 1400 }] };
    expect(problemsOf({ route: [metrics] })).toEqual(['route 10.9.0.0/16: metrics: not supported']);
    const rule = { priority: 7, src: 'all', oif: 'eth0', table: 100 };
    expect(problemsOf({ rule: [rule] })).toEqual(['rule 7: oif: not supported']);
  });

  it('so are settings of a port that are not the usual ones', () => {
    const port = (data: Record<string, unknown>) =>
      problemsOf({
        link: [
          { ifname: 'br0', linkinfo: { info_kind: 'bridge' } },
          {
            ifname: 'eth1',
            master: 'br0',
            linkinfo: { info_slave_kind: 'bridge', info_slave_data: data },
          },
        ],
      });
    expect(port({ state: 'forwarding', hairpin: false, learning: true, flood: true })).toEqual([]);
    expect(port({ hairpin: true })).toEqual(['link eth1: hairpin true: not supported']);
    expect(port({ learning: false })).toEqual(['link eth1: learning false: not supported']);
  });

  it('so are devices of unknown kinds, without more words about them', () => {
    for (const kind of ['ipip', 'dsa']) {
      expect(problemsOf({ link: [{ ifname: 'x0', linkinfo: { info_kind: kind } }] })).toEqual([
        `link x0: devices of kind ${kind}: not supported`,
      ]);
    }
  });

  it('and what a bridge does not know of VLANs', () => {
    const bridge = (info_data: Record<string, unknown>) => ({
      link: [{ ifname: 'br0', linkinfo: { info_kind: 'bridge', info_data } }],
    });
    const usual = { vlan_filtering: 1, vlan_default_pvid: 7, vlan_protocol: '802.1ad' };
    expect(problemsOf(bridge(usual))).toEqual([]);
    expect(problemsOf(bridge({ ...usual, vlan_default_pvid: 4095 }))).toEqual([
      'link br0: vlan_default_pvid: 4095',
    ]);
    expect(problemsOf(bridge({ ...usual, vlan_protocol: '802.1x' }))).toEqual([
      'link br0: vlan_protocol: not supported',
    ]);
  });

  it.each([
    ['vlan', {}, 'link x: id: missing'],
    ['vlan', { id: '7' }, 'link x: id: "7"'],
    ['vlan', { id: 7, protocol: '802.1x' }, 'link x: protocol: not supported'],
    ['vrf', { table: -1 }, 'link x: table: -1'],
  ])('and a %s of %j', (info_kind, info_data, problem) => {
    const x = { ifname: 'x', link: 'eth0', linkinfo: { info_kind, info_data } };
    expect(problemsOf({ link: [x] })).toEqual([problem]);
  });

  it('and devices with the name or the index of another', () => {
    const problem = (name: string) => `link ${name}: its name or its index is another device's`;
    expect(problemsOf({ link: [{ ifname: 'eth0' }] })).toEqual([problem('eth0')]);
    expect(problemsOf({ link: [{ ifname: 'x', ifindex: 10 }] })).toEqual([problem('x')]);
  });

  it('and paths by several next hops in the run', () => {
    const lines = ['ip nexthop add id 1 via 10.0.0.2', 'ip route add 10.8.0.0/16 nhid 1'];
    const routes = 'ip route add 10.9.0.0/16 nexthop via 10.0.0.2 nexthop via 10.0.0.3';
    expect(problemsOf({ setup: [...lines, routes] })).toEqual([
      'ip nexthop: not supported',
      'ip route … nhid: not supported',
      'ip route … nexthop: not supported',
    ]);
  });
});
