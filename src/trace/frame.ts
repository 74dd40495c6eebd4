/**
 * Packets by their fields -> bytes.
 *
 * Owns the encoding of structured packets of traces: an Ethernet frame, or an IP packet for what the
 * machine itself sends. Lengths and checksums are right unless a field gives another value. Throws
 * FieldError for a value that does not fit; read.ts turns it into a Problem.
 */
import { checksum } from '../datapath/checksum.ts';
import { ipv4Bytes, ipv6Bytes, macBytes } from './address.ts';
import { FieldError } from './problem.ts';
import type { Event } from './schema.ts';

/** A wire's two ends: the device's own address and that of the station on the wire. */
export interface Wire {
  readonly address: string;
  readonly station: string;
}

/** The fields of a packet; `ip` is not the command form. */
export type PacketFields = Omit<
  Event,
  'ip' | 'link' | 'nft' | 'conntrack' | 'sysctl' | 'snapshot'
> & {
  readonly ip?: Exclude<Event['ip'], string>;
};

const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  'ipv6-icmp': 58,
  sctp: 132,
  udplite: 136,
};

const ICMP_TYPES: Readonly<Record<string, number>> = {
  'echo-reply': 0,
  'destination-unreachable': 3,
  'source-quench': 4,
  redirect: 5,
  'echo-request': 8,
  'router-advertisement': 9,
  'router-solicitation': 10,
  'time-exceeded': 11,
  'parameter-problem': 12,
  'timestamp-request': 13,
  'timestamp-reply': 14,
  'info-request': 15,
  'info-reply': 16,
  'address-mask-request': 17,
  'address-mask-reply': 18,
};

const ICMPV6_TYPES: Readonly<Record<string, number>> = {
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'mld-listener-query': 130,
  'mld-listener-report': 131,
  'mld-listener-done': 132,
  'nd-router-solicit': 133,
  'nd-router-advert': 134,
  'nd-neighbor-solicit': 135,
  'nd-neighbor-advert': 136,
  'nd-redirect': 137,
  'mld2-listener-report': 143,
};

const TCP_FLAGS: Readonly<Record<string, number>> = {
  fin: 1,
  syn: 2,
  rst: 4,
  psh: 8,
  ack: 16,
  urg: 32,
  ecn: 64,
  cwr: 128,
};

const concat = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const u16 = (n: number): Uint8Array => Uint8Array.of((n >>> 8) & 255, n & 255);
const u32 = (n: number): Uint8Array =>
  Uint8Array.of(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
const hexBytes = (hex: string | undefined): Uint8Array => Buffer.from(hex ?? '', 'hex');

function need<T>(value: T | undefined, field: string, what: string, text: unknown): T {
  if (value === undefined) throw new FieldError(field, `not ${what}: ${JSON.stringify(text)}`);
  return value;
}

const ip4 = (text: string, field: string) => need(ipv4Bytes(text), field, 'an IPv4 address', text);
const ip6 = (text: string, field: string) => need(ipv6Bytes(text), field, 'an IPv6 address', text);
const mac = (text: string, field: string) =>
  need(macBytes(text), field, 'a link-layer address', text);

/** A number, or a name out of a table. */
function named(
  table: Readonly<Record<string, number>>,
  value: string | number,
  field: string,
): number {
  return typeof value === 'number' ? value : need(table[value], field, 'a known name', value);
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 255;
}

const sum = (...parts: readonly Uint8Array[]): number => {
  const all = concat(...parts);
  return checksum(all, 0, all.length);
};

function payload(p: PacketFields): Uint8Array {
  const value = p.payload;
  if (value === undefined) return new Uint8Array(0);
  if (typeof value === 'string') return hexBytes(value);
  return new Uint8Array(value.length).fill(value.fill ?? 0);
}

function tcpFlags(flags: number | string | readonly string[] | undefined): number {
  if (typeof flags === 'number') return flags;
  const words = typeof flags === 'string' ? flags.split(/[,| ]+/).filter(Boolean) : (flags ?? []);
  return words.reduce((bits, word) => bits | named(TCP_FLAGS, word, 'tcp.flags'), 0);
}

/** The pseudo header of a transport's checksum. */
type Pseudo = (protocol: number, length: number) => Uint8Array;

/** A transport header with its payload, and its protocol number. */
interface Segment {
  readonly protocol?: number;
  readonly bytes: Uint8Array;
}

function tcp(t: NonNullable<PacketFields['tcp']>, data: Uint8Array, pseudo: Pseudo): Segment {
  const given = hexBytes(t.options);
  const options = concat(given, new Uint8Array((4 - (given.length % 4)) % 4));
  const head = concat(
    u16(t.sport),
    u16(t.dport),
    u32(t.sequence ?? 0),
    u32(t.ackseq ?? 0),
    Uint8Array.of(((5 + options.length / 4) << 4) & 255, tcpFlags(t.flags)),
    u16(t.window ?? 64240),
    u16(0),
    u16(t.urgptr ?? 0),
    options,
  );
  put16(head, 16, t.checksum ?? sum(pseudo(6, head.length + data.length), head, data));
  return { protocol: 6, bytes: concat(head, data) };
}

function datagram(
  protocol: number,
  t: NonNullable<PacketFields['udp']>,
  data: Uint8Array,
  pseudo: Pseudo,
): Segment {
  const length = 8 + data.length;
  const head = concat(u16(t.sport), u16(t.dport), u16(t.length ?? length), u16(0));
  put16(head, 6, t.checksum ?? (sum(pseudo(protocol, length), head, data) || 0xffff));
  return { protocol, bytes: concat(head, data) };
}

function icmp(t: NonNullable<PacketFields['icmp']>, data: Uint8Array): Segment {
  const type = named(ICMP_TYPES, t.type, 'icmp.type');
  // Of the queries only echo has its id and sequence written: the format is shared with recordings.
  const echo = type === 0 || type === 8;
  const rest = echo
    ? concat(u16(t.id ?? 0), u16(t.sequence ?? 0))
    : type === 5
      ? ip4(t.gateway ?? '0.0.0.0', 'icmp.gateway')
      : concat(u16(0), u16(t.mtu ?? 0));
  const head = concat(Uint8Array.of(type, t.code ?? 0), u16(0), rest);
  put16(head, 2, t.checksum ?? sum(head, data));
  return { protocol: 1, bytes: concat(head, data) };
}

function icmpv6(t: NonNullable<PacketFields['icmpv6']>, data: Uint8Array, pseudo: Pseudo): Segment {
  const type = named(ICMPV6_TYPES, t.type, 'icmpv6.type');
  const rest =
    type === 128 || type === 129
      ? concat(u16(t.id ?? 0), u16(t.sequence ?? 0))
      : u32(t.mtu ?? t['parameter-problem'] ?? 0);
  const head = concat(Uint8Array.of(type, t.code ?? 0), u16(0), rest);
  put16(head, 2, t.checksum ?? sum(pseudo(58, head.length + data.length), head, data));
  return { protocol: 58, bytes: concat(head, data) };
}

function transport(p: PacketFields, pseudo: Pseudo): Segment {
  const data = payload(p);
  if (p.tcp) return tcp(p.tcp, data, pseudo);
  if (p.udp) return datagram(17, p.udp, data, pseudo);
  if (p.udplite) return datagram(136, p.udplite, data, pseudo);
  if (p.icmp) return icmp(p.icmp, data);
  if (p.icmpv6) return icmpv6(p.icmpv6, data, pseudo);
  if (p.sctp) {
    const t = p.sctp;
    const head = concat(u16(t.sport), u16(t.dport), u32(t.vtag ?? 0), u32(t.checksum ?? 0));
    return { protocol: 132, bytes: concat(head, data) };
  }
  if (p.esp) return { protocol: 50, bytes: concat(u32(p.esp.spi), u32(p.esp.sequence ?? 0), data) };
  if (p.ah) {
    const head = concat(Uint8Array.of(p.ah.nexthdr ?? 59, 4), u16(0), u32(p.ah.spi));
    const bytes = concat(head, u32(p.ah.sequence ?? 0), new Uint8Array(12), data);
    return { protocol: 51, bytes };
  }
  return { bytes: data };
}

/** Where a fragment begins: headers count in units of 8 bytes. */
function fragmentStart(from: number | undefined, field: string): number {
  if (from !== undefined && from % 8 !== 0) throw new FieldError(field, 'not a multiple of 8');
  return from ?? 0;
}

function ipv4(p: PacketFields, ip: NonNullable<PacketFields['ip']>): Uint8Array {
  const saddr = ip4(ip.saddr, 'ip.saddr');
  const daddr = ip4(ip.daddr, 'ip.daddr');
  const segment = transport(p, (protocol, length) =>
    concat(saddr, daddr, Uint8Array.of(0, protocol), u16(length)),
  );
  const given = hexBytes(ip.options);
  const options = concat(given, new Uint8Array((4 - (given.length % 4)) % 4));
  if (options.length > 40) throw new FieldError('ip.options', 'longer than 40 bytes');
  const cut = ip.fragment;
  const from = fragmentStart(cut?.from, 'ip.fragment.from');
  const body = cut ? segment.bytes.subarray(from, cut.to ?? segment.bytes.length) : segment.bytes;
  const words = 5 + options.length / 4;
  const protocol =
    ip.protocol === undefined
      ? (segment.protocol ?? 59)
      : named(PROTOCOLS, ip.protocol, 'ip.protocol');
  const fragment = cut ? (from >> 3) | (cut.more ? 0x2000 : 0) : 0;
  const head = concat(
    Uint8Array.of(0x40 | words, ((ip.dscp ?? 0) << 2) | (ip.ecn ?? 0)),
    u16(ip.length ?? words * 4 + body.length),
    u16(ip.id ?? 0),
    u16(fragment | (ip.df ? 0x4000 : 0)),
    Uint8Array.of(ip.ttl ?? 64, protocol),
    u16(0),
    saddr,
    daddr,
    options,
  );
  put16(head, 10, ip.checksum ?? checksum(head, 0, head.length));
  return concat(head, body);
}

type Extension = NonNullable<NonNullable<PacketFields['ip6']>['extensions']>[number];

/** Puts one extension header before what follows; gives its protocol number with the bytes. */
function extend(e: Extension, next: number, body: Uint8Array): [number, Uint8Array] {
  if (e.type === 'frag') {
    const from = fragmentStart(e.from, 'ip6.extensions.from');
    const head = concat(Uint8Array.of(next, 0), u16(from | (e.more ? 1 : 0)), u32(e.id ?? 0));
    return [44, concat(head, body.subarray(from, e.to ?? body.length))];
  }
  if (e.type === 'rt') {
    const head = Uint8Array.of(next, 0, e.rtype ?? 0, e.segleft ?? 0, 0, 0, 0, 0);
    return [43, concat(head, body)];
  }
  // A PadN option fills the eight bytes of an options header.
  return [e.type === 'hbh' ? 0 : 60, concat(Uint8Array.of(next, 0, 1, 4, 0, 0, 0, 0), body)];
}

function ipv6(p: PacketFields, ip: NonNullable<PacketFields['ip6']>): Uint8Array {
  const saddr = ip6(ip.saddr, 'ip6.saddr');
  const daddr = ip6(ip.daddr, 'ip6.daddr');
  const segment = transport(p, (protocol, length) =>
    concat(saddr, daddr, u32(length), Uint8Array.of(0, 0, 0, protocol)),
  );
  let body = segment.bytes;
  let next =
    ip.nexthdr === undefined
      ? (segment.protocol ?? 59)
      : named(PROTOCOLS, ip.nexthdr, 'ip6.nexthdr');
  for (const e of [...(ip.extensions ?? [])].reverse()) [next, body] = extend(e, next, body);
  const word = (6 << 28) | ((ip.dscp ?? 0) << 22) | ((ip.ecn ?? 0) << 20) | (ip.flowlabel ?? 0);
  return concat(
    u32(word >>> 0),
    u16(ip.length ?? body.length),
    Uint8Array.of(next, ip.hoplimit ?? 64),
    saddr,
    daddr,
    body,
  );
}

function arp(a: NonNullable<PacketFields['arp']>): Uint8Array {
  return concat(
    u16(1),
    u16(0x800),
    Uint8Array.of(6, 4),
    u16(a.operation === 'reply' ? 2 : 1),
    mac(a['saddr ether'], 'arp.saddr ether'),
    ip4(a['saddr ip'], 'arp.saddr ip'),
    mac(a['daddr ether'] ?? '00:00:00:00:00:00', 'arp.daddr ether'),
    ip4(a['daddr ip'], 'arp.daddr ip'),
  );
}

/** The packet without its Ethernet header. */
export function networkPacket(p: PacketFields): Uint8Array {
  if (p.ip) return ipv4(p, p.ip);
  if (p.ip6) return ipv6(p, p.ip6);
  if (p.arp) return arp(p.arp);
  return payload(p);
}

/** Version and type, code, session and length of PPPoE, the protocol of PPP, and the packet. */
function sessionPacket(p: PacketFields, header: NonNullable<PacketFields['pppoe']>): Uint8Array {
  const packet = networkPacket(p);
  return concat(
    Uint8Array.of(0x11, header.code ?? 0),
    u16(header.session),
    u16(header.length ?? packet.length + 2),
    u16(header.protocol ?? (p.ip6 ? 0x57 : 0x21)),
    packet,
  );
}

/** The Ethernet frame; by default from the wire's station to the device. */
export function ethernetFrame(p: PacketFields, wire: Wire): Uint8Array {
  if (p.frame !== undefined) return hexBytes(p.frame);
  const own = p.pppoe ? 0x8864 : p.ip ? 0x0800 : p.ip6 ? 0x86dd : p.arp ? 0x0806 : 0x88b5;
  const type = p.ether?.type ?? own;
  const tags = Array.isArray(p.vlan) ? p.vlan : p.vlan ? [p.vlan] : [];
  return concat(
    mac(p.ether?.daddr ?? wire.address, 'ether.daddr'),
    mac(p.ether?.saddr ?? wire.station, 'ether.saddr'),
    ...tags.map((t) =>
      concat(u16(t.type ?? 0x8100), u16(((t.pcp ?? 0) << 13) | ((t.dei ?? 0) << 12) | t.id)),
    ),
    u16(type),
    p.pppoe ? sessionPacket(p, p.pppoe) : networkPacket(p),
  );
}
