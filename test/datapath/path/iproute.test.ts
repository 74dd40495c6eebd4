/** `ip` command lines: what they change, and what they are refused for. */
import { describe, expect, test } from 'vitest';
import { parseIpv4 } from '../../../src/datapath/address.ts';
import { setupLine } from '../../../src/datapath/config.ts';
import { ip } from '../../../src/datapath/iproute.ts';
import type { Netns } from '../../../src/datapath/netns.ts';
import { Machine } from './play.ts';

const machine = (): Netns =>
  new Machine({
    link: [
      { ifname: 'eth0', addr_info: [{ local: '192.168.1.1', prefixlen: 24 }] },
      {
        ifname: 'eth1',
        addr_info: [
          { local: '203.0.113.2', prefixlen: 24 },
          { local: '2001:db8:2::1', prefixlen: 64 },
        ],
      },
    ],
  }).ns;

/** Where packets of eth0 to an address go: the device, or the errno. */
function goes(ns: Netns, daddr: string, mark = 0): string {
  const device = ns.devices.named('eth0')!;
  const route = ns.fib4.input(parseIpv4(daddr)!, parseIpv4('192.168.1.10')!, 0, mark, device);
  if (route === null) return `martian ${ns.fib4.error}`;
  return route.error ? `error ${route.error}` : ns.devices.get(route.dev)!.name;
}

describe('ip route', () => {
  test('longest prefix, then metric; errors are routes too', () => {
    const ns = machine();
    expect(goes(ns, '10.1.2.3')).toBe('error 101');
    expect(ip(ns, 'route add default via 203.0.113.1')).toBeUndefined();
    expect(ip(ns, 'route add 10.0.0.0/8 via 192.168.1.9 dev eth0')).toBeUndefined();
    expect(ip(ns, 'route add unreachable 10.1.0.0/16')).toBeUndefined();
    expect(ip(ns, 'route add prohibit 10.1.2.0/24 metric 9')).toBeUndefined();
    expect(ip(ns, 'route add blackhole 10.1.2.0/24 metric 10')).toBeUndefined();
    expect(goes(ns, '8.8.8.8')).toBe('eth1');
    expect(goes(ns, '10.9.9.9')).toBe('eth0');
    expect(goes(ns, '10.1.9.9')).toBe('error 113');
    expect(goes(ns, '10.1.2.9')).toBe('error 13');
    expect(ip(ns, 'route del 10.1.2.0/24 metric 9')).toBeUndefined();
    expect(goes(ns, '10.1.2.9')).toBe('error 22');
    expect(ip(ns, 'route replace 10.1.2.0/24 via 203.0.113.9 metric 10')).toBeUndefined();
    expect(goes(ns, '10.1.2.9')).toBe('eth1');
  });

  test('tables that no route ever came into are not there', () => {
    const ns = machine();
    const missing = (v: number) => `Error: ipv${v}: FIB table does not exist.\nFlush terminated`;
    expect(ip(ns, 'route flush table 100')).toBe(missing(4));
    expect(ip(ns, '-6 route flush table 100')).toBe(missing(6));
    expect(ip(ns, 'route del default table 100')).toBe('Error: FIB table does not exist.');
    expect(ip(ns, 'rule add from 10.0.0.9 lookup 100')).toBeUndefined();
    expect(ip(ns, 'route flush table 100')).toBe(missing(4));
    expect(ip(ns, '-6 rule add from fd00::9 lookup 100')).toBeUndefined();
    expect(ip(ns, '-6 route flush table 100')).toBeUndefined();
    expect(ip(ns, 'route add default via 10.0.0.2 table 100')).toBe(
      'Error: Nexthop has invalid gateway.',
    );
    expect(ip(ns, 'route flush table 100')).toBeUndefined();
    expect(ip(ns, 'route del default table 100')).toBe('RTNETLINK answers: No such process');
    expect(ip(ns, 'route flush dev nix')).toBe('Cannot find device "nix"');
    expect(ip(ns, 'route flush')).toBe('"ip route flush" requires arguments.');
  });

  test('taking a route that nobody came upon makes nothing stale', () => {
    const ns = machine();
    ip(ns, 'route add default via 203.0.113.1');
    ip(ns, 'route add 10.0.0.0/8 via 192.168.1.9 dev eth0');
    expect(goes(ns, '8.8.8.8')).toBe('eth1');
    const { genid } = ns.fib4;
    expect(ip(ns, 'route del 10.0.0.0/8')).toBeUndefined();
    expect(ip(ns, 'route replace default via 203.0.113.1')).toBeUndefined();
    expect(ns.fib4.genid).toBe(genid);
    expect(ip(ns, 'route append default via 203.0.113.1')).toBe('RTNETLINK answers: File exists');
    expect(ip(ns, 'route replace default via 203.0.113.9')).toBeUndefined();
    expect(ns.fib4.genid).toBeGreaterThan(genid);
  });

  test('what the kernel refuses', () => {
    const ns = machine();
    expect(ip(ns, 'route add 10.0.0.0/8 via 198.51.100.1')).toMatch(/invalid gateway/);
    expect(ip(ns, 'route add 10.0.0.0/8 dev eth9')).toBe('Cannot find device "eth9"');
    expect(ip(ns, 'route add 192.168.1.0/24 dev eth0')).toBe('RTNETLINK answers: File exists');
    expect(ip(ns, 'route del 10.0.0.0/8')).toBe('RTNETLINK answers: No such process');
    expect(ip(ns, 'route add 10.0.0.0/8 src 1.2.3.4 dev eth0')).toMatch(/prefsrc/);
  });

  test('what is not known is not supported', () => {
    const ns = machine();
    expect(ip(ns, 'route add 10.0.0.0/8 nexthop via 192.168.1.9')).toMatch(/not supported/);
    expect(ip(ns, 'route add 10.0.0.0/8 encap mpls 100 dev eth0')).toMatch(/not supported/);
    expect(ip(ns, 'tunnel add x')).toMatch(/not supported/);
    expect(ip(ns, 'link set eth0 xdp off')).toMatch(/not supported/);
    expect(setupLine(ns, 'tc qdisc add dev eth0')).toMatch(/not supported/);
    expect(setupLine(ns, 'sysctl -w net.ipv6.conf.all.seg6_enabled=1')).toMatch(/only 0 is/);
    expect(setupLine(ns, 'sysctl -w net.ipv4.no_such_thing=1')).toMatch(/not supported/);
    expect(setupLine(ns, 'sysctl -w net.core.rmem_max=1')).toBeUndefined();
    expect(setupLine(ns, 'sysctl -w net.ipv4.ip_forward=0')).toBeUndefined();
    expect(ns.sysctl.get('net.ipv4.conf.eth0.forwarding')).toBe(0);
  });
});

describe('ip rule', () => {
  test('priority, mark and mask, iif, not, goto, suppress_prefixlength', () => {
    const ns = machine();
    ip(ns, 'route add default via 203.0.113.1');
    ip(ns, 'route add default via 192.168.1.9 table 7');
    expect(goes(ns, '8.8.8.8', 0x12)).toBe('eth1');
    expect(ip(ns, 'rule add fwmark 0x10/0xf0 lookup 7')).toBeUndefined();
    expect(goes(ns, '8.8.8.8', 0x12)).toBe('eth0');
    expect(goes(ns, '8.8.8.8', 0x22)).toBe('eth1');
    expect(ip(ns, 'rule del fwmark 0x10/0xf0 lookup 7')).toBeUndefined();
    expect(ip(ns, 'rule add pref 10 not iif eth1 to 8.8.0.0/16 unreachable')).toBeUndefined();
    expect(goes(ns, '8.8.8.8')).toBe('error 101');
    expect(ip(ns, 'rule add pref 5 iif eth0 goto 100')).toBeUndefined();
    expect(goes(ns, '8.8.8.8')).toBe('error 101');
    expect(ip(ns, 'rule add pref 100 fwmark 0x99 lookup 7')).toBeUndefined();
    expect(goes(ns, '8.8.8.8')).toBe('eth1');
    expect(ip(ns, 'rule add pref 200 lookup main suppress_prefixlength 0')).toBeUndefined();
    expect(ip(ns, 'rule add pref 201 lookup 7')).toBeUndefined();
    expect(goes(ns, '8.8.8.8')).toBe('eth0');
    expect(goes(ns, '203.0.113.77')).toBe('eth1');
    expect(ip(ns, 'rule add pref 201 lookup 7')).toBe('RTNETLINK answers: File exists');
    expect(ip(ns, 'rule del pref 999')).toBe('RTNETLINK answers: No such file or directory');
  });
});

describe('ip addr and ip link', () => {
  test('a device that goes down takes routes, neighbours and IPv6 addresses with it', () => {
    const ns = machine();
    const changes: string[] = [];
    ns.subscribe((c) => {
      if (c.kind === 'link') changes.push(`${c.kind} ${c.event}`);
      if (c.kind === 'addr') changes.push(`${c.kind} ${c.added ? '+' : '-'}${c.family}`);
    });
    ip(ns, 'route add default via 203.0.113.1');
    ip(ns, 'neigh add 203.0.113.1 lladdr 02:00:00:00:00:99 dev eth1');
    ip(ns, 'link set eth1 down');
    expect(goes(ns, '8.8.8.8')).toBe('error 101');
    expect(changes).toEqual(['addr -10', 'link down']);
    expect([...ns.neigh4]).toEqual([]);
    ip(ns, 'link set dev eth1 up');
    expect(goes(ns, '203.0.113.77')).toBe('eth1');
    expect(goes(ns, '8.8.8.8')).toBe('error 101');
    expect(ns.devices.named('eth1')!.addr6).toEqual([]);
  });

  test('the first address of a subnet takes the others with it', () => {
    const ns = machine();
    expect(ip(ns, 'addr add 192.168.1.2/24 dev eth0')).toBeUndefined();
    expect(ip(ns, 'addr add 192.168.1.2/24 dev eth0')).toBe('RTNETLINK answers: File exists');
    expect(goes(ns, '192.168.1.2')).toBe('lo');
    expect(ip(ns, 'addr del 192.168.1.1/24 dev eth0')).toBeUndefined();
    expect(ns.devices.named('eth0')!.addr4).toEqual([]);
    expect(goes(ns, '192.168.1.2')).toBe('error 101');
  });

  test('unless promote_secondaries is on', () => {
    const ns = machine();
    ns.sysctl.set('net.ipv4.conf.all.promote_secondaries', 1);
    ip(ns, 'addr add 192.168.1.2/24 dev eth0');
    expect(ip(ns, 'addr del 192.168.1.1/24 dev eth0')).toBeUndefined();
    expect(ns.devices.named('eth0')!.addr4).toMatchObject([{ prefixlen: 24, secondary: false }]);
    expect(goes(ns, '192.168.1.2')).toBe('lo');
    expect(goes(ns, '192.168.1.77')).toBe('eth0');
  });

  test('VLANs, bridges and VRFs come and go', () => {
    const ns = machine();
    expect(ip(ns, 'link add link eth0 name eth0.5 type vlan id 5')).toBeUndefined();
    expect(ip(ns, 'link set eth0.5 up')).toBeUndefined();
    expect(ip(ns, 'addr add 10.5.0.1/24 dev eth0.5')).toBeUndefined();
    expect(goes(ns, '10.5.0.9')).toBe('eth0.5');
    expect(ip(ns, 'link del eth0.5')).toBeUndefined();
    expect(goes(ns, '10.5.0.9')).toBe('error 101');
    expect(ip(ns, 'link add red type vrf table 50')).toBeUndefined();
    expect(ip(ns, 'link set eth1 master red')).toBeUndefined();
    expect(goes(ns, '203.0.113.77')).toBe('error 101');
    expect(ip(ns, 'link add name wg0 type wireguard')).toMatch(/not supported/);
  });
});
