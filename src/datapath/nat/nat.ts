/**
 * Bindings of connections, and what NAT's hooks do to packets.
 *
 * Mirrors nf_nat_core.c and the hook functions of nf_nat_proto.c. The first packet of a connection is
 * shown to the nat chains of its hook until one binds; if none does, a null binding is made, so that
 * nothing binds later. Every packet, the first one too, is then rewritten as its connection says.
 */
import { loadIpv6 } from '../address.ts';
import { getL4proto, l4 } from '../conntrack/headers.ts';
import type { Conntrack } from '../conntrack/index.ts';
import {
  directionOf,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPS_CONFIRMED,
  IPS_DST_NAT,
  IPS_DST_NAT_DONE,
  IPS_NAT_MASK,
  IPS_SRC_NAT,
  IPS_SRC_NAT_DONE,
  newTuple,
  TUPLE_DST,
  TUPLE_SRC,
  TUPLE_WORDS,
  tuplesEqual,
} from '../conntrack/index.ts';
import { addSeqAdjust } from '../conntrack/seqadj.ts';
import {
  type HookFunction,
  INPUT,
  NF_ACCEPT,
  NF_DROP,
  OUTPUT,
  POSTROUTING,
  PREROUTING,
} from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  CT,
  CTINFO,
  HOOK,
  IIF,
  IP_CT_NEW,
  IP_CT_RELATED,
  IP_CT_RELATED_REPLY,
  NFPROTO_IPV6,
  NH,
  NONE,
  OIF,
  type Packet,
  PF,
} from '../packet.ts';
import { BySource } from './bysource.ts';
import { type NatChain, NatChains } from './chains.ts';
import { Helpers } from './helper.ts';
import { IcmpTranslation } from './icmp.ts';
import { manipPacket } from './manip.ts';
import { forgetMasqueraded, Masquerade } from './masquerade.ts';
import { netmap } from './netmap.ts';
import {
  type NatRange,
  NF_NAT_MANIP_DST,
  NF_NAT_MANIP_SRC,
  NF_NAT_RANGE_MAP_IPS,
  NF_NAT_RANGE_NETMAP,
  natRange,
} from './range.ts';
import { Redirect } from './redirect.ts';
import type { NatRouting } from './routing.ts';
import { UniqueTuple } from './unique-tuple.ts';

/** HOOK2MANIP */
const manipOf = (hook: number): number =>
  hook === POSTROUTING || hook === INPUT ? NF_NAT_MANIP_SRC : NF_NAT_MANIP_DST;

const isFirst = (ctinfo: number): boolean =>
  ctinfo === IP_CT_NEW || ctinfo === IP_CT_RELATED || ctinfo === IP_CT_RELATED_REPLY;

export class Nat {
  private readonly ns: Netns;
  private readonly conntrack: Conntrack;
  private readonly routing: NatRouting;
  private readonly chains: NatChains;
  private readonly bySource = new BySource();
  private readonly unique: UniqueTuple;
  private readonly icmp: IcmpTranslation;
  private readonly masquerading: Masquerade;
  private readonly redirecting: Redirect;
  private readonly current = newTuple();
  private readonly wanted = newTuple();
  private readonly reply = newTuple();
  private readonly mapped = natRange();
  private readonly nullRange = natRange(NF_NAT_RANGE_MAP_IPS);
  private readonly daddr = new Int32Array(4);

  constructor(ns: Netns, conntrack: Conntrack, routing: NatRouting) {
    this.ns = ns;
    this.conntrack = conntrack;
    this.routing = routing;
    this.chains = new NatChains(ns.hooks, ns.profile, (family, hook) =>
      this.hookFunction(family, hook),
    );
    const { random, profile } = ns;
    this.unique = new UniqueTuple({ conntrack, bySource: this.bySource, random, profile });
    this.icmp = new IcmpTranslation(conntrack);
    this.masquerading = new Masquerade(this, conntrack, routing);
    this.redirecting = new Redirect(this, ns.devices);
    conntrack.nat = new Helpers(this, conntrack);
    conntrack.onDestroy((row) => this.bySource.remove(row));
    ns.subscribe((change) => forgetMasqueraded(conntrack, change));
  }

  addChain(chain: NatChain): void {
    this.chains.add(chain);
  }

  removeChain(chain: NatChain): void {
    this.chains.remove(chain);
  }

  /** Takes up connections that came out of a state kept between runs. */
  restore(): void {
    const { table } = this.conntrack;
    this.conntrack.each((row) => {
      if (table.status[row]! & IPS_SRC_NAT_DONE) this.bySource.add(row, table);
    });
  }

  /** snat, dnat: binds the connection of a first packet (nft_nat_eval). Returns NF_*. */
  setup(p: Packet, manip: number, range: NatRange): number {
    if (p.m[CT] === NONE) return NF_ACCEPT;
    if (!(range.flags & NF_NAT_RANGE_NETMAP)) return this.setupInfo(p.m[CT]!, range, manip);
    netmap(p, range, manip, this.mapped);
    return this.setupInfo(p.m[CT]!, this.mapped, manip);
  }

  /** masquerade: NF_DROP if the outgoing device has no address. */
  masquerade(p: Packet, range: NatRange): number {
    return this.masquerading.setup(p, range, p.m[OIF]!);
  }

  /** redirect: to the incoming device's first address, at output to loopback. */
  redirect(p: Packet, range: NatRange): number {
    return this.redirecting.setup(p, range, p.m[HOOK] === OUTPUT ? 0 : p.m[IIF]!);
  }

  /** nf_nat_setup_info */
  setupInfo(row: number, range: NatRange, manip: number): number {
    const { conntrack } = this;
    const { table } = conntrack;
    if (table.status[row]! & IPS_CONFIRMED) return NF_ACCEPT;
    if (this.isInitialized(row, manip)) return NF_DROP;
    conntrack.getTuple(row, 1, this.reply);
    conntrack.invert(this.current, this.reply);
    this.unique.get(this.wanted, this.current, range, row, manip);
    if (!tuplesEqual(this.wanted, 0, this.current, 0)) {
      conntrack.invert(this.reply, this.wanted);
      conntrack.alterReply(row, this.reply);
      table.status[row]! |= manip === NF_NAT_MANIP_SRC ? IPS_SRC_NAT : IPS_DST_NAT;
      if (conntrack.help.has(row)) addSeqAdjust(conntrack, row);
    }
    if (manip === NF_NAT_MANIP_SRC) this.bySource.add(row, table);
    table.status[row]! |= manip === NF_NAT_MANIP_SRC ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE;
    return NF_ACCEPT;
  }

  /** nf_nat_alloc_null_binding: the address it has; the port only where it is taken. */
  private nullBinding(row: number, manip: number): number {
    this.conntrack.getTuple(row, 1, this.reply);
    const at = manip === NF_NAT_MANIP_SRC ? TUPLE_DST : TUPLE_SRC;
    const { minAddr, maxAddr } = this.nullRange;
    for (let i = 0; i < 4; i++) minAddr[i] = maxAddr[i] = this.reply[at + i]!;
    return this.setupInfo(row, this.nullRange, manip);
  }

  /** nf_nat_initialized */
  private isInitialized(row: number, manip: number): boolean {
    const done = manip === NF_NAT_MANIP_SRC ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE;
    return (this.conntrack.table.status[row]! & done) !== 0;
  }

  private hookFunction(family: number, hook: number): HookFunction {
    if (hook === PREROUTING) return (p) => this.preRouting(p);
    if (hook === OUTPUT) return (p) => this.localOut(p);
    return (p) => this.translate(p, family, hook);
  }

  /** nf_nat_ipv4_pre_routing, nf_nat_ipv6_in: a new destination needs a new route. */
  private preRouting(p: Packet): number {
    const ipv6 = p.m[PF] === NFPROTO_IPV6;
    const at = p.m[NH]! + (ipv6 ? 24 : 16);
    loadIpv6(p, ipv6 ? at : at - 12, this.daddr);
    const [a, b, c, d] = this.daddr;
    const verdict = this.translate(p, p.m[PF]!, PREROUTING);
    loadIpv6(p, ipv6 ? at : at - 12, this.daddr);
    const [e, f, g, h] = this.daddr;
    const changed = ipv6 ? a !== e || b !== f || c !== g || d !== h : d !== h;
    if (verdict === NF_ACCEPT && changed) p.dst = null;
    return verdict;
  }

  /** nf_nat_ipv4_local_fn, nf_nat_ipv6_local_fn */
  private localOut(p: Packet): number {
    const verdict = this.translate(p, p.m[PF]!, OUTPUT);
    const row = p.m[CT]!;
    if (verdict !== NF_ACCEPT || row === NONE) return verdict;
    const { tuples } = this.conntrack.table;
    const direction = directionOf(p.m[CTINFO]!);
    const mine = (row * 2 + direction) * TUPLE_WORDS + TUPLE_DST;
    const other = (row * 2 + 1 - direction) * TUPLE_WORDS + TUPLE_SRC;
    for (let i = 0; i < 4; i++)
      if (tuples[mine + i] !== tuples[other + i])
        return this.routing.rerouteOutput(p) ? NF_ACCEPT : NF_DROP;
    return NF_ACCEPT;
  }

  /** nf_nat_ipv4_fn, nf_nat_ipv6_fn */
  private translate(p: Packet, family: number, hook: number): number {
    const { m } = p;
    if (m[CT] === NONE) return NF_ACCEPT;
    const ctinfo = m[CTINFO]!;
    if (ctinfo === IP_CT_RELATED || ctinfo === IP_CT_RELATED_REPLY) {
      const icmp = getL4proto(p, m[NH]!, family);
      if (
        icmp !== NONE &&
        l4.protonum === (family === NFPROTO_IPV6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)
      )
        return this.icmp.translate(p, icmp, manipOf(hook)) ? NF_ACCEPT : NF_DROP;
    }
    return this.inet(p, family, hook);
  }

  /** nf_nat_inet_fn */
  private inet(p: Packet, family: number, hook: number): number {
    const { m } = p;
    const row = m[CT]!;
    const manip = manipOf(hook);
    const { status } = this.conntrack.table;
    if (hook === POSTROUTING && this.ns.devices.get(m[OIF]!)?.kind === 'vrf') return NF_ACCEPT;
    if (isFirst(m[CTINFO]!) && !this.isInitialized(row, manip)) {
      const verdict = this.bind(p, family, hook, manip);
      if (verdict !== NF_ACCEPT) return verdict;
    } else if (this.outputChanged(p, row, hook)) {
      this.conntrack.killAcct(row, m[CTINFO]!, p);
      return NF_DROP;
    }
    let bit = manip === NF_NAT_MANIP_SRC ? IPS_SRC_NAT : IPS_DST_NAT;
    const direction = directionOf(m[CTINFO]!);
    if (direction === 1) bit ^= IPS_NAT_MASK;
    if (!(status[row]! & bit)) return NF_ACCEPT;
    this.conntrack.getTuple(row, 1 - direction, this.reply);
    this.conntrack.invert(this.wanted, this.reply);
    return manipPacket(p, m[NH]!, this.wanted, manip) ? NF_ACCEPT : NF_DROP;
  }

  /** Asks the nat chains until one has bound the connection. */
  private bind(p: Packet, family: number, hook: number, manip: number): number {
    const row = p.m[CT]!;
    const chains = this.chains.at(family, hook);
    for (let i = 0; i < chains.length; i++) {
      const verdict = chains[i]!.run(p);
      if (verdict !== NF_ACCEPT) return verdict;
      if (this.isInitialized(row, manip)) return NF_ACCEPT;
    }
    return this.nullBinding(row, manip);
  }

  /** nf_nat_oif_changed: a masqueraded connection now leaves by another device. */
  private outputChanged(p: Packet, row: number, hook: number): boolean {
    const masqIndex = this.conntrack.table.masqIndex[row]!;
    return (
      masqIndex !== 0 &&
      hook === POSTROUTING &&
      directionOf(p.m[CTINFO]!) === 0 &&
      masqIndex !== p.m[OIF]
    );
  }
}
