/**
 * Putting IPv4 fragments together, for conntrack and for local delivery.
 *
 * Mirrors ip_fragment.c and nf_defrag_ipv4.c.
 */
import { half, putHalf, word } from '../address.ts';
import { ipSendCheck } from '../checksum.ts';
import { HZ } from '../clock.ts';
import { RTN_LOCAL } from '../fib.ts';
import { type HookFunction, NF_ACCEPT, NF_STOLEN, OUTPUT, PREROUTING } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  CB_FLAGS,
  CB_FRAG_PMTU,
  CT,
  CTINFO,
  DATA,
  DEV,
  END,
  EVENT,
  FLAG_IGNORE_DF,
  FLAGS,
  FRAG_MAX,
  HOOK,
  IIF,
  IP_CT_ESTABLISHED_REPLY,
  IP_CT_UNTRACKED,
  NFPROTO_IPV4,
  NH,
  NONE,
  OIF,
  type Packet,
  PF,
  TH,
} from '../packet.ts';
import { combinedEcn, FRAG_DUP, FRAG_OK, FragmentQueue } from './defrag_queue.ts';
import { ICMP_EXC_FRAGTIME, ICMP_TIME_EXCEEDED, icmpSend } from './icmp.ts';
import { routeInput } from './ip.ts';

const IP_DF = 0x4000;
const IP_MF = 0x2000;
const IP_OFFSET = 0x1fff;
const PRIORITY_DEFRAG = -400;

/** Who puts together: each has queues of its own (enum ip_defrag_users). */
export type DefragUser = 'local' | 'in' | 'out' | 'bridge';

export class Defrag4 {
  private readonly ns: Netns;
  private readonly queues = new Map<string, FragmentQueue>();
  private users = 0;
  private readonly hook: HookFunction = (p) => defragHook(this.ns, p);
  private readonly entry = {
    fn: this.hook,
    priority: PRIORITY_DEFRAG,
    name: 'ipv4_conntrack_defrag [nf_defrag_ipv4]',
  };

  constructor(ns: Netns) {
    this.ns = ns;
  }

  /** nf_defrag_ipv4_enable: conntrack (or another) needs whole datagrams. */
  enable(): void {
    if (this.users++ > 0) return;
    for (const hook of [PREROUTING, OUTPUT])
      this.ns.hooks.register({ family: NFPROTO_IPV4, hook }, this.entry);
  }

  disable(): void {
    if (this.ns.profile.defragStays || --this.users > 0) return;
    for (const hook of [PREROUTING, OUTPUT])
      this.ns.hooks.unregister({ family: NFPROTO_IPV4, hook }, this.entry);
  }

  /** The queue of a fragment's datagram. */
  queue(key: string, user: DefragUser): FragmentQueue {
    let queue = this.queues.get(key);
    if (queue === undefined) {
      const made = new FragmentQueue();
      const { clock } = this.ns;
      const timeout = this.ns.ipv4.ipfragTime * HZ;
      made.timer = clock.after(timeout, () => this.expire(key, made, user));
      this.queues.set(key, (queue = made));
    }
    return queue;
  }

  remove(key: string, queue: FragmentQueue): void {
    if (queue.timer !== null) this.ns.clock.cancel(queue.timer);
    if (this.queues.get(key) === queue) this.queues.delete(key);
  }

  /** ip_expire: tells the sender, but for conntrack only of what was for this machine. */
  private expire(key: string, queue: FragmentQueue, user: DefragUser): void {
    const { ns } = this;
    this.remove(key, queue);
    const [head] = queue.fragments;
    for (const fragment of queue.fragments)
      if (fragment !== head) ns.drop(fragment.packet, 'FRAG_REASM_TIMEOUT');
    if (head === undefined) return;
    const p = head.packet;
    const device = ns.devices.get(queue.iif);
    if (!queue.firstIn || device === undefined) {
      ns.drop(p, 'FRAG_REASM_TIMEOUT');
      return;
    }
    p.m[DEV] = queue.iif;
    if (!routeInput(ns, p, device)) return;
    if (user === 'local' || p.dst!.type === RTN_LOCAL)
      icmpSend(ns, p, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
    ns.drop(p, 'FRAG_REASM_TIMEOUT');
  }
}

/** ipv4_conntrack_defrag. */
function defragHook(ns: Netns, p: Packet): number {
  const { m, b } = p;
  if (m[CT] === NONE && m[CTINFO] === IP_CT_UNTRACKED) return NF_ACCEPT;
  if ((half(b, m[NH]! + 6) & (IP_MF | IP_OFFSET)) === 0) return NF_ACCEPT;
  const { [PF]: family, [HOOK]: hook, [IIF]: iif, [OIF]: oif } = m;
  if (!ipDefrag(ns, p, hook === PREROUTING ? 'in' : 'out')) return NF_STOLEN;
  m[FLAGS] = m[FLAGS]! | FLAG_IGNORE_DF;
  m[PF] = family!;
  m[HOOK] = hook!;
  m[IIF] = iif!;
  m[OIF] = oif!;
  return NF_ACCEPT;
}

/** The zone that a rule chose before tracking; fragments of different zones don't meet. */
export function zoneOf(ns: Netns, { m }: Packet): number {
  const direction = m[CTINFO]! >= IP_CT_ESTABLISHED_REPLY ? 1 : 0;
  return m[CT] === NONE ? 0 : (ns.conntrack?.zoneId(m[CT]!, direction) ?? 0);
}

/**
 * ip_defrag: true where `p` is the whole datagram now; false where it waits, or was dropped.
 */
export function ipDefrag(ns: Netns, p: Packet, user: DefragUser): boolean {
  const { m, b } = p;
  const at = m[NH]!;
  const vif = ns.l3mdev(m[DEV] || p.dst?.dev || 0);
  const zone = zoneOf(ns, p);
  const ids = `${half(b, at + 4)}.${word(b, at + 12)}.${word(b, at + 16)}.${b[at + 9]}`;
  const key = `${ids}.${user}.${zone}.${vif}`;
  const queue = ns.defrag4.queue(key, user);
  const field = half(b, at + 6);
  const offset = (field & IP_OFFSET) << 3;
  const ihl = (b[at]! & 15) * 4;
  const more = (field & IP_MF) !== 0;
  let end = offset + m[END]! - at - ihl;
  if (more) end &= ~7;
  if (!queue.accept(end, more) || end === offset) {
    discard(ns, key, queue);
    ns.drop(p, 'FRAG_REASM');
    return false;
  }
  m[END] = at + ihl + (end - offset);
  const inserted = queue.insert(p, at + ihl, offset, end - offset);
  if (inserted !== FRAG_OK) {
    if (inserted !== FRAG_DUP) discard(ns, key, queue);
    ns.drop(p, inserted === FRAG_DUP ? 'DUP_FRAG' : 'FRAG_OVERLAP');
    return false;
  }
  queue.iif = m[DEV]!;
  queue.ecn |= 1 << (b[at + 1]! & 3);
  const size = end - offset + ihl;
  queue.maxSize = Math.max(queue.maxSize, size);
  if (field & IP_DF) queue.maxDfSize = Math.max(queue.maxDfSize, size);
  if (!queue.complete) {
    p.dst = null;
    return false;
  }
  ns.defrag4.remove(key, queue);
  return reassemble(ns, p, queue, user);
}

function discard(ns: Netns, key: string, queue: FragmentQueue): void {
  ns.defrag4.remove(key, queue);
  for (const fragment of queue.fragments.splice(0)) ns.drop(fragment.packet, 'FRAG_REASM');
}

/** ip_frag_reasm: `p`, which came last, becomes the datagram, with the first fragment's header. */
function reassemble(ns: Netns, p: Packet, queue: FragmentQueue, user: DefragUser): boolean {
  const ecn = combinedEcn(queue.ecn);
  const first = queue.fragments[0]!.packet;
  const ihl = (first.b[first.m[NH]!]! & 15) * 4;
  if (ecn === 0xff || ihl + queue.length > 65535) {
    for (const { packet } of queue.fragments) if (packet !== p) ns.free(packet);
    ns.drop(p, 'FRAG_REASM');
    return false;
  }
  joinFragments(ns, p, queue, ihl);
  const { m, b } = p;
  const at = m[NH]!;
  if (user === 'local') p.pieces = null;
  m[TH] = at + ihl;
  m[FRAG_MAX] = Math.max(queue.maxDfSize, queue.maxSize);
  putHalf(b, at + 2, ihl + queue.length);
  b[at + 1] = b[at + 1]! | ecn;
  const df = queue.maxDfSize === queue.maxSize;
  putHalf(b, at + 6, df ? IP_DF : 0);
  if (df) m[CB_FLAGS] = m[CB_FLAGS]! | CB_FRAG_PMTU;
  ipSendCheck(b, at);
  return true;
}

/**
 * skb_morph and the fragment list: `p` takes the first fragment's headers (`hlen` bytes) and slots,
 * and the data of all; DATA stands at its network header.
 */
export function joinFragments(ns: Netns, p: Packet, queue: FragmentQueue, hlen: number): void {
  const first = queue.fragments[0]!.packet;
  const { [DEV]: dev, [EVENT]: event } = p.m;
  const route = p.dst;
  const start = first.m[NH]!;
  const whole = new Uint8Array(start + hlen + queue.length + 128);
  whole.set(first.b.subarray(0, start + hlen));
  const pieces: number[] = [];
  for (const { packet, at, offset, length } of queue.fragments) {
    whole.set(packet.b.subarray(at, at + length), start + hlen + offset);
    pieces.push(offset === 0 ? hlen + length : length);
  }
  if (first !== p) {
    const { [CT]: ct, [CTINFO]: info } = p.m;
    p.m.set(first.m);
    first.m[CT] = ct!;
    first.m[CTINFO] = info!;
    Object.assign(p.opt, first.opt);
  }
  for (const { packet } of queue.fragments) if (packet !== p) ns.free(packet);
  p.b = whole;
  p.dst = route;
  p.pieces = pieces;
  p.m[DEV] = dev!;
  p.m[EVENT] = event!;
  p.m[DATA] = p.m[NH]!;
  p.m[END] = start + hlen + queue.length;
}
