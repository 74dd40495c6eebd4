/**
 * The segments that a synproxy sends: SYN,ACK to the client, SYN and ACK to the server, and the ACK
 * that opens the client's window.
 *
 * Mirrors synproxy_build_ip, synproxy_send_tcp and synproxy_send_* of nf_synproxy_core.c, for both
 * families.
 */
import { half, loadIpv6, putHalf, putWord, word } from '../address.ts';
import { fold, pseudo4, pseudo6, sumBytes } from '../checksum.ts';
import type { Netns } from '../netns.ts';
import {
  CT,
  CTINFO,
  DATA,
  END,
  ETH_P_IP,
  ETH_P_IPV6,
  FLAG_CSUM_OK,
  FLAG_LOCAL,
  FLAGS,
  HEADROOM,
  IP_CT_ESTABLISHED_REPLY,
  IP_CT_NEW,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  NONE,
  type Packet,
  PF,
  PROTOCOL,
  TH,
} from '../packet.ts';
import { ipLocalOut } from '../path/ip.ts';
import { ip6LocalOut } from '../path/ip6.ts';
import { rerouteOutput } from '../path/reroute.ts';
import { buildOptions, OPT_ECN, optionsSize, type SynproxyOptions } from './options.ts';

const IPPROTO_TCP = 6;
const IP_DF = 0x4000;
const TH_SYN = 0x02;
const TH_ACK = 0x10;
const TH_ECE = 0x40;
const TH_CWR = 0x80;

interface Segment {
  /** To the sender of the packet that it is about, or on to its receiver. */
  readonly back: boolean;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly options: SynproxyOptions;
  /** The connection that it belongs to (NONE: tracking will see), and as what. */
  readonly ct: number;
  readonly ctinfo: number;
}

/** Answers the SYN at `th` with a cookie; no data may come until the server has agreed. */
export function sendClientSynAck(
  ns: Netns,
  p: Packet,
  th: number,
  options: SynproxyOptions,
  cookie: number,
): void {
  send(ns, p, th, {
    back: true,
    seq: cookie,
    ack: word(p.b, th + 4) + 1,
    flags: TH_SYN | TH_ACK | (options.options & OPT_ECN ? TH_ECE : 0),
    window: 0,
    options,
    ct: p.m[CT]!,
    ctinfo: IP_CT_ESTABLISHED_REPLY,
  });
}

/** The acknowledgement relays the cookie to the hook that this packet passes when it leaves. */
export function sendServerSyn(
  ns: Netns,
  p: Packet,
  th: number,
  options: SynproxyOptions,
  seq: number,
  template: number,
): void {
  send(ns, p, th, {
    back: false,
    seq: seq - 1,
    ack: word(p.b, th + 8) - 1,
    flags: TH_SYN | (options.options & OPT_ECN ? TH_ECE | TH_CWR : 0),
    window: half(p.b, th + 14),
    options,
    ct: template,
    ctinfo: IP_CT_NEW,
  });
}

export function sendServerAck(
  ns: Netns,
  p: Packet,
  th: number,
  options: SynproxyOptions,
  window: number,
): void {
  send(ns, p, th, {
    back: true,
    seq: word(p.b, th + 8),
    ack: word(p.b, th + 4) + 1,
    flags: TH_ACK,
    window,
    options,
    ct: NONE,
    ctinfo: 0,
  });
}

export function sendClientAck(ns: Netns, p: Packet, th: number, options: SynproxyOptions): void {
  send(ns, p, th, {
    back: false,
    seq: word(p.b, th + 4) + 1,
    ack: word(p.b, th + 8),
    flags: TH_ACK,
    window: half(p.b, th + 14) >> options.wscale,
    options,
    ct: p.m[CT]!,
    ctinfo: IP_CT_ESTABLISHED_REPLY,
  });
}

function send(ns: Netns, p: Packet, th: number, segment: Segment): void {
  const v6 = p.m[PF] === NFPROTO_IPV6;
  const made = build(ns, p, th, segment, v6);
  if (!(v6 ? route6(ns, made) : route4(ns, made, p))) {
    ns.free(made);
    return;
  }
  if (segment.ct !== NONE) {
    made.m[CT] = segment.ct;
    made.m[CTINFO] = segment.ctinfo;
    ns.conntrack?.hold(segment.ct);
  }
  if (v6) ip6LocalOut(ns, made);
  else ipLocalOut(ns, made);
}

/** Along the route of the packet that it is about, then as its own addresses say. */
function route4(ns: Netns, made: Packet, p: Packet): boolean {
  made.dst = p.dst;
  return rerouteOutput(ns, made, NFPROTO_IPV4);
}

function route6(ns: Netns, made: Packet): boolean {
  const { b, m } = made;
  const flow = ns.outFlow6;
  flow.clear();
  flow.proto = IPPROTO_TCP;
  loadIpv6(made, m[NH]! + 8, flow.saddr);
  loadIpv6(made, m[NH]! + 24, flow.daddr);
  flow.sport = half(b, m[TH]!);
  flow.dport = half(b, m[TH]! + 2);
  const route = ns.fib6.output(flow);
  made.dst = route;
  return route.error === 0;
}

function build(ns: Netns, p: Packet, from: number, segment: Segment, v6: boolean): Packet {
  const made = ns.alloc();
  const ihl = v6 ? 40 : 20;
  const length = 20 + optionsSize(segment.options);
  made.grow(HEADROOM + ihl + length);
  const { b, m } = made;
  const at = HEADROOM;
  const th = at + ihl;
  m[NH] = m[DATA] = at;
  m[TH] = th;
  m[END] = th + length;
  m[PROTOCOL] = v6 ? ETH_P_IPV6 : ETH_P_IP;
  m[FLAGS] = FLAG_LOCAL | FLAG_CSUM_OK;
  b.fill(0, at, m[END]);
  if (v6) header6(ns, made, p, segment.back, length);
  else header4(ns, made, p, segment.back);
  putHalf(b, th, half(p.b, segment.back ? from + 2 : from));
  putHalf(b, th + 2, half(p.b, segment.back ? from : from + 2));
  putWord(b, th + 4, segment.seq | 0);
  putWord(b, th + 8, segment.ack | 0);
  b[th + 12] = (length >> 2) << 4;
  b[th + 13] = segment.flags;
  putHalf(b, th + 14, segment.window & 0xffff);
  buildOptions(b, th + 20, segment.options);
  const pseudo = v6 ? pseudo6(b, at, IPPROTO_TCP, length) : pseudo4(b, at, IPPROTO_TCP, length);
  putHalf(b, th + 16, fold(sumBytes(b, th, m[END]!, pseudo)));
  return made;
}

function header4(ns: Netns, { b, m }: Packet, p: Packet, back: boolean): void {
  const at = m[NH]!;
  const from = p.m[NH]! + 12;
  b[at] = 0x45;
  putHalf(b, at + 6, IP_DF);
  b[at + 8] = ns.ipv4.defaultTtl;
  b[at + 9] = IPPROTO_TCP;
  putWord(b, at + 12, word(p.b, back ? from + 4 : from));
  putWord(b, at + 16, word(p.b, back ? from : from + 4));
}

function header6(ns: Netns, { b, m }: Packet, p: Packet, back: boolean, length: number): void {
  const at = m[NH]!;
  const from = p.m[NH]! + 8;
  putWord(b, at, 6 << 28);
  putHalf(b, at + 4, length);
  b[at + 6] = IPPROTO_TCP;
  b[at + 7] = ns.settings.all6.hop_limit;
  b.set(p.b.subarray(from, from + 16), back ? at + 24 : at + 8);
  b.set(p.b.subarray(from + 16, from + 32), back ? at + 8 : at + 24);
}
