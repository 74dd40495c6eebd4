/** PPPoE sessions: what a machine may say of them, how long they live, what `ip` makes of their devices. */
import { describe, expect, test } from 'vitest';
import type { LinkConfig } from '../../../src/datapath/config.ts';
import { ip } from '../../../src/datapath/iproute.ts';
import { Machine } from './play.ts';

const PEER = '02:ff:00:00:00:01';
const eth0 = { ifname: 'eth0' };
const session = (more: Partial<LinkConfig> = {}, data: Record<string, unknown> = {}) => ({
  ifname: 'ppp0',
  link: 'eth0',
  linkinfo: { info_kind: 'ppp', info_data: { session: 17, peer: PEER, ...data } },
  addr_info: [{ local: '203.0.113.5', address: '203.0.113.1', prefixlen: 32 }],
  ...more,
});
const machine = (...more: LinkConfig[]) => new Machine({ link: [eth0, session(), ...more] });

/** An echo request to the machine's end, in a frame of the session. */
const REQUEST =
  '02000000000102ff00000001886411000011001e0021' +
  '4500001c00000000400102dacb007101cb0071050800f7f700070001';

/** Whether the machine answers by its session. */
const answers = (m: Machine): boolean =>
  m.receive('eth0', REQUEST).some(({ frame }) => frame.startsWith('886411000011', 24));

describe('a machine says of its sessions', () => {
  const problems = (...link: LinkConfig[]) => new Machine({ link }).problems;

  test('number, station and device', () => {
    expect(problems(eth0, session())).toEqual([]);
    expect(problems(eth0, session({}, { session: 0 }))).toEqual(['link ppp0: session: 0']);
    expect(problems(eth0, session({}, { peer: 'eth9' }))).toEqual(['link ppp0: peer: "eth9"']);
    expect(problems(eth0, session({ link: 'eth9' }))).toEqual(['Cannot find device "eth9"']);
  });

  test('each session once', () => {
    expect(problems(eth0, session(), session({ ifname: 'ppp1' }))).toEqual([
      'link ppp1: its session is that of ppp0',
    ]);
    expect(problems(eth0, session(), session({ ifname: 'ppp1' }, { session: 18 }))).toEqual([]);
  });

  test('or is refused', () => {
    expect(problems(eth0, session({ linkinfo: { info_kind: 'ppp' } }))).toEqual([
      'link ppp0: a device of kind ppp without a PPPoE session (session, peer): not supported',
    ]);
    const dummy = { ifname: 'd0', linkinfo: { info_kind: 'dummy' } };
    expect(problems(dummy, session({ link: 'd0' }))[0]).toBe(
      'link ppp0: a PPPoE session over d0: not supported',
    );
  });

  test('the MTU, or what is left below PPPoE of that of the device', () => {
    const { ns } = new Machine({
      link: [
        { ...eth0, mtu: 1400 },
        session(),
        session({ ifname: 'ppp1', mtu: 1300 }, { session: 18 }),
      ],
    });
    expect(ns.devices.named('ppp0')!.mtu).toBe(1392);
    expect(ns.devices.named('ppp1')!.mtu).toBe(1300);
  });
});

describe('a session ends', () => {
  const closed = () =>
    new Machine({
      link: [eth0, session()],
      host: 'closed',
      setup: ['ip route add default dev ppp0'],
    });

  test.each([
    'link set eth0 down',
    'link set eth0 mtu 1400',
    'link set eth0 address 02:00:00:00:00:01',
  ])('with `ip %s`, for good', (line) => {
    const m = closed();
    expect(answers(m)).toBe(true);
    expect(ip(m.ns, line)).toBeUndefined();
    ip(m.ns, 'link set eth0 up');
    expect(answers(m)).toBe(false);
  });

  test('when its other end says so', () => {
    const m = closed();
    const padt = (id: string) => `02000000000102ff00000001886311a7${id}0000`;
    m.receive('eth0', padt('0012'));
    expect(answers(m)).toBe(true);
    m.receive('eth0', padt('0011'));
    expect(answers(m)).toBe(false);
  });

  test('and was never there over a device that is down', () => {
    const link = [{ ...eth0, flags: [] }, session()];
    const m = new Machine({ link, host: 'closed', setup: ['ip link set eth0 up'] });
    expect(answers(m)).toBe(false);
  });
});

describe('ip', () => {
  test.each([
    ['link add ppp1 type ppp', 'RTNETLINK answers: Invalid argument'],
    ['link set ppp0 address 02:00:00:00:00:09', 'RTNETLINK answers: Operation not supported'],
    ['link set ppp0 master br0', 'RTNETLINK answers: Invalid argument'],
    ['addr del 203.0.113.5/32 dev ppp0', 'RTNETLINK answers: Cannot assign requested address'],
    [
      'link add link ppp0 name p.7 type vlan id 7',
      'ip link add type vlan, of a ppp device: not supported',
    ],
  ])('refuses %s', (line, error) => {
    const { ns } = machine({ ifname: 'br0', linkinfo: { info_kind: 'bridge' } });
    expect(ip(ns, line)).toBe(error);
  });

  test.each([
    'link set ppp0 mtu 1492 up',
    'link set ppp0 down',
    'addr add 10.0.0.1 peer 10.0.0.2 dev ppp0',
    'addr del 203.0.113.5 peer 203.0.113.1 dev ppp0',
    'addr del 203.0.113.5 dev ppp0',
    '-6 addr add fe80::1 peer fe80::2/128 dev ppp0',
    'link del ppp0',
  ])('does %s', (line) => expect(ip(machine().ns, line)).toBeUndefined());
});
