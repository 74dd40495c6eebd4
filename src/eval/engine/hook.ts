/**
 * Base chains at the hooks of the machine: which function hangs where, and what it does around the
 * rules.
 *
 * Mirrors nft_chain_filter.c, nft_chain_nat.c and nft_chain_route.c.
 */
import { word } from '../../datapath/address.ts';
import {
  type HookEntry,
  type HookFunction,
  type HookPoint,
  NETDEV_INGRESS,
  NF_ACCEPT,
  NF_DROP,
} from '../../datapath/hooks.ts';
import type { NatChain } from '../../datapath/nat/chains.ts';
import {
  ETH_P_IP,
  ETH_P_IPV6,
  HOOK,
  MARK,
  NFPROTO_ARP,
  NFPROTO_BRIDGE,
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  NH,
  type Packet,
  PF,
  PROTOCOL,
} from '../../datapath/packet.ts';
import { rerouteOutput } from '../../datapath/path/reroute.ts';
import {
  pktinfoIpv4,
  pktinfoIpv4Ingress,
  pktinfoIpv4Validate,
  pktinfoIpv6,
  pktinfoIpv6Ingress,
  pktinfoIpv6Validate,
  pktinfoUnspec,
} from '../../datapath/pktinfo.ts';
import type { Family } from '../../parser/ast.ts';
import type { Chain, Table } from '../ruleset/store.ts';
import type { Machinery } from './env.ts';

const NFPROTO: Readonly<Record<Family, number>> = {
  ip: NFPROTO_IPV4,
  ip6: NFPROTO_IPV6,
  inet: NFPROTO_INET,
  arp: NFPROTO_ARP,
  bridge: NFPROTO_BRIDGE,
  netdev: NFPROTO_NETDEV,
};

export const nfprotoOf = (family: Family): number => NFPROTO[family];

/** NF_INET_INGRESS */
const INET_INGRESS = 5;

/** Runs a base chain's rules and policy. */
export type RunChain = (chain: Chain, p: Packet) => number;

interface Registered {
  readonly points: readonly HookPoint[];
  readonly entry: HookEntry;
  readonly nat?: NatChain;
}

export class BaseChains {
  private readonly machinery: Machinery;
  private readonly run: RunChain;
  private readonly registered = new Map<Chain, Registered>();

  constructor(machinery: Machinery, run: RunChain) {
    this.machinery = machinery;
    this.run = run;
  }

  add(chain: Chain): void {
    const { base, table } = chain;
    if (!base || table.dormant || this.registered.has(chain)) return;
    const name = `chain ${table.family} ${table.name} ${chain.name} [nf_tables]`;
    const { priority } = base;
    const entry: HookEntry = { fn: this.hookFunction(chain), priority, name };
    if (base.type === 'nat') {
      const { hooknum: hook } = base;
      const nat = { family: nfprotoOf(table.family), hook, priority, run: entry.fn };
      this.machinery.nat.addChain(nat);
      this.registered.set(chain, { points: [], entry, nat });
      return;
    }
    const points = this.pointsOf(chain);
    for (const point of points) this.machinery.ns.hooks.register(point, entry);
    this.registered.set(chain, { points, entry });
  }

  remove(chain: Chain): void {
    const at = this.registered.get(chain);
    if (!at) return;
    if (at.nat) this.machinery.nat.removeChain(at.nat);
    for (const point of at.points) this.machinery.ns.hooks.unregister(point, at.entry);
    this.registered.delete(chain);
  }

  /** Devices came or went. */
  update(chain: Chain): void {
    const at = this.registered.get(chain);
    if (!at || at.nat) return;
    const { hooks } = this.machinery.ns;
    const points = this.pointsOf(chain);
    const same = (a: HookPoint) => (b: HookPoint) =>
      a.family === b.family && a.ifindex === b.ifindex;
    for (const point of at.points) if (!points.some(same(point))) hooks.unregister(point, at.entry);
    for (const point of points) if (!at.points.some(same(point))) hooks.register(point, at.entry);
    this.registered.set(chain, { ...at, points });
  }

  /** A table fell asleep or woke. */
  toggle(table: Table): void {
    for (const chain of table.chains.values()) {
      if (table.dormant) this.remove(chain);
      else this.add(chain);
    }
  }

  private pointsOf(chain: Chain): readonly HookPoint[] {
    const { family } = chain.table;
    const { hooknum: hook, hook: name, devices } = chain.base!;
    const ingress = family === 'inet' && name === 'ingress';
    if (family === 'netdev' || ingress) {
      return devices.flatMap((device) => {
        const ifindex = this.machinery.ns.devices.named(device)?.ifindex;
        if (ifindex === undefined) return [];
        return [{ family: NFPROTO_NETDEV, hook: ingress ? NETDEV_INGRESS : hook, ifindex }];
      });
    }
    if (family === 'inet') return [NFPROTO_IPV4, NFPROTO_IPV6].map((pf) => ({ family: pf, hook }));
    return [{ family: nfprotoOf(family), hook }];
  }

  private hookFunction(chain: Chain): HookFunction {
    const { run } = this;
    const { family } = chain.table;
    const fit = this.machinery.ns.profile.extensionsMustFit;
    if (chain.base!.type === 'route') return this.routeFunction(chain);
    if (family === 'inet' && chain.base!.hook === 'ingress') {
      return (p) => ingress(p, chain, run, fit);
    }
    return (p) => {
      setPktinfo(p, fit);
      return run(chain, p);
    };
  }

  /** nf_route_table_hook4, nf_route_table_hook6: a packet that now goes elsewhere is routed anew. */
  private routeFunction(chain: Chain): HookFunction {
    const { run } = this;
    const { ns } = this.machinery;
    const fit = ns.profile.extensionsMustFit;
    return (p) => {
      const family = p.m[PF]!;
      setPktinfo(p, fit);
      const before = destiny(p, family);
      const verdict = run(chain, p);
      if (verdict !== NF_ACCEPT || before === destiny(p, family)) return verdict;
      return rerouteOutput(ns, p, family) ? verdict : NF_DROP;
    };
  }
}

/** Addresses, mark and traffic class: what routing looks at. */
function destiny(p: Packet, family: number): string {
  const { b, m } = p;
  const nh = m[NH]!;
  if (family === NFPROTO_IPV4) {
    return `${word(b, nh + 12)} ${word(b, nh + 16)} ${m[MARK]} ${b[nh + 1]}`;
  }
  return `${b.subarray(nh + 8, nh + 40).join()} ${m[MARK]} ${b[nh + 7]} ${word(b, nh)}`;
}

/** Mirrors nft_do_chain_ipv4, _ipv6, _inet, _bridge, _netdev, _arp. */
function setPktinfo(p: Packet, fit: boolean): void {
  const m = p.m;
  if (m[PF] === NFPROTO_IPV4) pktinfoIpv4(p);
  else if (m[PF] === NFPROTO_IPV6) pktinfoIpv6(p, fit);
  else if (m[PF] === NFPROTO_ARP) pktinfoUnspec(p);
  else if (m[PROTOCOL] === ETH_P_IP) pktinfoIpv4Validate(p);
  else if (m[PROTOCOL] === ETH_P_IPV6) pktinfoIpv6Validate(p, fit);
  else pktinfoUnspec(p);
}

/** Mirrors nft_do_chain_inet_ingress: IP packets only, and sound ones. */
function ingress(p: Packet, chain: Chain, run: RunChain, fit: boolean): number {
  const m = p.m;
  const [pf, hook] = [m[PF]!, m[HOOK]!];
  if (m[PROTOCOL] === ETH_P_IP) {
    if (!pktinfoIpv4Ingress(p)) return NF_DROP;
    m[PF] = NFPROTO_IPV4;
  } else if (m[PROTOCOL] === ETH_P_IPV6) {
    if (!pktinfoIpv6Ingress(p, fit)) return NF_DROP;
    m[PF] = NFPROTO_IPV6;
  } else return NF_ACCEPT;
  m[HOOK] = INET_INGRESS;
  const verdict = run(chain, p);
  m[PF] = pf;
  m[HOOK] = hook;
  return verdict;
}
