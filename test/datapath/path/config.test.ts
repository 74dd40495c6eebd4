/** A machine from its description, and where the description ends. */
import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/datapath/address.ts';
import { configure, type MachineConfig } from '../../../src/datapath/config.ts';
import { Conntrack } from '../../../src/datapath/conntrack/index.ts';
import { Flowtables } from '../../../src/datapath/flowtable/index.ts';
import { MachineNetwork } from '../../../src/datapath/flowtable/machine.ts';
import { Netns } from '../../../src/datapath/netns.ts';
import { profileOf } from '../../../src/datapath/profile.ts';

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
