/** TCP: what KERNEL.md says of nf_conntrack_proto_tcp.c, trap by trap. */
import { describe, expect, test } from 'vitest';
import { TcpPair, Tracker } from './tracker.ts';

const start = (sysctl?: Record<string, number>, release?: string) => {
  const t = new Tracker(sysctl, release);
  return { t, tcp: new TcpPair(t) };
};

describe('opening', () => {
  test('SYN, SYN/ACK and ACK lead to an assured connection of five days', () => {
    const { t, tcp } = start();
    expect(tcp.client('syn', 1000)).toBe('new');
    expect(t.only).toBe('120 SYN_SENT [UNREPLIED]');
    expect(tcp.server('syn,ack', 5000, 1001)).toBe('established');
    expect(t.only).toBe('60 SYN_RECV');
    expect(tcp.client('ack', 1001, 5001)).toBe('established');
    expect(t.only).toBe('432000 ESTABLISHED [ASSURED]');
  });

  test('a repeated SYN renews nothing and makes no second entry', () => {
    const { t, tcp } = start();
    tcp.client('syn', 1000);
    expect(t.at(60) && tcp.client('syn', 1000)).toBe('new');
    tcp.client('syn', 9000);
    expect(t.only).toBe('60 SYN_SENT [UNREPLIED]');
  });

  test('before 5.12 a repeated SYN renewed SYN_SENT', () => {
    const { t, tcp } = start({}, '5.2');
    tcp.client('syn', 1000);
    t.at(60);
    tcp.client('syn', 1000);
    expect(t.only).toBe('120 SYN_SENT [UNREPLIED]');
  });

  test('a SYN in SYN_RECV passes as established and refreshes nothing', () => {
    const { t, tcp } = start();
    tcp.client('syn', 1000);
    tcp.server('syn,ack', 5000, 1001);
    t.at(20);
    expect(tcp.client('syn', 1000)).toBe('established');
    expect(t.only).toBe('40 SYN_RECV');
  });

  test('a refused SYN leaves nothing at once', () => {
    const { t, tcp } = start();
    tcp.client('syn', 1000);
    expect(tcp.server('rst,ack', 0, 1001)).toBe('established');
    expect(t.lines).toEqual([]);
  });

  test('an own RST after the SYN leaves nothing either', () => {
    const { t, tcp } = start();
    tcp.client('syn', 1000);
    tcp.client('rst', 1001);
    expect(t.lines).toEqual([]);
  });

  test('both sides may open at once', () => {
    const { t, tcp } = start();
    tcp.client('syn', 1000);
    tcp.server('syn', 5000);
    expect(t.only).toBe('120 SYN_SENT2');
    tcp.server('syn', 5000);
    expect(t.only).toBe('120 SYN_SENT2');
    tcp.client('syn,ack', 1000, 5001);
    expect(t.only).toBe('60 SYN_RECV');
    tcp.server('ack', 5001, 1001);
    expect(t.only).toMatch(/ESTABLISHED/);
  });

  test.each(['fin', 'syn,fin', '', 'fin,psh,urg', 'syn,rst'])('flags %j are invalid', (flags) => {
    const { t, tcp } = start();
    expect(tcp.client(flags, 1000)).toBe('invalid');
    expect(t.lines).toEqual([]);
  });

  test('ECN bits and URG with ACK are fine', () => {
    const { tcp } = start();
    expect(tcp.client('syn,ecn,cwr', 1000)).toBe('new');
    tcp.server('syn,ack,ecn', 5000, 1001);
    expect(tcp.client('ack,urg', 1001, 5001)).toBe('established');
  });

  test('checksums count in prerouting, unless nf_conntrack_checksum is off', () => {
    expect(start().tcp.client('syn', 1000, 0, { checksum: 1 })).toBe('invalid');
    expect(start({ checksum: 0 }).tcp.client('syn', 1000, 0, { checksum: 1 })).toBe('new');
  });
});

describe('picked up in the middle', () => {
  test('lasts 300 s, and is assured by the third packet', () => {
    const { t, tcp } = start();
    expect(tcp.client('ack,psh', 1000, 5000, {}, 10)).toBe('new');
    expect(t.only).toBe('300 ESTABLISHED [UNREPLIED]');
    tcp.server('ack', 5000, 1010);
    expect(t.only).toBe('300 ESTABLISHED');
    tcp.client('ack', 1010, 5000);
    expect(t.only).toMatch(/ESTABLISHED \[ASSURED\]/);
  });

  test('no window holds for it', () => {
    const { tcp } = start();
    tcp.client('ack', 1000, 5000);
    tcp.server('ack', 5000, 1000);
    expect(tcp.client('ack', 900_000_000, 5000, {}, 100)).toBe('established');
  });

  test.each(['syn,ack', 'fin,ack', 'rst'])('%s starts none', (flags) => {
    expect(start().tcp.client(flags, 1000, 5000)).toBe('invalid');
  });

  test('tcp_loose=0 starts none at all', () => {
    expect(start({ tcp_loose: 0 }).tcp.client('ack', 1000, 5000)).toBe('invalid');
  });
});

describe('resets', () => {
  test('the exact number closes, for 10 s', () => {
    const { t, tcp } = start();
    tcp.open();
    tcp.client('rst', 1001);
    expect(t.only).toBe('10 CLOSE [ASSURED]');
  });

  test('one in the window keeps ESTABLISHED with 10 s, and an ACK brings it back', () => {
    const { t, tcp } = start();
    tcp.open();
    expect(tcp.client('rst', 1050)).toBe('established');
    expect(t.only).toBe('10 ESTABLISHED [ASSURED]');
    tcp.server('ack', 5001, 1050);
    expect(t.only).toBe('432000 ESTABLISHED [ASSURED]');
  });

  test('before 5.1 any in the window closed', () => {
    const { t, tcp } = start({}, '4.16');
    tcp.open();
    tcp.client('rst', 1050);
    expect(t.only).toBe('10 CLOSE [ASSURED]');
  });

  test('one below what was acknowledged is invalid, unless tcp_ignore_invalid_rst', () => {
    const { tcp } = start();
    tcp.open();
    expect(tcp.client('rst', 900)).toBe('invalid');
    const { tcp: lax } = start({ tcp_ignore_invalid_rst: 1 });
    lax.open();
    expect(lax.client('rst', 900)).toBe('established');
  });

  test('a far RST and then a far FIN of the other side lower it to 300 s', () => {
    const { t, tcp } = start();
    tcp.open();
    expect(tcp.client('rst,ack', 900_000_000, 5001)).toBe('invalid');
    expect(t.only).toBe('432000 ESTABLISHED [ASSURED]');
    expect(tcp.server('fin,ack', 900_000_000, 1001)).toBe('invalid');
    expect(t.only).toBe('300 ESTABLISHED [ASSURED]');
  });

  test('after a FIN every RST closes', () => {
    const { t, tcp } = start();
    tcp.open();
    tcp.client('fin,ack', 1001, 5001);
    tcp.server('rst', 77);
    expect(t.only).toBe('10 CLOSE [ASSURED]');
  });
});

describe('SYN on a connection that exists', () => {
  test('is let through, and the challenge ACK refreshes', () => {
    const { t, tcp } = start();
    tcp.open();
    t.at(100);
    expect(tcp.client('syn', 9000)).toBe('established');
    expect(t.only).toBe('431900 ESTABLISHED [ASSURED]');
    tcp.server('ack', 5001, 1001);
    expect(t.only).toBe('432000 ESTABLISHED [ASSURED]');
    tcp.client('rst', 1001);
    expect(t.only).toBe('10 CLOSE [ASSURED]');
  });

  test('a SYN/ACK to it resynchronizes, still assured', () => {
    const { t, tcp } = start();
    tcp.open();
    tcp.client('syn', 9000);
    expect(tcp.server('syn,ack', 7000, 9001)).toBe('established');
    expect(t.only).toBe('60 SYN_RECV [ASSURED]');
    tcp.client('ack', 9001, 7001);
    expect(t.only).toBe('432000 ESTABLISHED [ASSURED]');
  });

  test('a RST,ACK to it closes whatever its number; 5.10 held that invalid', () => {
    const { t, tcp } = start();
    tcp.open();
    tcp.client('syn', 4_000_000);
    tcp.server('rst,ack', 0, 4_000_001);
    expect(t.only).toBe('10 CLOSE [ASSURED]');
    const old = start({}, '5.10');
    old.tcp.open();
    old.tcp.client('syn', 4_000_000);
    expect(old.tcp.server('rst,ack', 0, 4_000_001)).toBe('invalid');
  });

  test('in TIME_WAIT it makes a new connection, in its own direction', () => {
    const { t, tcp } = start();
    tcp.close();
    expect(t.only).toBe('120 TIME_WAIT [ASSURED]');
    expect(tcp.server('syn', 70_000)).toBe('new');
    expect(t.only).toBe('120 SYN_SENT [UNREPLIED]');
    expect(t.lines[0]).toMatch(/src=198\.51\.100\.20 .*sport=80 dport=40000 \[UNREPLIED\]/);
  });

  test("in CLOSE by the server's RST it is ignored, and the SYN/ACK revives the entry", () => {
    const { t, tcp } = start();
    tcp.open();
    tcp.server('rst', 5001);
    expect(tcp.client('syn', 9000)).toBe('established');
    expect(t.only).toBe('10 CLOSE [ASSURED]');
    tcp.server('syn,ack', 7000, 9001);
    expect(t.only).toBe('60 SYN_RECV [ASSURED]');
  });

  test("in CLOSE by its own side's RST it is new", () => {
    const { tcp } = start();
    tcp.open();
    tcp.client('rst', 1001);
    expect(tcp.client('syn', 9000)).toBe('new');
  });

  test('in LAST_ACK the ACK that answers it is not the last one', () => {
    const { t, tcp } = start();
    tcp.open();
    tcp.client('fin,ack', 1001, 5001);
    tcp.server('fin,ack', 5001, 1002);
    expect(t.only).toBe('30 LAST_ACK [ASSURED]');
    tcp.client('syn', 9000);
    tcp.server('ack', 5002, 1002);
    expect(t.only).toBe('30 LAST_ACK [ASSURED]');
  });

  test('a repeated FIN is taken for the other one', () => {
    const { t, tcp } = start();
    tcp.open();
    tcp.client('fin,ack', 1001, 5001);
    expect(t.only).toBe('120 FIN_WAIT [ASSURED]');
    tcp.client('fin,ack', 1001, 5001);
    expect(t.only).toBe('30 LAST_ACK [ASSURED]');
    tcp.server('ack', 5001, 1002);
    expect(t.only).toBe('120 TIME_WAIT [ASSURED]');
  });
});

describe('windows', () => {
  test('a little beyond is ignored, far beyond invalid', () => {
    const { t, tcp } = start();
    tcp.open();
    t.at(10);
    expect(tcp.client('ack,psh', 1002 + 64240, 5001, {}, 100)).toBe('established');
    expect(t.only).toBe('431990 ESTABLISHED [ASSURED]');
    expect(tcp.client('ack,psh', 900_000, 5001, {}, 100)).toBe('invalid');
    tcp.server('ack', 5001, 1001);
    // the overshoot may yet be acknowledged
    expect(t.only).toBe('300 ESTABLISHED [ASSURED]');
  });

  test('below it is ignored, an ACK of what was not sent invalid', () => {
    const { t, tcp } = start();
    tcp.open();
    t.at(10);
    expect(tcp.client('ack', 1001 - 70_000, 5001)).toBe('established');
    expect(t.only).toBe('431990 ESTABLISHED [ASSURED]');
    expect(tcp.client('ack', 1001, 99_000)).toBe('invalid');
  });

  test('be_liberal takes all of that', () => {
    const { tcp } = start({ tcp_be_liberal: 1 });
    tcp.open();
    expect(tcp.client('ack,psh', 900_000, 5001, {}, 100)).toBe('established');
    expect(tcp.client('ack', 1001, 99_000)).toBe('established');
  });

  test('scaling holds only if both sides offer it', () => {
    const scaled = { options: '03030701' };
    const { tcp } = start();
    tcp.client('syn', 1000, 0, scaled);
    tcp.server('syn,ack', 5000, 1001, scaled);
    tcp.client('ack', 1001, 5001, { window: 1000 });
    expect(tcp.server('ack', 5001 + 120_000, 1001, {}, 100)).toBe('established');
    const { tcp: one } = start();
    one.client('syn', 1000, 0, { ...scaled, window: 1000 });
    one.server('syn,ack', 5000, 1001);
    one.client('ack', 1001, 5001, { window: 1000 });
    expect(one.server('ack', 5001 + 120_000, 1001, {}, 100)).toBe('invalid');
  });

  test('data that was not acknowledged: 300 s; all acknowledged: five days', () => {
    const { t, tcp } = start();
    tcp.open();
    tcp.client('ack,psh', 1001, 5001, {}, 100);
    expect(t.only).toBe('300 ESTABLISHED [ASSURED]');
    tcp.server('ack', 5001, 1101);
    expect(t.only).toBe('432000 ESTABLISHED [ASSURED]');
  });

  test('the fourth equal ACK brings timeout_max_retrans, a zero window too', () => {
    const { t, tcp } = start({ tcp_timeout_max_retrans: 200 });
    tcp.open();
    for (let i = 0; i < 3; i++) tcp.server('ack', 5001, 1001);
    expect(t.only).toBe('432000 ESTABLISHED [ASSURED]');
    tcp.server('ack', 5001, 1001);
    expect(t.only).toBe('200 ESTABLISHED [ASSURED]');
    tcp.client('ack', 1001, 5001, { window: 0 });
    expect(t.only).toBe('200 ESTABLISHED [ASSURED]');
  });
});

test('a timeout sysctl counts from the next packet on', () => {
  const { t, tcp } = start();
  tcp.open();
  t.ns.sysctl.set('net.netfilter.nf_conntrack_tcp_timeout_established', 600);
  expect(t.only).toBe('432000 ESTABLISHED [ASSURED]');
  tcp.server('ack', 5001, 1001);
  expect(t.only).toBe('600 ESTABLISHED [ASSURED]');
});

test('when tracking starts again, windows are forgotten', () => {
  const { t, tcp } = start();
  tcp.open();
  t.ct.releaseFamily(1);
  expect(tcp.client('ack,psh', 500_000, 5001, {}, 10)).toBe('invalid');
  expect(t.lines).toHaveLength(1);
  t.ct.acquire(1);
  expect(tcp.client('ack,psh', 500_000, 5001, {}, 10)).toBe('established');
});
