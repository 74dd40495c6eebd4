/**
 * Synproxies: the machine agrees with a client on a server's behalf, then with the server, and from
 * then on mends sequence numbers and timestamps between them.
 *
 * Mirrors nft_synproxy.c and the hooks of nf_synproxy_core.c.
 */
import { word } from '../address.ts';
import { fold, pseudo4, sumBytes } from '../checksum.ts';
import { badChecksum } from '../conntrack/checksum.ts';
import { isLoopback } from '../conntrack/confirm.ts';
import { eventCache } from '../conntrack/event.ts';
import type { Conntrack } from '../conntrack/index.ts';
import { TCP_CLOSE, TCP_SYN_RECV, TCP_SYN_SENT } from '../conntrack/proto/tcp-state.ts';
import { initSeqAdjust } from '../conntrack/seqadj.ts';
import {
  directionOf,
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPCT_SEQADJ,
  IPCT_SYNPROXY,
  IPPROTO_TCP,
} from '../conntrack/status.ts';
import type { SynproxyState } from '../conntrack/synproxy.ts';
import { type HookEntry, INPUT, NF_ACCEPT, NF_DROP, NF_STOLEN, POSTROUTING } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  CT,
  CTINFO,
  END,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  NONE,
  type Packet,
  PF,
} from '../packet.ts';
import { skipExthdr, skipped } from '../path/exthdrs.ts';
import { Cookies } from './cookie.ts';
import {
  adjustTimestamps,
  checkTimestampCookie,
  initTimestampCookie,
  OPT_ECN,
  OPT_MSS,
  OPT_SACK_PERM,
  OPT_TIMESTAMP,
  OPT_WSCALE,
  parseOptions,
  type SynproxyOptions,
} from './options.ts';
import { sendClientAck, sendClientSynAck, sendServerAck, sendServerSyn } from './segments.ts';

export { OPT_MSS, OPT_SACK_PERM, OPT_TIMESTAMP, OPT_WSCALE } from './options.ts';

/** struct nf_synproxy_info: what a rule or an object says. */
export interface SynproxyInfo {
  readonly mss: number;
  readonly wscale: number;
  /** OPT_* */
  readonly options: number;
}

/** Right before connections are confirmed. */
const PRIORITY = 2 ** 31 - 2;
const HEADER = 20;
const TH_SYN = 0x02;
const TH_RST = 0x04;
const TH_ACK = 0x10;
const TH_ECE_CWR = 0xc0;

export class Synproxy {
  private readonly ns: Netns;
  private readonly ct: Conntrack;
  private readonly cookies: Cookies;
  private readonly users = new Map<number, number>();
  private readonly entries: ReadonlyMap<number, HookEntry>;

  constructor(ns: Netns, ct: Conntrack) {
    this.ns = ns;
    this.ct = ct;
    this.cookies = new Cookies(ns);
    const entry = (ip: string): HookEntry => ({
      fn: (p) => this.hook(p),
      priority: PRIORITY,
      name: `${ip}_synproxy_hook [nf_synproxy_core]`,
    });
    this.entries = new Map([
      [NFPROTO_IPV4, entry('ipv4')],
      [NFPROTO_IPV6, entry('ipv6')],
    ]);
  }

  /** nft_synproxy_do_init: a rule or object of that family needs the hooks; a bridge has none. */
  acquire(family: number): void {
    this.use(family, 1);
  }

  release(family: number): void {
    this.use(family, -1);
  }

  private use(family: number, by: 1 | -1): void {
    const families = family === NFPROTO_INET ? [NFPROTO_IPV4, NFPROTO_IPV6] : [family];
    for (const f of families) {
      const entry = this.entries.get(f);
      if (!entry) continue;
      const before = this.users.get(f) ?? 0;
      const now = before + by;
      this.users.set(f, now);
      for (const hook of [INPUT, POSTROUTING]) {
        if (before === 0) this.ns.hooks.register({ family: f, hook }, entry);
        else if (now === 0) this.ns.hooks.unregister({ family: f, hook }, entry);
      }
    }
  }

  /** nft_synproxy_do_eval, of a packet that is TCP: NF_*, or null where the rule goes on. */
  evaluate(p: Packet, th: number, info: SynproxyInfo): number | null {
    const length = p.m[END]! - th;
    if (this.isBroken(p, th) || length < HEADER) return NF_DROP;
    const opts = parseOptions(p, th);
    if (opts === null) return NF_DROP;
    const flags = p.b[th + 13]!;
    if (flags & TH_SYN) {
      this.answer(p, th, opts, info);
      return this.steal(p);
    }
    if (!(flags & TH_ACK)) return null;
    return this.take(p, th, opts, word(p.b, th + 4)) ? this.steal(p) : NF_DROP;
  }

  private isBroken(p: Packet, th: number): boolean {
    const { b, m } = p;
    const length = m[END]! - th;
    if (m[PF] !== NFPROTO_IPV6 || this.ns.profile.synproxySumsIp6)
      return badChecksum(p, th, IPPROTO_TCP, length);
    // what tracking found right is forgotten in forward, and the header is taken for one of IPv4
    const nh = m[NH]!;
    return fold(sumBytes(b, nh, m[END]!, pseudo4(b, nh, IPPROTO_TCP, length))) !== 0;
  }

  private steal(p: Packet): number {
    this.ns.free(p);
    return NF_STOLEN;
  }

  /** A SYN of a client. */
  private answer(p: Packet, th: number, opts: SynproxyOptions, info: SynproxyInfo): void {
    if ((p.b[th + 13]! & TH_ECE_CWR) === TH_ECE_CWR) opts.options |= OPT_ECN;
    opts.options &= info.options;
    opts.mssEncode = opts.mss;
    opts.mss = info.mss;
    const ms = Math.floor(this.ns.clock.now / 1000);
    if (opts.options & OPT_TIMESTAMP) initTimestampCookie(opts, ms, info.wscale);
    else opts.options &= ~(OPT_WSCALE | OPT_SACK_PERM | OPT_ECN);
    sendClientSynAck(this.ns, p, th, opts, this.cookies.make(p, th, opts.mssEncode));
  }

  /** synproxy_recv_client_ack: an ACK with a cookie goes on to the server as a SYN. */
  private take(p: Packet, th: number, opts: SynproxyOptions, seq: number): boolean {
    const mss = this.cookies.check(p, th);
    if (mss === 0) return false;
    opts.mss = mss;
    opts.options |= OPT_MSS;
    if (opts.options & OPT_TIMESTAMP) checkTimestampCookie(opts);
    sendServerSyn(this.ns, p, th, opts, seq, this.ct.synproxyTemplate());
    return true;
  }

  /** ipv4_synproxy_hook, ipv6_synproxy_hook */
  private hook(p: Packet): number {
    const row = p.m[CT]!;
    const state = row === NONE ? undefined : this.ct.synproxies.get(row);
    if (state === undefined || isLoopback(this.ct, p)) return NF_ACCEPT;
    const th = tcpHeader(p);
    if (th < 0) return NF_ACCEPT;
    if (th + HEADER > p.m[END]!) return NF_DROP;
    const verdict = this.follow(p, row, th, state);
    if (verdict !== null) return verdict;
    const reply = directionOf(p.m[CTINFO]!) === IP_CT_DIR_REPLY;
    adjustTimestamps(p, th, reply, state.tsoff);
    return NF_ACCEPT;
  }

  /** What the packet means for the two handshakes; null: it passes. */
  private follow(p: Packet, row: number, th: number, state: SynproxyState): number | null {
    const { ct } = this;
    const { b, m } = p;
    const flags = b[th + 13]!;
    const original = directionOf(m[CTINFO]!) === IP_CT_DIR_ORIGINAL;
    switch (ct.table.state[row]) {
      case TCP_CLOSE:
        if (flags & TH_RST && !original) {
          initSeqAdjust(ct, row, m[CTINFO]!, (state.isn - word(b, th + 4) + 1) | 0);
          return null;
        }
        if ((flags & (TH_SYN | TH_ACK)) !== TH_SYN || !original) return null;
        state.tsoff = 0;
        return this.begin(p, row, th, state);
      case TCP_SYN_SENT:
        return this.begin(p, row, th, state);
      case TCP_SYN_RECV:
        return (flags & (TH_SYN | TH_ACK)) === (TH_SYN | TH_ACK)
          ? this.agree(p, row, th, state)
          : null;
      default:
        return null;
    }
  }

  /** The SYN to the server leaves, or the client asks again before there was an answer. */
  private begin(p: Packet, row: number, th: number, state: SynproxyState): number | null {
    const opts = parseOptions(p, th);
    if (opts === null) return NF_DROP;
    const flags = p.b[th + 13]!;
    const original = directionOf(p.m[CTINFO]!) === IP_CT_DIR_ORIGINAL;
    if ((flags & (TH_SYN | TH_ACK)) === TH_ACK && original) {
      // keep-alives come with the number before the next one
      return this.take(p, th, opts, word(p.b, th + 4) + 1) ? this.steal(p) : NF_DROP;
    }
    state.isn = word(p.b, th + 8);
    if (opts.options & OPT_TIMESTAMP) state.its = opts.tsecr;
    eventCache(this.ct, row, IPCT_SYNPROXY);
    return null;
  }

  /** The server's SYN,ACK: it gets its ACK, and the client a window. */
  private agree(p: Packet, row: number, th: number, state: SynproxyState): number {
    const { ct, ns } = this;
    const opts = parseOptions(p, th);
    if (opts === null) return NF_DROP;
    if (opts.options & OPT_TIMESTAMP) {
      state.tsoff = (opts.tsval - state.its) | 0;
      eventCache(ct, row, IPCT_SYNPROXY);
    }
    opts.options &= ~(OPT_MSS | OPT_WSCALE | OPT_SACK_PERM);
    const { tsval, tsecr } = opts;
    const window = ct.table.tdMaxwin[row * 2 + IP_CT_DIR_ORIGINAL]!;
    sendServerAck(ns, p, th, { ...opts, tsval: tsecr, tsecr: tsval }, window);
    initSeqAdjust(ct, row, p.m[CTINFO]!, (state.isn - word(p.b, th + 4)) | 0);
    eventCache(ct, row, IPCT_SEQADJ);
    sendClientAck(ns, p, th, opts);
    return this.steal(p);
  }
}

/** Where the TCP header of a packet begins; -1: it has none. */
function tcpHeader({ b, m }: Packet): number {
  const nh = m[NH]!;
  if (m[PF] !== NFPROTO_IPV6) return b[nh + 9] === IPPROTO_TCP ? nh + (b[nh]! & 15) * 4 : -1;
  const th = skipExthdr(b, nh + 40, m[END]!, b[nh + 6]!);
  return th >= 0 && skipped.next === IPPROTO_TCP ? th : -1;
}
