/**
 * IPv4 options: checked and noted on receipt, filled in on the way.
 *
 * Mirrors ip_options.c. Offsets kept in Packet.opt count from the IP header.
 */
import { putWord, word } from '../address.ts';
import { ipSendCheck } from '../checksum.ts';
import type { Device } from '../device.ts';
import { SCOPE_UNIVERSE } from '../device.ts';
import { RTN_LOCAL, RTN_UNICAST } from '../fib.ts';
import type { Netns } from '../netns.ts';
import { DEV, type IpOptions, MARK, NH, PACKET_HOST, type Packet, PKTTYPE } from '../packet.ts';
import { ICMP_PARAMETERPROB, icmpSend } from './icmp.ts';

export const IPOPT_END = 0;
export const IPOPT_NOOP = 1;
export const IPOPT_RR = 7;
export const IPOPT_TIMESTAMP = 68;
export const IPOPT_LSRR = 131;
export const IPOPT_SSRR = 137;
export const IPOPT_CIPSO = 134;
export const IPOPT_RA = 148;
const IPOPT_COPY = 0x80;

const TS_TSONLY = 0;
const TS_TSANDADDR = 1;
export const TS_PRESPEC = 3;

/** Where the machine's view of a packet's options comes from; null: only look, write nothing. */
export interface OptionsContext {
  /** fib_compute_spec_dst: the address to record. */
  address(): number;
  isUnicast(address: number): boolean;
  /** inet_current_timestamp: ms since midnight UT. */
  readonly milliseconds: number;
}

/**
 * __ip_options_compile: walks the options at `at` (first option byte). Returns 0, or the offset from
 * the header of what is wrong.
 */
function compileOptions(
  b: Uint8Array,
  header: number,
  opt: IpOptions,
  context: OptionsContext,
): number {
  let at = header + 20;
  let left = opt.optlen;
  while (left > 0) {
    const kind = b[at]!;
    if (kind === IPOPT_END) {
      for (at++, left--; left > 0; at++, left--)
        if (b[at] !== IPOPT_END) {
          b[at] = IPOPT_END;
          opt.isChanged = true;
        }
      return 0;
    }
    if (kind === IPOPT_NOOP) {
      at++;
      left--;
      continue;
    }
    if (left < 2) return at - header;
    const length = b[at + 1]!;
    if (length < 2 || length > left) return at - header;
    const bad = compileOne(b, header, at, length, opt, context);
    if (bad !== 0) return bad - header;
    at += length;
    left -= length;
  }
  return 0;
}

/** One option; 0, or the position of what is wrong. */
function compileOne(
  b: Uint8Array,
  header: number,
  at: number,
  length: number,
  opt: IpOptions,
  context: OptionsContext,
): number {
  switch (b[at]) {
    case IPOPT_SSRR:
    case IPOPT_LSRR:
      if (length < 3) return at + 1;
      if (b[at + 2]! < 4) return at + 2;
      if (opt.srr !== 0) return at;
      opt.isStrictroute = b[at] === IPOPT_SSRR;
      opt.srr = at - header;
      return 0;
    case IPOPT_RR:
      return compileRecordRoute(b, header, at, length, opt, context);
    case IPOPT_TIMESTAMP:
      return compileTimestamp(b, header, at, length, opt, context);
    case IPOPT_RA:
      if (length < 4) return at + 1;
      if (b[at + 2] === 0 && b[at + 3] === 0) opt.routerAlert = at - header;
      return 0;
    case IPOPT_CIPSO:
      // no domain of interpretation is known: refused at its length or its DOI (cipso_v4_validate)
      if (opt.cipso !== 0) return at;
      opt.cipso = at - header;
      return at + (length < 8 ? 1 : 2);
    default:
      return 0;
  }
}

function compileRecordRoute(
  b: Uint8Array,
  header: number,
  at: number,
  length: number,
  opt: IpOptions,
  context: OptionsContext,
): number {
  if (opt.rr !== 0) return at;
  if (length < 3) return at + 1;
  const pointer = b[at + 2]!;
  if (pointer < 4) return at + 2;
  if (pointer <= length) {
    if (pointer + 3 > length) return at + 2;
    putWord(b, at + pointer - 1, context.address());
    opt.isChanged = true;
    b[at + 2] = pointer + 4;
    opt.rrNeedaddr = true;
  }
  opt.rr = at - header;
  return 0;
}

function compileTimestamp(
  b: Uint8Array,
  header: number,
  at: number,
  length: number,
  opt: IpOptions,
  context: OptionsContext,
): number {
  if (opt.ts !== 0) return at;
  if (length < 4) return at + 1;
  const pointer = b[at + 2]!;
  if (pointer < 5) return at + 2;
  const bad =
    pointer > length ? countOverflow(b, at, opt) : stampTime(b, at, pointer, length, opt, context);
  if (bad === 0) opt.ts = at - header;
  return bad;
}

/** No room for one more stamp: counts it, in four bits. */
function countOverflow(b: Uint8Array, at: number, opt: IpOptions): number {
  const kind = b[at + 3]! & 15;
  if (kind === TS_PRESPEC) return 0;
  const overflow = b[at + 3]! >> 4;
  if (overflow === 15) return at + 3;
  b[at + 3] = kind | ((overflow + 1) << 4);
  opt.isChanged = true;
  return 0;
}

function stampTime(
  b: Uint8Array,
  at: number,
  pointer: number,
  length: number,
  opt: IpOptions,
  context: OptionsContext,
): number {
  const kind = b[at + 3]! & 15;
  if (pointer + 3 > length) return at + 2;
  let time = -1;
  if (kind === TS_TSONLY) {
    time = at + pointer - 1;
    opt.tsNeedtime = true;
    b[at + 2] = pointer + 4;
  } else if (kind === TS_TSANDADDR) {
    if (pointer + 7 > length) return at + 2;
    putWord(b, at + pointer - 1, context.address());
    time = at + pointer + 3;
    opt.tsNeedaddr = opt.tsNeedtime = true;
    b[at + 2] = pointer + 8;
  } else if (kind === TS_PRESPEC) {
    if (pointer + 7 > length) return at + 2;
    if (context.isUnicast(word(b, at + pointer - 1))) return 0;
    time = at + pointer + 3;
    opt.tsNeedtime = true;
    b[at + 2] = pointer + 8;
  }
  if (time >= 0) {
    putWord(b, time, context.milliseconds);
    opt.isChanged = true;
  }
  return 0;
}

/** inet_current_timestamp: ms since midnight UT, the run's beginning. */
export const currentTimestamp = (ns: Netns): number => Math.floor(ns.clock.now / 1000) % 86_400_000;

/** ip_rcv_options: false: a bad or refused option, and the packet is freed. */
export function receiveOptions(ns: Netns, p: Packet, device: Device): boolean {
  const { m, b, opt } = p;
  const header = m[NH]!;
  opt.clear();
  opt.optlen = (b[header]! & 15) * 4 - 20;
  const bad = compileOptions(b, header, opt, contextOf(ns, p, device));
  if (bad !== 0) {
    icmpSend(ns, p, ICMP_PARAMETERPROB, 0, bad << 24);
    ns.drop(p, 'IP_INHDR');
    return false;
  }
  if (opt.srr === 0) return true;
  const allowed =
    device.ipv4.accept_source_route !== 0 && ns.settings.all4.accept_source_route !== 0;
  if (allowed && receiveSourceRoute(ns, p, device)) return true;
  ns.drop(p, 'IP_INHDR');
  return false;
}

function contextOf(ns: Netns, p: Packet, device: Device): OptionsContext {
  const { m, b } = p;
  const at = m[NH]!;
  return {
    address: () =>
      ns.fib4.specificDestination(
        p.dst,
        word(b, at + 16),
        word(b, at + 12),
        b[at + 1]!,
        m[MARK]!,
        device,
      ),
    isUnicast: (address) => ns.fib4.addressType(address) === RTN_UNICAST,
    milliseconds: currentTimestamp(ns),
  };
}

/** ip_options_rcv_srr: the next hop of a source route that ends here. */
function receiveSourceRoute(ns: Netns, p: Packet, device: Device): boolean {
  const { m, b, opt } = p;
  const header = m[NH]!;
  const at = header + opt.srr;
  if (m[PKTTYPE] !== PACKET_HOST) return false;
  if (p.dst!.type === RTN_UNICAST) {
    if (!opt.isStrictroute) return true;
    icmpSend(ns, p, ICMP_PARAMETERPROB, 0, 16 << 24);
    return false;
  }
  if (p.dst!.type !== RTN_LOCAL) return false;
  const space = b[at + 1]!;
  let pointer = b[at + 2]!;
  let nexthop = 0;
  for (; pointer <= space; pointer += 4) {
    if (pointer + 3 > space) {
      icmpSend(ns, p, ICMP_PARAMETERPROB, 0, (opt.srr + 2) << 24);
      return false;
    }
    nexthop = word(b, at + pointer - 1);
    const tos = b[header + 1]! & 0x1c;
    const route = ns.fib4.input(nexthop, word(b, header + 12), tos, m[MARK]!, device);
    if (route === null || (route.type !== RTN_UNICAST && route.type !== RTN_LOCAL)) return false;
    p.dst = route;
    if (route.type !== RTN_LOCAL) break;
    putWord(b, header + 16, nexthop);
    opt.isChanged = true;
  }
  if (pointer <= space) {
    opt.srrIsHit = opt.isChanged = true;
    opt.nexthop = nexthop;
  }
  return true;
}

/** ip_rt_get_source: the address of ours that faces where the packet goes. */
function sourceTowards(ns: Netns, p: Packet): number {
  const { m, b } = p;
  const at = m[NH]!;
  const route = p.dst!;
  if (!route.isInput) return word(b, at + 12);
  const { flow } = ns.fib4;
  flow.clear();
  flow.daddr[0] = word(b, at + 16);
  flow.saddr[0] = word(b, at + 12);
  flow.tos = b[at + 1]! & 0x1c;
  flow.oif = route.dev;
  flow.iif = m[DEV]!;
  flow.mark = m[MARK]!;
  if (ns.fib4.lookup(flow) === 0) return ns.fib4.prefsrc(ns.fib4.result!);
  const hop = route.gateway !== null && !route.gateway6 ? route.gateway[0]! : word(b, at + 16);
  return ns.fib4.selectAddress(ns.devices.get(route.dev)!, hop, SCOPE_UNIVERSE);
}

/** ip_forward_options: addresses that are known only once the packet leaves. */
export function forwardOptions(ns: Netns, p: Packet): void {
  const { m, b, opt } = p;
  const header = m[NH]!;
  if (opt.rrNeedaddr) {
    const at = header + opt.rr;
    putWord(b, at + b[at + 2]! - 5, sourceTowards(ns, p));
    opt.isChanged = true;
  }
  if (opt.srrIsHit) forwardSourceRoute(ns, p, header);
  if (opt.isChanged) {
    opt.isChanged = false;
    ipSendCheck(b, header);
  }
}

function forwardSourceRoute(ns: Netns, p: Packet, header: number): void {
  const { b, opt } = p;
  const at = header + opt.srr;
  const space = b[at + 1]!;
  let pointer = b[at + 2]!;
  while (pointer + 3 <= space && word(b, at + pointer - 1) !== opt.nexthop) pointer += 4;
  if (pointer + 3 <= space) {
    opt.isChanged = true;
    putWord(b, header + 16, opt.nexthop);
    putWord(b, at + pointer - 1, sourceTowards(ns, p));
    b[at + 2] = pointer + 4;
  }
  if (opt.tsNeedaddr) {
    const ts = header + opt.ts;
    putWord(b, ts + b[ts + 2]! - 9, sourceTowards(ns, p));
    opt.isChanged = true;
  }
}

/** ip_options_fragment: later fragments carry only the options that say so. */
export function optionsFragment(p: Packet): void {
  const { m, b, opt } = p;
  let at = m[NH]! + 20;
  let left = opt.optlen;
  while (left > 0) {
    const kind = b[at]!;
    if (kind === IPOPT_END) return;
    if (kind === IPOPT_NOOP) {
      left--;
      at++;
      continue;
    }
    const length = b[at + 1]!;
    if (length < 2 || length > left) return;
    if ((kind & IPOPT_COPY) === 0) b.fill(IPOPT_NOOP, at, at + length);
    left -= length;
    at += length;
  }
  opt.ts = opt.rr = 0;
  opt.rrNeedaddr = opt.tsNeedaddr = opt.tsNeedtime = false;
}
