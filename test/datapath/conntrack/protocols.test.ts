/** UDP, ICMP, GRE, SCTP, DCCP and the rest: what KERNEL.md says of their trackers. */
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/datapath/checksum.ts';
import { networkPacket, type PacketFields } from '../../../src/trace/frame.ts';
import { CLIENT, SERVER, TcpPair, Tracker, udp } from './tracker.ts';

const request = udp(CLIENT, 5300, SERVER, 53);
const answer = udp(SERVER, 53, CLIENT, 5300);

/** An IPv4 packet of a protocol with these bytes behind the header. */
const raw = (saddr: string, daddr: string, protocol: number | string, hex: string): PacketFields =>
  ({ ip: { saddr, daddr, protocol }, payload: hex }) as PacketFields;

describe('UDP', () => {
  test('is a stream from the first packet that comes 2 s after the first one', () => {
    const t = new Tracker();
    t.send(request);
    t.send(answer);
    t.at(2).send(request);
    expect(t.only).toBe('30');
    t.at(2.1).send(answer);
    expect(t.only).toBe('120 [ASSURED]');
  });

  test('in 4.16 it is a stream with the first packet after the answer, for 180 s', () => {
    const t = new Tracker({}, '4.16');
    t.send(request);
    t.send(answer);
    t.send(request);
    expect(t.only).toBe('180 [ASSURED]');
  });

  test.each([
    [{ length: 200 }, 'invalid'],
    [{ length: 7 }, 'invalid'],
    [{ checksum: 0 }, 'new'],
    [{ checksum: 0x1234 }, 'invalid'],
  ])('with %j it is %s', (more, state) => {
    expect(new Tracker().send(udp(CLIENT, 1, SERVER, 2, more))).toBe(state);
  });

  test('checksum 0 passes over IPv6 too', () => {
    const fields = { ip6: { saddr: '2001:db8::1', daddr: '2001:db8::2' } };
    const packet = { ...fields, udp: { sport: 1, dport: 2, checksum: 0 } } as PacketFields;
    expect(new Tracker().send(packet)).toBe('new');
  });
});

test("UDP-Lite's checksum is verified with UDP's number, so a right one is invalid", () => {
  const packet = {
    ip: { saddr: CLIENT, daddr: SERVER },
    udplite: { sport: 1, dport: 2 },
    payload: { length: 4, fill: 97 },
  } as PacketFields;
  expect(new Tracker().send(packet)).toBe('invalid');
  expect(new Tracker({ checksum: 0 }).send(packet)).toBe('new');
});

describe('ICMP', () => {
  const echo = (type: string, saddr: string, daddr: string, id = 1): PacketFields =>
    ({ ip: { saddr, daddr }, icmp: { type, id, sequence: 1 } }) as PacketFields;

  test('a reply does not end it, more replies are established', () => {
    const t = new Tracker();
    expect(t.send(echo('echo-request', CLIENT, SERVER))).toBe('new');
    expect(t.send(echo('echo-reply', SERVER, CLIENT))).toBe('established');
    expect(t.send(echo('echo-reply', SERVER, CLIENT))).toBe('established');
    expect(t.lines).toEqual([
      'icmp     1 30 src=192.168.1.10 dst=198.51.100.20 type=8 code=0 id=1 ' +
        'src=198.51.100.20 dst=192.168.1.10 type=0 code=0 id=1 mark=0 use=1',
    ]);
  });

  test.each([
    ['echo-reply', 'invalid'],
    ['timestamp-request', 'new'],
    ['address-mask-request', 'new'],
    ['info-request', 'new'],
    ['router-solicitation', 'invalid'],
  ])('a first %s is %s', (type, state) => {
    expect(new Tracker().send(echo(type, CLIENT, SERVER))).toBe(state);
  });

  test.each([
    [128, 'new'],
    [139, 'new'],
    [129, 'invalid'],
    [135, 'untracked'],
    [143, 'untracked'],
    [137, 'invalid'],
  ])('a first ICMPv6 type %i is %s', (type, state) => {
    const packet = {
      ip6: { saddr: '2001:db8::1', daddr: '2001:db8::2' },
      icmpv6: { type },
    } as PacketFields;
    expect(new Tracker().send(packet)).toBe(state);
  });

  const error = (quoted: PacketFields, daddr: string, checksum?: number): PacketFields =>
    ({
      ip: { saddr: '203.0.113.254', daddr },
      icmp: { type: 'time-exceeded', code: 0, ...(checksum === undefined ? {} : { checksum }) },
      payload: Buffer.from(networkPacket(quoted).subarray(0, 28)).toString('hex'),
    }) as PacketFields;

  test('an error is related, turned round, and neither counted nor refreshing', () => {
    const t = new Tracker({ acct: 1 });
    t.send(request);
    const before = t.lines;
    expect(t.send(error(request, CLIENT))).toBe('related');
    expect(t.lines).toEqual(before);
  });

  test('with a wrong checksum, about nobody, or to somebody else it is invalid', () => {
    const t = new Tracker();
    t.send(request);
    expect(t.send(error(request, CLIENT, 1))).toBe('invalid');
    expect(t.send(error(udp(CLIENT, 9, SERVER, 9), CLIENT))).toBe('invalid');
    expect(t.send(error(request, '192.168.1.77'))).toBe('invalid');
  });

  test('about an untracked packet it is invalid', () => {
    const t = new Tracker();
    t.send(request, { raw: (p) => t.ct.notrack(p) });
    expect(t.send(error(request, CLIENT))).toBe('invalid');
  });
});

describe('GRE', () => {
  test('version 0 has one entry per pair of addresses, assured by the answer and one more', () => {
    const t = new Tracker();
    t.send(raw(CLIENT, SERVER, 47, '00000800'));
    t.send(raw(SERVER, CLIENT, 47, '00000800'));
    expect(t.only).toBe('30');
    t.send(raw(CLIENT, SERVER, 47, '00000800'));
    expect(t.only).toBe('180 [ASSURED]');
  });

  test('version 1 takes the call id, so the two directions are two entries', () => {
    const t = new Tracker();
    t.send(raw(CLIENT, SERVER, 47, '3001880b00040011'));
    t.send(raw(SERVER, CLIENT, 47, '3001880b00040022'));
    expect(t.lines.map((line) => /srckey=\S+ dstkey=\S+/.exec(line)?.[0])).toEqual([
      'srckey=0x0 dstkey=0x11',
      'srckey=0x0 dstkey=0x22',
    ]);
  });
});

test('other protocols are unknown, for 600 s and never assured', () => {
  const t = new Tracker();
  for (let i = 0; i < 3; i++) {
    t.send(raw(CLIENT, SERVER, 50, '0000000100000001'));
    t.send(raw(SERVER, CLIENT, 50, '0000000100000001'));
  }
  expect(t.only).toBe('600');
  expect(t.lines[0]).toMatch(/^unknown {2}50 600 src=/);
});

describe('SCTP', () => {
  /** Ports, tag and chunks, with the right CRC. */
  const sctp = (out: boolean, vtag: string, chunks: string): PacketFields => {
    const ports = out ? '9c400050' : '00509c40';
    const bytes = Buffer.from(`${ports}${vtag}00000000${chunks}`, 'hex');
    bytes.writeInt32LE(crc32c(bytes, 0, bytes.length), 8);
    const [saddr, daddr] = out ? [CLIENT, SERVER] : [SERVER, CLIENT];
    return raw(saddr, daddr, 132, bytes.toString('hex'));
  };
  const init = (type: string, tag: string) => `${type}000014${tag}0000ffff0001000100000000`;
  const NOBODY = '00000000';
  const [A, B] = ['0000000a', '0000000b'];

  const open = (t: Tracker): void => {
    t.send(sctp(true, NOBODY, init('01', A)));
    t.send(sctp(false, A, init('02', B)));
    t.send(sctp(true, B, '0a000004'));
    t.send(sctp(false, A, '0b000004'));
  };

  test('INIT to COOKIE ACK, each for its time', () => {
    const t = new Tracker();
    expect(t.send(sctp(true, NOBODY, init('01', A)))).toBe('new');
    expect(t.only).toBe('10 CLOSED [UNREPLIED]');
    t.send(sctp(false, A, init('02', B)));
    expect(t.only).toBe('3 COOKIE_WAIT');
    t.send(sctp(true, B, '0a000004'));
    expect(t.only).toBe('3 COOKIE_ECHOED');
    t.send(sctp(false, A, '0b000004'));
    expect(t.only).toBe('210 ESTABLISHED [ASSURED]');
  });

  test('ABORT closes for 10 s', () => {
    const t = new Tracker();
    open(t);
    t.send(sctp(true, B, '06000004'));
    expect(t.only).toBe('10 CLOSED [ASSURED]');
  });

  test('a wrong tag or CRC is invalid', () => {
    const t = new Tracker();
    open(t);
    expect(t.send(sctp(true, A, '00030010000000010000000000000000'))).toBe('invalid');
    const broken = sctp(true, B, '03000010000000000000ffff00000000') as { payload: string };
    broken.payload = broken.payload.replace(/.$/, '1');
    expect(t.send(broken as unknown as PacketFields)).toBe('invalid');
  });

  test('a HEARTBEAT may be first, DATA may not', () => {
    expect(new Tracker().send(sctp(true, B, '04000004'))).toBe('new');
    expect(new Tracker().send(sctp(true, B, '0003001000000001000000000000000000'))).toBe('invalid');
  });
});

describe('DCCP', () => {
  /** Type, sequence number, and what the type puts behind the header. */
  const dccp = (out: boolean, type: number, seq: number, more: string): PacketFields => {
    const head = Buffer.alloc(16);
    head.writeUInt16BE(out ? 5004 : 5001, 0);
    head.writeUInt16BE(out ? 5001 : 5004, 2);
    head[4] = (16 + more.length / 2) / 4;
    head[8] = (type << 1) | 1;
    head.writeUInt32BE(seq, 12);
    const [saddr, daddr] = out ? [CLIENT, SERVER] : [SERVER, CLIENT];
    return raw(saddr, daddr, 33, head.toString('hex') + more);
  };
  const ack = (seq: number) => `0000000000${seq.toString(16).padStart(6, '0')}`.padEnd(16, '0');

  test('Request, Response, Ack, then open', () => {
    const t = new Tracker({ checksum: 0 });
    t.send(dccp(true, 0, 1, '00000000'));
    expect(t.only).toBe('240 REQUEST [UNREPLIED]');
    t.send(dccp(false, 1, 7, '000000000000000100000000'));
    expect(t.only).toBe('480 RESPOND');
    t.send(dccp(true, 3, 2, `00000000${(7).toString(16).padStart(8, '0')}`));
    expect(t.only).toBe('480 PARTOPEN [ASSURED]');
    t.send(dccp(false, 4, 8, ack(2)));
    expect(t.only).toBe('43200 OPEN [ASSURED]');
  });

  test('a RESET that alone answers ends it at once', () => {
    const t = new Tracker({ checksum: 0 });
    t.send(dccp(true, 0, 1, '00000000'));
    t.send(dccp(false, 7, 7, '000000000000000100000000'));
    expect(t.lines).toEqual([]);
  });
});

test('TCP over IPv6 is found behind extension headers', () => {
  const t = new Tracker();
  const packet = {
    ip6: {
      saddr: '2001:db8::1',
      daddr: '2001:db8::2',
      extensions: [{ type: 'hbh' }, { type: 'dst' }],
    },
    tcp: { sport: 1, dport: 2, flags: 'syn' },
  } as PacketFields;
  expect(t.send(packet)).toBe('new');
  expect(t.lines[0]).toMatch(
    /^tcp {6}6 120 SYN_SENT src=2001:db8::1 dst=2001:db8::2 sport=1 dport=2/,
  );
});

test('an expired entry is gone for packets and listings alike', () => {
  const t = new Tracker();
  new TcpPair(t).client('syn', 1000);
  t.at(119.9);
  expect(t.lines).toHaveLength(1);
  t.at(120);
  expect(t.lines).toEqual([]);
});
