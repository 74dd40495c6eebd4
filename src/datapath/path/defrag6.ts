/**
 * Putting IPv6 fragments together, for conntrack and for local delivery.
 *
 * Mirrors nf_conntrack_reasm.c, nf_defrag_ipv6_hooks.c and reassembly.c.
 */
import { half, putHalf, word } from '../address.ts';
import { HZ } from '../clock.ts';
import { type HookFunction, NF_ACCEPT, NF_DROP, NF_STOLEN, OUTPUT, PREROUTING } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  CB_FLAGS,
  CB_FRAGMENTED,
  CB_NHOFF,
  CT,
  CTINFO,
  DATA,
  DEV,
  END,
  FLAG_IGNORE_DF,
  FLAGS,
  FRAG_MAX,
  HOOK,
  IIF,
  IP_CT_UNTRACKED,
  LL,
  NFPROTO_IPV6,
  NH,
  NONE,
  OIF,
  type Packet,
  PF,
  SKB_TH,
  TH,
} from '../packet.ts';
import { type DefragUser, joinFragments, zoneOf } from './defrag.ts';
import { combinedEcn, FRAG_DUP, FRAG_OK, FragmentQueue } from './defrag_queue.ts';
import {
  IPPROTO_AH,
  IPPROTO_FRAGMENT,
  IPPROTO_ICMPV6,
  IPPROTO_NONE,
  isExtension,
  skipExthdr,
  skipped,
} from './exthdrs.ts';
import {
  ICMPV6_EXC_FRAGTIME,
  ICMPV6_HDR_FIELD,
  ICMPV6_PARAMPROB,
  ICMPV6_TIME_EXCEED,
  icmp6Send,
} from './icmp6.ts';

const IP6_MF = 1;
const ICMPV6_HDR_INCOMP = 3;
const FRAG_HLEN = 8;
const PRIORITY_DEFRAG = -400;

/** What became of a fragment. */
type Outcome = 'whole' | 'queued' | 'invalid' | 'unaligned';

export class Defrag6 {
  private readonly ns: Netns;
  private readonly queues = new Map<string, FragmentQueue>();
  private users = 0;
  private readonly hook: HookFunction = (p) => defragHook6(this.ns, p);
  private readonly entry = {
    fn: this.hook,
    priority: PRIORITY_DEFRAG,
    name: 'ipv6_defrag [nf_defrag_ipv6]',
  };

  constructor(ns: Netns) {
    this.ns = ns;
  }

  /** nf_defrag_ipv6_enable. */
  enable(): void {
    if (this.users++ > 0) return;
    for (const hook of [PREROUTING, OUTPUT])
      this.ns.hooks.register({ family: NFPROTO_IPV6, hook }, this.entry);
  }

  disable(): void {
    if (this.ns.profile.defragStays || --this.users > 0) return;
    for (const hook of [PREROUTING, OUTPUT])
      this.ns.hooks.unregister({ family: NFPROTO_IPV6, hook }, this.entry);
  }

  queue(key: string, seconds: number): FragmentQueue {
    let queue = this.queues.get(key);
    if (queue === undefined) {
      const made = new FragmentQueue();
      const { clock } = this.ns;
      made.timer = clock.after(seconds * HZ, () => this.expire(key, made));
      this.queues.set(key, (queue = made));
    }
    return queue;
  }

  remove(key: string, queue: FragmentQueue): void {
    if (queue.timer !== null) this.ns.clock.cancel(queue.timer);
    if (this.queues.get(key) === queue) this.queues.delete(key);
  }

  discard(key: string, queue: FragmentQueue): void {
    this.remove(key, queue);
    for (const { packet } of queue.fragments.splice(0)) this.ns.drop(packet, 'FRAG_REASM');
  }

  /** ip6frag_expire_frag_queue: the sender hears of it if the first fragment came. */
  private expire(key: string, queue: FragmentQueue): void {
    const { ns } = this;
    this.remove(key, queue);
    const [head] = queue.fragments;
    if (head !== undefined && queue.firstIn && ns.devices.get(queue.iif) !== undefined) {
      head.packet.m[DEV] = queue.iif;
      icmp6Send(ns, head.packet, ICMPV6_TIME_EXCEED, ICMPV6_EXC_FRAGTIME, 0);
    }
    for (const { packet } of queue.fragments) ns.drop(packet, 'FRAG_REASM_TIMEOUT');
  }
}

/** ipv6_defrag. */
function defragHook6(ns: Netns, p: Packet): number {
  const { m } = p;
  if (m[CT] !== NONE && !ns.conntrack!.isTemplate(m[CT]!)) return NF_ACCEPT;
  if (m[CT] === NONE && m[CTINFO] === IP_CT_UNTRACKED) return NF_ACCEPT;
  const { [PF]: family, [HOOK]: hook, [IIF]: iif, [OIF]: oif } = m;
  const verdict = gather6(ns, p, hook === PREROUTING ? 'in' : 'out');
  if (verdict !== NF_ACCEPT) return verdict;
  m[PF] = family!;
  m[HOOK] = hook!;
  m[IIF] = iif!;
  m[OIF] = oif!;
  return NF_ACCEPT;
}

/** nf_ct_frag6_gather: NF_ACCEPT where `p` is whole, NF_STOLEN where it waits. */
export function gather6(ns: Netns, p: Packet, user: DefragUser): number {
  const { m, b } = p;
  if (half(b, m[NH]! + 4) === 0) return NF_ACCEPT;
  const place = findFragmentHeader(p);
  if (place === null || headersTruncated(p)) return NF_ACCEPT;
  if (m[END]! - place.at < FRAG_HLEN) return NF_DROP;
  const outcome = enqueue(ns, p, place.at, place.nextAt, user, ns.ipv6.conntrackFragTime);
  if (outcome === 'queued') return NF_STOLEN;
  return outcome === 'invalid' ? NF_DROP : NF_ACCEPT;
}

/** find_prev_fhdr: the fragment header and the byte that names it, as positions in `b`. */
function findFragmentHeader(p: Packet): { at: number; nextAt: number } | null {
  const { m, b } = p;
  let nextAt = m[NH]! + 6;
  let at = m[NH]! + 40;
  let next = b[nextAt]!;
  while (next !== IPPROTO_FRAGMENT) {
    if (!isExtension(next) || next === IPPROTO_NONE || m[END]! - at < 2) return null;
    const length = next === IPPROTO_AH ? (b[at + 1]! + 2) * 4 : (b[at + 1]! + 1) * 8;
    nextAt = at;
    next = b[at]!;
    at += length;
  }
  return at > m[END]! ? null : { at, nextAt };
}

/** ipv6frag_thdr_truncated: a first fragment must hold all headers (RFC 8200, 4.5). */
function headersTruncated(p: Packet): boolean {
  const { m, b } = p;
  const th = skipExthdr(b, m[NH]! + 40, m[END]!, b[m[NH]! + 6]!);
  if (th < 0 || skipped.fragOff & 0xfff8) return false;
  let length = 1;
  if (skipped.next === 6) length = 20;
  else if (skipped.next === 17 || skipped.next === IPPROTO_ICMPV6) length = 8;
  return m[END]! - th < length;
}

/** nf_ct_frag6_queue, ip6_frag_queue. 'unaligned': a fragment not of whole units of 8 bytes. */
function enqueue(
  ns: Netns,
  p: Packet,
  fh: number,
  nextAt: number,
  user: DefragUser,
  seconds: number,
): Outcome {
  const { m, b } = p;
  const at = m[NH]!;
  const scoped = b[at + 24] === 0xff || (b[at + 24] === 0xfe && (b[at + 25]! & 0xc0) === 0x80);
  const addresses = Array.from({ length: 8 }, (_, i) => word(b, at + 8 + 4 * i)).join();
  const zone = user === 'local' ? 0 : zoneOf(ns, p);
  const key = `${word(b, fh + 4)}.${addresses}.${user}.${zone}.${scoped ? m[DEV] : 0}`;
  const { defrag6 } = ns;
  const queue = defrag6.queue(key, seconds);
  const field = half(b, fh + 2);
  const offset = field & 0xfff8;
  const more = (field & IP6_MF) !== 0;
  const payload = half(b, at + 4);
  const end = offset + payload - (fh + FRAG_HLEN - at - 40);
  if (end > 65535) return 'invalid';
  if (more && end & 7) {
    defrag6.discard(key, queue);
    return 'unaligned';
  }
  if (!queue.accept(end, more) || end === offset) {
    if (user === 'local') defrag6.discard(key, queue);
    return 'invalid';
  }
  const inserted = queue.insert(p, fh + FRAG_HLEN, offset, end - offset);
  if (inserted === FRAG_DUP) {
    ns.drop(p, 'DUP_FRAG');
    return 'queued';
  }
  if (inserted !== FRAG_OK) {
    defrag6.discard(key, queue);
    return 'invalid';
  }
  m[END] = fh + FRAG_HLEN + end - offset;
  queue.iif = m[DEV]!;
  queue.ecn |= 1 << ((b[at + 1]! >> 4) & 3);
  const size = user === 'local' ? m[END]! - at : payload;
  queue.maxSize = Math.max(queue.maxSize, size);
  if (offset === 0) queue.nhoff = nextAt - at;
  if (!queue.complete) {
    p.dst = null;
    return 'queued';
  }
  defrag6.remove(key, queue);
  return reassemble6(ns, p, queue, user) ? 'whole' : 'queued';
}

/** nf_ct_frag6_reasm, ip6_frag_reasm: the fragment header goes. */
function reassemble6(ns: Netns, p: Packet, queue: FragmentQueue, user: DefragUser): boolean {
  const first = queue.fragments[0]!;
  const hlen = first.at - FRAG_HLEN - first.packet.m[NH]!;
  const ecn = combinedEcn(queue.ecn);
  if (ecn === 0xff || hlen - 40 + queue.length > 65535) {
    for (const { packet } of queue.fragments) if (packet !== p) ns.free(packet);
    ns.drop(p, 'FRAG_REASM');
    return false;
  }
  joinFragments(ns, p, queue, hlen + FRAG_HLEN);
  const { m, b } = p;
  const old = m[NH]!;
  b[old + queue.nhoff] = b[old + hlen]!;
  const headers = m[LL]! >= 0 && m[LL]! < old ? m[LL]! : old;
  b.copyWithin(headers + FRAG_HLEN, headers, old + hlen);
  if (m[LL]! >= 0) m[LL] = m[LL]! + FRAG_HLEN;
  m[NH] = old + FRAG_HLEN;
  if (m[DATA] === old) m[DATA] = m[NH]!;
  const at = m[NH]!;
  m[SKB_TH] = m[TH] = at + hlen;
  if (p.pieces !== null) p.pieces[0]! -= FRAG_HLEN;
  putHalf(b, at + 4, hlen - 40 + queue.length);
  b[at + 1] = b[at + 1]! | (ecn << 4);
  m[CB_FLAGS] = m[CB_FLAGS]! | CB_FRAGMENTED;
  if (user === 'local') {
    m[CB_NHOFF] = queue.nhoff;
    m[FRAG_MAX] = queue.maxSize;
    p.pieces = null;
  } else {
    m[FLAGS] = m[FLAGS]! | FLAG_IGNORE_DF;
    m[FRAG_MAX] = 40 + queue.maxSize;
  }
  return true;
}

/** ipv6_frag_rcv: a fragment header on the way to local protocols. false: waits, or was freed. */
export function defragHeader6(ns: Netns, p: Packet): boolean {
  const { m, b } = p;
  const fh = m[SKB_TH]!;
  const at = m[NH]!;
  const refused = (code: number, pointer: number) => {
    icmp6Send(ns, p, ICMPV6_PARAMPROB, code, pointer);
    ns.drop(p, 'IP_INHDR');
    return false;
  };
  if (m[CB_FLAGS]! & CB_FRAGMENTED || half(b, at + 4) === 0 || m[END]! - fh < FRAG_HLEN)
    return refused(ICMPV6_HDR_FIELD, fh - at);
  if ((half(b, fh + 2) & 0xfff9) === 0) {
    m[SKB_TH] = fh + FRAG_HLEN;
    m[CB_NHOFF] = fh - at;
    m[CB_FLAGS] = m[CB_FLAGS]! | CB_FRAGMENTED;
    m[FRAG_MAX] = half(b, at + 4) + 40;
    return true;
  }
  if (headersTruncated(p)) return refused(ICMPV6_HDR_INCOMP, 0);
  const place = findFragmentHeader(p);
  const nextAt = place?.nextAt ?? at + 6;
  const outcome = enqueue(ns, p, fh, nextAt, 'local', ns.ipv6.fragTime);
  if (outcome === 'unaligned') return refused(ICMPV6_HDR_FIELD, 4);
  if (outcome === 'invalid') ns.drop(p, 'FRAG_REASM');
  return outcome === 'whole';
}
