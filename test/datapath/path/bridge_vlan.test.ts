/** VLANs of bridges: what changes them, what a dump of them comes to, and what is refused. */
import { describe, expect, it } from 'vitest';
import type { BridgeVlanConfig } from '../../../src/datapath/config.ts';
import { setupLine } from '../../../src/datapath/config.ts';
import type { Netns } from '../../../src/datapath/netns.ts';
import { Machine } from './play.ts';

const machine = (bridge_vlan?: readonly BridgeVlanConfig[]): Netns =>
  new Machine({
    link: [
      { ifname: 'eth0', master: 'br0' },
      { ifname: 'eth1', master: 'br0' },
      { ifname: 'eth2' },
      { ifname: 'br0', linkinfo: { info_kind: 'bridge', info_data: { vlan_filtering: 1 } } },
    ],
    ...(bridge_vlan && { bridge_vlan }),
  }).ns;

/** As `bridge vlan` would list it: `*` the PVID, `u` untagged. */
function vlans(ns: Netns, name: string): string {
  const group = ns.devices.named(name)!.vlanGroup;
  if (group === null) return 'none';
  const all = Array.from({ length: 4096 }, (_, vid) => vid).filter((vid) => group.has(vid));
  const mark = (vid: number) =>
    `${group.pvid === vid ? '*' : ''}${group.isUntagged(vid) ? 'u' : ''}`;
  return all.map((vid) => `${vid}${mark(vid)}`).join(' ');
}

describe('VLANs of a bridge', () => {
  const run = (ns: Netns, ...lines: string[]) => lines.map((line) => setupLine(ns, line));
  const OK = undefined;

  it('are the default PVID at first, and what bridge vlan makes of them', () => {
    const ns = machine();
    expect(['br0', 'eth0', 'eth2'].map((name) => vlans(ns, name))).toEqual(['1*u', '1*u', 'none']);
    const add = 'bridge vlan add dev eth0 vid';
    expect(run(ns, `${add} 10 pvid`, `${add} 20-22 untagged`, `${add} 21`)).toEqual([OK, OK, OK]);
    expect(vlans(ns, 'eth0')).toBe('1u 10* 20u 21 22u');
    run(ns, `${add} 10`, 'bridge vlan del dev eth0 vid 1', 'bridge vlan del dev eth0 vid 21-30');
    expect(vlans(ns, 'eth0')).toBe('10 20u');
    run(ns, 'bridge vlan add dev br0 vid 10 self');
    expect(vlans(ns, 'br0')).toBe('1*u 10');
  });

  it('follow the default PVID where they are as it made them', () => {
    const ns = machine();
    run(ns, 'bridge vlan add dev eth1 vid 1');
    run(ns, 'ip link set br0 type bridge vlan_default_pvid 7', 'ip link set eth2 master br0');
    const all = () => ['br0', 'eth0', 'eth1', 'eth2'].map((name) => vlans(ns, name));
    expect(all()).toEqual(['7*u', '7*u', '1', '7*u']);
    run(ns, 'ip link set br0 type bridge vlan_default_pvid 0', 'ip link set eth2 nomaster');
    run(ns, 'ip link set eth2 master br0');
    expect(all()).toEqual(['', '', '1', '']);
    run(ns, 'ip link set br0 type bridge vlan_default_pvid 5');
    expect(all()).toEqual(['5*u', '5*u', '1 5*u', '5*u']);
  });

  it('come whole with a dump', () => {
    const ns = machine([
      { ifname: 'eth0', vlans: [{ vlan: 10, flags: ['PVID', 'Egress Untagged'] }] },
      { ifname: 'br0', vlans: [{ vlan: 10 }, { vlan: 20, vlanEnd: 22 }] },
    ]);
    expect(['br0', 'eth0', 'eth1'].map((name) => vlans(ns, name))).toEqual([
      '10 20 21 22',
      '10*u',
      '',
    ]);
  });

  it.each([
    ['vlan add dev eth0', 'Device and VLAN ID are required arguments.'],
    ['vlan add dev eth9 vid 1', 'Cannot find bridge device "eth9"'],
    ['vlan add dev eth0 vid 4096', 'Invalid VLAN ID "4096"'],
    ['vlan add dev eth0 vid 9-9', 'Invalid VLAN range "9-9"'],
    ['vlan add dev eth0 vid 9-11 pvid', 'pvid cannot be configured for a vlan range'],
    ['vlan add dev eth0 vid 0', 'Error: bridge: Vlan id is invalid.'],
    ['vlan add dev eth2 vid 10', 'RTNETLINK answers: Operation not supported'],
    ['vlan add dev br0 vid 10', 'RTNETLINK answers: Operation not supported'],
    ['vlan add dev eth0 vid 10 self', 'RTNETLINK answers: Operation not supported'],
    ['vlan add dev eth0 vid 10 tunnel_info id 5', 'bridge vlan tunnel_info: not supported'],
    ['vlan set dev eth0 vid 10 state 0', 'bridge vlan set: not supported'],
    ['fdb add 02:00:00:00:00:01 dev eth0', 'bridge fdb: not supported'],
  ])('are not changed by bridge %s', (line, error) => {
    const ns = machine();
    expect(setupLine(ns, `bridge ${line}`)).toBe(error);
    expect(vlans(ns, 'eth0')).toBe('1*u');
  });

  it.each([
    ['vlan_default_pvid 4095', 'RTNETLINK answers: Invalid argument'],
    ['vlan_protocol 802.1x', 'Error: argument "802.1x" is wrong: invalid vlan_protocol'],
    ['vlan_stats_enabled 1', 'ip link type bridge vlan_stats_enabled: not supported'],
    ['mcast_snooping 1', 'ip bridge mcast_snooping: not supported'],
  ])('nor by ip link set br0 type bridge %s', (option, error) => {
    expect(setupLine(machine(), `ip link set br0 type bridge ${option}`)).toBe(error);
  });
});
