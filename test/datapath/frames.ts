/** Small IP packets with right checksums, for tests. */
import { putHalf, putWord } from '../../src/datapath/address.ts';
import { fold, ipSendCheck, pseudo4, pseudo6, sumBytes } from '../../src/datapath/checksum.ts';
import {
  DATA,
  END,
  ETH_P_IP,
  ETH_P_IPV6,
  IIF,
  LL,
  NH,
  Packet,
  PROTOCOL,
  TH,
} from '../../src/datapath/packet.ts';

export interface Ip {
  readonly protonum: number;
  readonly saddr: readonly number[];
  readonly daddr: readonly number[];
  readonly ttl?: number;
  readonly options?: readonly number[];
}

/** Where the checksum stands in a transport header, from its start; undefined: it has none. */
const CHECKSUMS: Record<number, number | undefined> = { 1: 2, 6: 16, 17: 6, 33: 6, 58: 2, 136: 6 };

/** An IPv4 or IPv6 packet (by the length of its addresses) at ingress of `iif`, MAC header pulled. */
export function ipPacket(ip: Ip, transport: readonly number[], iif = 1): Packet {
  const header =
    ip.saddr.length === 4 ? header4(ip, transport.length) : header6(ip, transport.length);
  const p = new Packet();
  p.load(Uint8Array.from([...new Array<number>(14).fill(0), ...header, ...transport]));
  const { b, m } = p;
  m[DATA] = m[NH] = m[LL]! + 14;
  m[TH] = m[NH]! + header.length;
  m[PROTOCOL] = ip.saddr.length === 4 ? ETH_P_IP : ETH_P_IPV6;
  m[IIF] = iif;
  putHalf(b, m[LL]! + 12, m[PROTOCOL]!);
  if (ip.saddr.length === 4) ipSendCheck(b, m[NH]!);
  const at = CHECKSUMS[ip.protonum];
  if (at !== undefined) putHalf(b, m[TH]! + at, 0);
  if (at !== undefined) putHalf(b, m[TH]! + at, transportSum(p, ip.protonum));
  return p;
}

/** The checksum over the transport header and its pseudo header; 0 if the one in it is right. */
export function transportSum(p: Packet, protonum: number): number {
  const { b, m } = p;
  const size = m[END]! - m[TH]!;
  const pseudo =
    m[PROTOCOL] === ETH_P_IP
      ? pseudo4(b, m[NH]!, protonum, size)
      : pseudo6(b, m[NH]!, protonum, size);
  return fold(sumBytes(b, m[TH]!, m[END]!, protonum === 1 ? 0 : pseudo));
}

/** The checksum over the IPv4 header; 0 if the one in it is right. */
export const headerSum = (p: Packet): number =>
  fold(sumBytes(p.b, p.m[NH]!, p.m[NH]! + (p.b[p.m[NH]!]! & 15) * 4));

function header4({ protonum, saddr, daddr, ttl = 64, options = [] }: Ip, size: number): number[] {
  const length = 20 + options.length;
  const bytes = new Uint8Array(length);
  bytes[0] = 0x40 | (length / 4);
  putHalf(bytes, 2, length + size);
  bytes[8] = ttl;
  bytes[9] = protonum;
  bytes.set(saddr, 12);
  bytes.set(daddr, 16);
  bytes.set(options, 20);
  return [...bytes];
}

function header6({ protonum, saddr, daddr, ttl = 64 }: Ip, size: number): number[] {
  const bytes = new Uint8Array(40);
  putWord(bytes, 0, 0x60000000);
  putHalf(bytes, 4, size);
  bytes[6] = protonum;
  bytes[7] = ttl;
  bytes.set(saddr, 8);
  bytes.set(daddr, 24);
  return [...bytes];
}

const ports = (sport: number, dport: number) => [sport >> 8, sport & 255, dport >> 8, dport & 255];

/** A TCP header with these flags, and payload; its numbers are those of a handshake. */
export const tcp = (
  sport: number,
  dport: number,
  flags = 0x10,
  payload: readonly number[] = [],
) => [
  ...ports(sport, dport),
  ...NUMBERS[flags & 0x12]!,
  ...[0x50, flags, 0xfa, 0xf0, 0, 0, 0, 0],
  ...payload,
];

/** Sequence number and acknowledgement of SYN, SYN-ACK and what comes after them. */
const NUMBERS: Record<number, readonly number[]> = {
  0: [0, 0, 3, 233, 0, 0, 0, 0],
  2: [0, 0, 3, 232, 0, 0, 0, 0],
  18: [0, 0, 19, 136, 0, 0, 3, 233],
  16: [0, 0, 3, 233, 0, 0, 19, 137],
};

export const udp = (sport: number, dport: number, payload: readonly number[] = [1, 2, 3]) => [
  ...ports(sport, dport),
  0,
  8 + payload.length,
  0,
  0,
  ...payload,
];

export const icmpEcho = (id: number, type = 8) => [type, 0, 0, 0, id >> 8, id & 255, 0, 1, 65, 66];
