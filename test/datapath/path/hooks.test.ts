/** Which hooks a packet passes, in which order, with which devices; what verdicts do. */
import { describe, expect, test } from 'vitest';
import {
  FORWARD,
  INPUT,
  NETDEV_EGRESS,
  NETDEV_INGRESS,
  NF_ACCEPT,
  NF_DROP,
  NF_QUEUE,
  NF_STOLEN,
  OUTPUT,
  POSTROUTING,
  PREROUTING,
} from '../../../src/datapath/hooks.ts';
import { NF_VERDICT_FLAG_QUEUE_BYPASS } from '../../../src/datapath/netns.ts';
import {
  HOOK,
  IIF,
  NFPROTO_BRIDGE,
  NFPROTO_IPV4,
  NFPROTO_NETDEV,
  OIF,
  PF,
  SDIF,
} from '../../../src/datapath/packet.ts';
import { Machine } from './play.ts';

const NAMES: Record<number, readonly string[]> = {
  [NFPROTO_IPV4]: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
  [NFPROTO_BRIDGE]: ['br prerouting', 'br input', 'br forward', 'br output', 'br postrouting'],
  [NFPROTO_NETDEV]: ['ingress', 'egress'],
};

/** Notes `hook iif>oif` of every packet. */
function watch(machine: Machine): string[] {
  const { ns } = machine;
  const seen: string[] = [];
  const name = (ifindex: number) => ns.devices.get(ifindex)?.name ?? '';
  const note = {
    name: 'watch',
    priority: 0,
    fn: (p: { m: Int32Array }) => {
      const sdif = p.m[SDIF] ? ` (${name(p.m[SDIF]!)})` : '';
      const hook = NAMES[p.m[PF]!]![p.m[HOOK]!]!;
      seen.push(`${hook} ${name(p.m[IIF]!)}>${name(p.m[OIF]!)}${sdif}`);
      return NF_ACCEPT;
    },
  };
  for (const family of [NFPROTO_IPV4, NFPROTO_BRIDGE])
    for (const hook of [PREROUTING, INPUT, FORWARD, OUTPUT, POSTROUTING])
      ns.hooks.register({ family, hook }, note);
  for (const device of ns.devices)
    for (const hook of [NETDEV_INGRESS, NETDEV_EGRESS])
      ns.hooks.register({ family: NFPROTO_NETDEV, hook, ifindex: device.ifindex }, note);
  return seen;
}

const ROUTER = {
  link: [
    { ifname: 'eth0', addr_info: [{ local: '192.168.1.1', prefixlen: 24 }] },
    { ifname: 'eth1', addr_info: [{ local: '203.0.113.2', prefixlen: 24 }] },
  ],
  route: [{ dst: 'default', gateway: '203.0.113.1', dev: 'eth1' }],
  neigh: [
    { dst: '192.168.1.10', dev: 'eth0', lladdr: '02:ff:00:00:00:01' },
    { dst: '203.0.113.1', dev: 'eth1', lladdr: '02:ff:00:00:00:02' },
  ],
  host: 'closed' as const,
};

/** From 192.168.1.10: UDP to 198.51.100.7, an echo request to 192.168.1.1. */
const FORWARDED =
  '02000000000102ff0000000108004500002100000000401' +
  '18edfc0a8010ac633640703e807d0000dff280102030405';
const ECHO =
  '02000000000102ff00000001080045000020000000004001' +
  'f781c0a8010ac0a801010800f3ef0007000301020304';

describe('hooks', () => {
  test('forwarding: ingress, prerouting, forward, postrouting, egress', () => {
    const machine = new Machine(ROUTER);
    const seen = watch(machine);
    machine.receive('eth0', FORWARDED);
    expect(seen).toEqual([
      'ingress eth0>',
      'prerouting eth0>',
      'forward eth0>eth1',
      'postrouting eth0>eth1',
      'egress >eth1',
    ]);
  });

  test('before 5.7 postrouting does not know the device that the packet came by', () => {
    const machine = new Machine(ROUTER, '5.2');
    const seen = watch(machine);
    machine.receive('eth0', FORWARDED);
    expect(seen).toContain('postrouting >eth1');
  });

  test('an echo: input, and the answer through output and postrouting', () => {
    const machine = new Machine(ROUTER);
    const seen = watch(machine);
    machine.receive('eth0', ECHO);
    expect(seen.slice(0, 2)).toEqual(['ingress eth0>', 'prerouting eth0>']);
    expect(seen).toContain('input eth0>');
    expect(seen.slice(-3)).toEqual(['output >eth0', 'postrouting >eth0', 'egress >eth0']);
  });

  test('a packet to oneself leaves by lo and comes in by lo', () => {
    const machine = new Machine({ ...ROUTER, host: 'silent' });
    const seen = watch(machine);
    expect(machine.send('4500001c000000004011')).toBe(22);
    expect(machine.send('4500001c000000004011f77ec0a80101c0a801010001000200087c88')).toBe(0);
    expect(seen).toEqual([
      'output >lo',
      'postrouting >lo',
      'egress >lo',
      'ingress lo>',
      'prerouting lo>',
      'input lo>',
    ]);
  });

  test('a VRF sees packets of its ports a second time', () => {
    const machine = new Machine({
      ...ROUTER,
      link: [
        { ...ROUTER.link[0]!, master: 'red' },
        { ...ROUTER.link[1]!, master: 'red' },
        { ifname: 'red', linkinfo: { info_kind: 'vrf', info_data: { table: 100 } } },
      ],
      route: [{ ...ROUTER.route[0]!, table: 100 }],
    });
    const seen = watch(machine);
    machine.receive('eth0', FORWARDED);
    expect(machine.problems).toEqual([]);
    expect(seen.filter((s) => !s.includes('gress'))).toEqual([
      'prerouting eth0>',
      'prerouting red> (eth0)',
      'forward red>eth1 (eth0)',
      'postrouting red>eth1 (eth0)',
    ]);
  });

  test('a bridge floods: forward and postrouting once per port, newest port first', () => {
    const port = (ifname: string) => ({ ifname, master: 'br0' });
    const machine = new Machine({
      link: [
        ...['eth0', 'eth1', 'eth2'].map(port),
        { ifname: 'br0', linkinfo: { info_kind: 'bridge', info_data: {} } },
      ],
    });
    const seen = watch(machine);
    machine.receive('eth0', `02ff0000000902ff0000000188b5${'00'.repeat(46)}`);
    expect(seen.filter((s) => s.startsWith('br'))).toEqual([
      'br prerouting eth0>',
      'br forward eth0>eth2',
      'br postrouting >eth2',
      'br forward eth0>eth1',
      'br postrouting >eth1',
    ]);
  });
});

describe('verdicts', () => {
  const at = (hook: number, verdict: number) => {
    const machine = new Machine(ROUTER);
    const entry = { name: 'verdict', priority: 0, fn: () => verdict };
    machine.ns.hooks.register({ family: NFPROTO_IPV4, hook }, entry);
    return machine;
  };

  test('drop frees the packet and names the hook function', () => {
    const machine = at(FORWARD, NF_DROP);
    expect(machine.receive('eth0', FORWARDED)).toEqual([]);
    expect(machine.drops).toEqual(['NETFILTER_DROP verdict']);
  });

  test('stolen packets are somebody else’s', () => {
    const machine = at(PREROUTING, NF_STOLEN);
    expect(machine.receive('eth0', FORWARDED)).toEqual([]);
    expect(machine.drops).toEqual([]);
  });

  test('queues without listeners drop, or go on where told so', () => {
    expect(at(FORWARD, NF_QUEUE).receive('eth0', FORWARDED)).toHaveLength(0);
    const bypass = NF_QUEUE | NF_VERDICT_FLAG_QUEUE_BYPASS;
    expect(at(FORWARD, bypass).receive('eth0', FORWARDED)).toHaveLength(1);
  });

  test('a packet of our own that output drops gives the sender EPERM', () => {
    const packet = '4500001c0000000040118eedc0a80101c633640700010002000813f7';
    expect(at(OUTPUT, NF_DROP).send(packet)).toBe(1);
    expect(at(FORWARD, NF_DROP).send(packet)).toBe(0);
  });

  test('of equal priorities the function registered last runs first', () => {
    const machine = new Machine(ROUTER);
    const order: string[] = [];
    for (const name of ['first', 'second'])
      machine.ns.hooks.register(
        { family: NFPROTO_IPV4, hook: FORWARD },
        { name, priority: 5, fn: () => order.push(name) && NF_ACCEPT },
      );
    machine.receive('eth0', FORWARDED);
    expect(order).toEqual(['second', 'first']);
  });
});
