import { describe, expect, it } from 'vitest';
import { half, putHalf } from '../../../src/datapath/address.ts';
import { crc32c } from '../../../src/datapath/checksum.ts';
import {
  newTuple,
  setTuplePorts,
  TUPLE_DST,
  TUPLE_PROTO,
  TUPLE_SRC,
} from '../../../src/datapath/conntrack/index.ts';
import { manipPacket } from '../../../src/datapath/nat/manip.ts';
import { NF_NAT_MANIP_DST, NF_NAT_MANIP_SRC } from '../../../src/datapath/nat/range.ts';
import { END, NH, TH } from '../../../src/datapath/packet.ts';
import { headerSum, icmpEcho, ipPacket, tcp, transportSum, udp } from '../frames.ts';

const V4 = { saddr: [192, 168, 1, 2], daddr: [198, 51, 100, 10] };
const V6 = {
  saddr: [0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  daddr: [0x20, 1, 0xd, 0xb8, 0xca, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10],
};

/** Target 203.0.113.2:40001 -> 10.0.0.9:8080, or the same with IPv6 addresses. */
function target(protonum: number, l3num = 2) {
  const t = newTuple();
  if (l3num === 2) {
    t[TUPLE_SRC] = 0xcb007102;
    t[TUPLE_DST] = 0x0a000009;
  } else {
    t.set([0x20010db8, 0xff0000, 0, 2], TUPLE_SRC);
    t.set([0xfd000000, 0, 0, 9], TUPLE_DST);
  }
  setTuplePorts(t, 40001, 8080);
  t[TUPLE_PROTO] = (l3num << 8) | protonum;
  return t;
}

describe('packets rewritten by their connection', () => {
  it.each([
    ['TCP', 6, tcp(1234, 80)],
    ['UDP', 17, udp(1234, 53)],
    ['UDP-Lite', 136, udp(1234, 53)],
    ['DCCP', 33, [...udp(1234, 80, []), 0, 0, 0, 0, 0, 0, 0, 0]],
  ])('%s: address, port and both checksums', (_name, protonum, transport) => {
    const p = ipPacket({ ...V4, protonum }, transport);
    expect(manipPacket(p, p.m[NH]!, target(protonum), NF_NAT_MANIP_SRC)).toBe(true);
    expect([...p.b.subarray(p.m[NH]! + 12, p.m[NH]! + 16)]).toEqual([203, 0, 113, 2]);
    expect(half(p.b, p.m[TH]!)).toBe(40001);
    expect([headerSum(p), transportSum(p, protonum)]).toEqual([0, 0]);
    expect(manipPacket(p, p.m[NH]!, target(protonum), NF_NAT_MANIP_DST)).toBe(true);
    expect(half(p.b, p.m[TH]! + 2)).toBe(8080);
    expect([headerSum(p), transportSum(p, protonum)]).toEqual([0, 0]);
  });

  it.each([
    ['TCP', 6, tcp(1234, 80)],
    ['UDP', 17, udp(1234, 53)],
    ['ICMPv6', 58, icmpEcho(7, 128)],
  ])('%s over IPv6', (_name, protonum, transport) => {
    const p = ipPacket({ ...V6, protonum }, transport);
    expect(manipPacket(p, p.m[NH]!, target(protonum, 10), NF_NAT_MANIP_SRC)).toBe(true);
    expect(transportSum(p, protonum)).toBe(0);
    expect(p.b[p.m[NH]! + 23]).toBe(2);
  });

  it('a UDP checksum of zero stays zero', () => {
    const p = ipPacket({ ...V4, protonum: 17 }, udp(1234, 53));
    putHalf(p.b, p.m[TH]! + 6, 0);
    manipPacket(p, p.m[NH]!, target(17), NF_NAT_MANIP_SRC);
    expect(half(p.b, p.m[TH]! + 6)).toBe(0);
  });

  it('a wrong TCP checksum stays wrong by the same amount', () => {
    const p = ipPacket({ ...V4, protonum: 6 }, tcp(1234, 80));
    putHalf(p.b, p.m[TH]! + 16, half(p.b, p.m[TH]! + 16) ^ 0x0100);
    const wrong = transportSum(p, 6);
    manipPacket(p, p.m[NH]!, target(6), NF_NAT_MANIP_SRC);
    expect(transportSum(p, 6)).toBe(wrong);
  });

  it('the ICMP identifier is the port', () => {
    const p = ipPacket({ ...V4, protonum: 1 }, icmpEcho(7));
    manipPacket(p, p.m[NH]!, target(1), NF_NAT_MANIP_SRC);
    expect(half(p.b, p.m[TH]! + 4)).toBe(40001);
    expect(transportSum(p, 1)).toBe(0);
  });

  it('SCTP gets a new CRC32c', () => {
    const p = ipPacket({ ...V4, protonum: 132 }, [...tcp(1234, 80).slice(0, 12), 1, 0, 0, 4]);
    manipPacket(p, p.m[NH]!, target(132), NF_NAT_MANIP_SRC);
    const at = p.m[TH]!;
    const crc = p.b[at + 8]! | (p.b[at + 9]! << 8) | (p.b[at + 10]! << 16) | (p.b[at + 11]! << 24);
    expect(crc).toBe(crc32c(p.b, at, p.m[END]!));
  });

  it('GRE version 1 has a call id, version 0 only addresses', () => {
    const gre = (version: number) => [0x20, version, 0x88, 0x0b, 0, 4, 0, 7];
    const call = ipPacket({ ...V4, protonum: 47 }, gre(1));
    manipPacket(call, call.m[NH]!, target(47), NF_NAT_MANIP_DST);
    expect(half(call.b, call.m[TH]! + 6)).toBe(8080);
    const plain = ipPacket({ ...V4, protonum: 47 }, gre(0));
    manipPacket(plain, plain.m[NH]!, target(47), NF_NAT_MANIP_DST);
    expect(half(plain.b, plain.m[TH]! + 6)).toBe(7);
    expect(plain.b[plain.m[NH]! + 19]).toBe(9);
  });

  it('only addresses of protocols it does not know', () => {
    const p = ipPacket({ ...V4, protonum: 50 }, [1, 2, 3, 4]);
    expect(manipPacket(p, p.m[NH]!, target(50), NF_NAT_MANIP_SRC)).toBe(true);
    expect([...p.b.subarray(p.m[TH]!, p.m[END]!)]).toEqual([1, 2, 3, 4]);
    expect(headerSum(p)).toBe(0);
  });

  it('refuses headers that are cut off', () => {
    const p = ipPacket({ ...V4, protonum: 6 }, tcp(1234, 80));
    p.m[END] = p.m[TH]! + 6;
    expect(manipPacket(p, p.m[NH]!, target(6), NF_NAT_MANIP_SRC)).toBe(false);
  });
});
