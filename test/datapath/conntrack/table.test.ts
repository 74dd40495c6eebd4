/** Zones, marks, accounting, expectations, clashes, a full table, dumps: what rules see of entries. */
import { describe, expect, test } from 'vitest';
import {
  ConnCount,
  IPS_NAT_CLASH,
  type TimeoutPolicy,
} from '../../../src/datapath/conntrack/index.ts';
import { expectationLine, procLines } from '../../../src/datapath/conntrack/list/index.ts';
import { CT, type Packet } from '../../../src/datapath/packet.ts';
import type { PacketFields } from '../../../src/trace/frame.ts';
import { CLIENT, SERVER, TcpPair, Tracker, udp } from './tracker.ts';

const request = udp(CLIENT, 5300, SERVER, 53);
const answer = udp(SERVER, 53, CLIENT, 5300);

describe('entries', () => {
  test('a first packet that is dropped leaves none', () => {
    const t = new Tracker();
    t.send(request, { forward: () => false });
    expect(t.lines).toEqual([]);
    expect(t.ct.table.count).toBe(0);
  });

  test('of a few thousand are all found again, rows are used again', () => {
    const t = new Tracker();
    for (let i = 0; i < 3000; i++) t.send(udp(CLIENT, 1000 + i, SERVER, 53));
    expect(t.lines).toHaveLength(3000);
    expect(t.send(udp(SERVER, 53, CLIENT, 2500))).toBe('established');
    t.at(31);
    expect(t.lines).toEqual([]);
    expect(t.ct.table.count).toBe(0);
    expect(t.send(request)).toBe('new');
  });

  test('packets and bytes are counted where accounting was on when the entry was made', () => {
    const t = new Tracker();
    t.send(request);
    t.ct.enableAccounting();
    t.send(udp(CLIENT, 5301, SERVER, 53));
    expect(t.lines.map((line) => /packets=.*?bytes=\d+/.exec(line)?.[0])).toEqual([
      undefined,
      'packets=1 bytes=32',
    ]);
  });

  test('/proc shows one more reference, whole IPv6 addresses and the zone', () => {
    const t = new Tracker();
    t.send({
      ip6: { saddr: '2001:db8::1', daddr: '2001:db8::2' },
      udp: { sport: 1, dport: 2 },
    } as PacketFields);
    expect(procLines(t.ct)).toEqual([
      'ipv6     10 udp      17 30 src=2001:0db8:0000:0000:0000:0000:0000:0001 ' +
        'dst=2001:0db8:0000:0000:0000:0000:0000:0002 sport=1 dport=2 [UNREPLIED] ' +
        'src=2001:0db8:0000:0000:0000:0000:0000:0002 ' +
        'dst=2001:0db8:0000:0000:0000:0000:0000:0001 sport=2 dport=1 mark=0 zone=0 use=2',
    ]);
  });

  test('the collector takes what nobody asks for any more', () => {
    const t = new Tracker();
    t.send(request);
    t.at(200);
    expect(t.ct.table.count).toBe(0);
  });
});

describe('notrack and zones', () => {
  test('notrack makes untracked at once, and does nothing to what has an entry', () => {
    const t = new Tracker();
    const raw = (p: Packet) => t.ct.notrack(p);
    expect(t.send(request, { raw })).toBe('untracked');
    expect(t.lines).toEqual([]);
    expect(t.send(request, { forward: (p) => void t.ct.notrack(p) })).toBe('new');
    expect(t.lines).toHaveLength(1);
  });

  test('the same tuple lives once in each zone', () => {
    const t = new Tracker();
    const zone = (id: number) => ({ raw: (p: Packet) => t.ct.setZone(p, id, null) });
    t.send(request, zone(10));
    t.send(request, zone(20));
    expect(t.send(answer, zone(20))).toBe('established');
    expect(t.send(answer)).toBe('new');
    expect(t.lines.map((line) => /zone=\d+/.exec(line)?.[0])).toEqual([
      'zone=10',
      'zone=20',
      undefined,
    ]);
  });

  test('a zone of the original direction leaves the reply in zone 0', () => {
    const t = new Tracker();
    t.send(request, { raw: (p) => t.ct.setZone(p, 30, 0) });
    expect(t.send(answer)).toBe('established');
    expect(t.lines[0]).toMatch(/dport=53 zone-orig=30 src=/);
    const row = t.ct.table.first;
    expect([t.ct.zoneId(row, null), t.ct.zoneId(row, 0), t.ct.zoneId(row, 1)]).toEqual([30, 30, 0]);
  });

  test('an unused template holds no place in the table', () => {
    const t = new Tracker();
    t.send(request, { raw: (p) => t.ct.setZone(p, 10, null), forward: () => false });
    expect(t.ct.table.count).toBe(0);
  });
});

describe('marks and labels', () => {
  test('a mark set on a first packet stays', () => {
    const t = new Tracker();
    t.send(request, { forward: (p) => void t.ct.setMark(p, 0xffffffff) });
    expect(t.lines[0]).toMatch(/mark=4294967295 use=1$/);
  });

  test('an untracked packet takes no mark', () => {
    const t = new Tracker();
    t.send(request, { raw: (p) => t.ct.notrack(p), forward: (p) => void t.ct.setMark(p, 1) });
    expect(t.lines).toEqual([]);
  });

  test('only entries made while somebody sets labels have room for them', () => {
    const t = new Tracker();
    const label = { forward: (p: Packet) => void t.ct.setLabels(p, [8, 0, 0, 0]) };
    t.send(request, label);
    expect(t.ct.labels.size).toBe(0);
    t.ct.labelUsers++;
    t.send(udp(CLIENT, 1, SERVER, 2), label);
    t.send(udp(CLIENT, 1, SERVER, 2), { forward: (p) => void t.ct.setLabels(p, [1, 0, 0, 0]) });
    expect([...t.ct.labels.values()].map((words) => [...words])).toEqual([[9, 0, 0, 0]]);
  });
});

describe('timeout policies', () => {
  const policy = (t: Tracker, seconds: Record<string, number>): TimeoutPolicy =>
    t.ct.timeoutPolicy(17, new Map(Object.entries(seconds)))!;
  const set = (t: Tracker, p: Packet, timeouts: TimeoutPolicy): void => {
    p.m[5] = 17;
    t.ct.setTimeoutPolicy(p, timeouts);
  };

  test('stay with the connection until their object goes', () => {
    const t = new Tracker();
    const timeouts = policy(t, { unreplied: 5 });
    t.send(request, { forward: (p) => void set(t, p, timeouts) });
    expect(t.only).toBe('5 [UNREPLIED]');
    t.send(answer);
    expect(t.only).toBe('5');
    t.ct.forgetTimeoutPolicy(timeouts);
    t.send(answer);
    expect(t.only).toBe('30');
  });

  test('work on first packets only, and only of their protocol', () => {
    const t = new Tracker();
    const timeouts = policy(t, { unreplied: 5, replied: 7 });
    t.send(request);
    t.send(request, { forward: (p) => void set(t, p, timeouts) });
    expect(t.only).toBe('30 [UNREPLIED]');
    expect(t.ct.timeoutPolicy(99, new Map())).toBeUndefined();
  });
});

describe('expectations', () => {
  const policy = { l3num: 2, protonum: 17, dport: 5555, timeout: 1000, size: 2 };

  test('expect a connection to the sender, which is related and counts on its master', () => {
    const t = new Tracker();
    const outcomes: string[] = [];
    t.send(request, { forward: (p) => void outcomes.push(t.ct.expect(p, policy)) });
    expect(outcomes).toEqual(['done']);
    expect(t.ct.expectations.list().map((exp) => expectationLine(t.ct, exp))).toEqual([
      '1000 proto=17 src=198.51.100.20 dst=192.168.1.10 sport=0 dport=5555 ' +
        'mask-src=255.255.255.255 mask-dst=255.255.255.255 sport=0 dport=65535 ' +
        'master-src=192.168.1.10 master-dst=198.51.100.20 sport=5300 dport=53 class=0',
    ]);
    expect(t.send(udp(SERVER, 99, CLIENT, 5555))).toBe('related');
    expect(t.ct.expectations.count).toBe(0);
    expect(t.lines[0]).toMatch(/use=2$/);
  });

  test('the same one of another connection drops its packet while the first waits', () => {
    const t = new Tracker();
    t.send(request, { forward: (p) => void t.ct.expect(p, policy) });
    const outcomes: string[] = [];
    const again = { forward: (p: Packet) => void outcomes.push(t.ct.expect(p, policy)) };
    t.send(udp(CLIENT, 5301, SERVER, 53), again);
    expect(outcomes).toEqual(['drop']);
  });

  test('are not made for a confirmed connection', () => {
    const t = new Tracker();
    t.send(request);
    const outcomes: string[] = [];
    t.send(request, { forward: (p) => void outcomes.push(t.ct.expect(p, policy)) });
    expect(outcomes).toEqual(['break']);
  });

  test.each([
    ['6.1', 1000, 'new'],
    ['6.12', 1000, 'related'],
    ['6.12', 1017, 'new'],
  ])('in %s after %i s it is %s: by the jiffy or by the timer wheel', (release, at, state) => {
    const t = new Tracker({ udp_timeout: 5000 }, release);
    t.send(request, { forward: (p) => void t.ct.expect(p, policy) });
    t.at(at);
    expect(t.send(udp(SERVER, 99, CLIENT, 5555))).toBe(state);
  });
});

describe('helpers', () => {
  const ftp = { forward: (t: Tracker) => (p: Packet) => void t.ct.setHelper(p, 'ftp', 6, [2]) };
  const line = (text: string) => ({
    payload: Buffer.from(`${text}\r\n`, 'latin1').toString('hex'),
  });
  const say = (t: Tracker, seq: number, text: string, ack = 5001): string =>
    t.send({
      ip: { saddr: CLIENT, daddr: SERVER },
      tcp: { sport: 40000, dport: 80, flags: 'ack,psh', sequence: seq, ackseq: ack, window: 64240 },
      ...line(text),
    } as PacketFields);

  function session(): Tracker {
    const t = new Tracker();
    t.send(
      {
        ip: { saddr: CLIENT, daddr: SERVER },
        tcp: { sport: 40000, dport: 80, flags: 'syn', sequence: 1000, window: 64240 },
      } as PacketFields,
      { forward: ftp.forward(t) },
    );
    const tcp = new TcpPair(t);
    tcp.server('syn,ack', 5000, 1001);
    tcp.client('ack', 1001, 5001);
    return t;
  }

  test('ftp does not read the first line of a side', () => {
    const t = session();
    say(t, 1001, 'PORT 192,168,1,10,4,1');
    expect(t.ct.expectations.count).toBe(0);
    say(t, 1024, 'PORT 192,168,1,10,4,1');
    expect(t.ct.expectations.list().map((exp) => expectationLine(t.ct, exp))).toEqual([
      expect.stringMatching(
        /^300 proto=6 src=198\.51\.100\.20 dst=192\.168\.1\.10 sport=0 dport=1025 .*class=0 helper=ftp$/,
      ),
    ]);
    expect(t.lines[0]).toMatch(/mark=0 helper=ftp use=1$/);
  });

  test('ftp opens nothing for an address that is not the own', () => {
    const t = session();
    say(t, 1001, 'USER x');
    expect(say(t, 1009, 'PORT 192,168,1,11,4,1')).toBe('established');
    expect(t.ct.expectations.count).toBe(0);
  });

  test('ftp drops half a command', () => {
    const t = session();
    say(t, 1001, 'USER x');
    const half = Buffer.from('PORT 192,168').toString('hex');
    const packet = {
      ip: { saddr: CLIENT, daddr: SERVER },
      tcp: { sport: 40000, dport: 80, flags: 'ack,psh', sequence: 1009, ackseq: 5001 },
      payload: half,
    } as PacketFields;
    expect(t.send(packet)).toBe('dropped');
  });

  test('tftp expects the answer from another port', () => {
    const t = new Tracker();
    const read = { ...udp(CLIENT, 2000, SERVER, 69), payload: '00016100' } as PacketFields;
    t.send(read, { forward: (p) => void t.ct.setHelper(p, 'tftp', 17, [2]) });
    expect(t.send(udp(SERVER, 32000, CLIENT, 2000))).toBe('related');
  });
});

describe('a clash at confirm', () => {
  /** Two first packets of the same flow at once: the second meets the entry of the first. */
  function twice(t: Tracker, packet: PacketFields): string {
    return t.send(packet, {
      forward: () => {
        t.send(packet);
        return true;
      },
    });
  }

  test('of UDP goes over to the entry that came first', () => {
    const t = new Tracker({ acct: 1 });
    expect(twice(t, request)).toBe('new');
    expect(t.lines).toHaveLength(1);
    expect(t.lines[0]).toMatch(/packets=2 bytes=64/);
    expect(t.ct.stats.clashResolve).toBe(1);
  });

  test('of TCP drops', () => {
    const t = new Tracker();
    const syn = {
      ip: { saddr: CLIENT, daddr: SERVER },
      tcp: { sport: 1, dport: 2, flags: 'syn' },
    } as PacketFields;
    expect(twice(t, syn)).toBe('dropped');
    expect(t.ct.stats.insertFailed).toBe(1);
  });

  test('of differently translated flows keeps the reply for a second, unseen', () => {
    const t = new Tracker();
    const reply = t.ct.table.tuples.slice(0, 10);
    t.send(request, {
      forward: (p) => {
        t.send(request);
        t.ct.table.status[t.ct.table.first]! |= 1 << 7;
        t.ct.getTuple(p.m[CT]!, 1, reply);
        reply[8] = (53 << 16) | 7777;
        t.ct.alterReply(p.m[CT]!, reply);
        return true;
      },
    });
    expect(t.lines).toHaveLength(1);
    expect(t.send(udp(SERVER, 53, CLIENT, 7777))).toBe('established');
    const clashing = t.ct.rows().filter((row) => t.ct.table.status[row]! & IPS_NAT_CLASH);
    expect(clashing).toHaveLength(1);
    t.at(1);
    expect(t.ct.rows()).toHaveLength(1);
  });
});

describe('a full table', () => {
  test('drops what would need one more entry, also TCP of impossible flags; others go on', () => {
    const t = new Tracker({ max: 2 });
    t.send(request);
    t.send(udp(CLIENT, 5301, SERVER, 53));
    expect(t.send(udp(CLIENT, 5302, SERVER, 53))).toBe('dropped');
    expect(new TcpPair(t).client('syn,fin', 1)).toBe('dropped');
    expect(t.send(answer)).toBe('established');
    expect(t.send(udp(CLIENT, 1, SERVER, 2), { raw: (p) => t.ct.notrack(p) })).toBe('untracked');
    t.ct.kill(t.ct.table.first);
    expect(t.send(udp(CLIENT, 5302, SERVER, 53))).toBe('new');
  });

  test('drops an unassured entry near the new one where its hash is as small', () => {
    const t = new Tracker({ max: 2, buckets: 8 });
    t.send(request);
    t.send(udp(CLIENT, 5301, SERVER, 53));
    expect(t.send(udp(CLIENT, 5302, SERVER, 53))).toBe('new');
    expect(t.ct.stats.earlyDrop).toBeGreaterThan(0);
  });
});

test('ct count counts what still exists and is not closed', () => {
  const t = new Tracker();
  const connections = new ConnCount(t.ct);
  const counts: number[] = [];
  const count = { forward: (p: Packet) => void counts.push(connections.count(p)) };
  for (const sport of [1, 2, 3]) t.send(udp(CLIENT, sport, SERVER, 53), count);
  t.at(1).send(udp(CLIENT, 2, SERVER, 53), count);
  t.at(40).send(udp(CLIENT, 4, SERVER, 53), count);
  expect(counts).toEqual([1, 2, 3, 3, 1]);
});

test('a dump is taken up as it was', () => {
  const t = new Tracker({ acct: 1, timestamp: 1 });
  new TcpPair(t).open();
  t.send(request, {
    forward: (p) =>
      void t.ct.expect(p, { l3num: 2, protonum: 17, dport: 5555, timeout: 1000, size: 2 }),
  });
  t.send(udp(SERVER, 99, CLIENT, 5555));
  t.at(7);
  const dump = JSON.parse(JSON.stringify(t.ct.dump()));
  const other = new Tracker({ acct: 1, timestamp: 1 });
  other.at(7);
  expect(other.ct.restore(dump)).toBe(true);
  expect(other.lines).toEqual(t.lines);
  expect(procLines(other.ct)).toEqual(procLines(t.ct));
  expect(other.send(answer)).toBe('established');
  expect(new TcpPair(other).client('ack', 1001, 5001)).toBe('established');
  expect(other.ct.restore({ ...dump, version: 99 })).toBe(false);
});
