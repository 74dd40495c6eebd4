/**
 * The two ends of a conversation, and how each sees the other through the machine between them.
 *
 * What a packet left the machine as tells whom the far side has to answer: NAT is learnt from the
 * frames, never predicted.
 */

import type { Host, Machine } from './machine.ts';
import { dottedQuad, type Fields, ipv6Text } from './packet.ts';

/** A frame that left. */
export interface Egress {
  readonly oif: string;
  readonly bytes: Uint8Array;
}

/** Addresses and ports (or what stands in their place) of a packet. */
interface Tuple {
  readonly saddr: string;
  readonly daddr: string;
  readonly sport: number;
  readonly dport: number;
}

export interface Seen extends Tuple {
  readonly oif: string;
  readonly vlan?: number;
  readonly family: 'ip' | 'ip6';
  readonly protocol: number;
  /** The network packet, as an error about it quotes it. */
  readonly packet: Uint8Array;
}

const half = (b: Uint8Array, at: number): number => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);

/** Reads an egress frame; undefined where it is no IP packet. */
export function seen({ oif, bytes }: Egress): Seen | undefined {
  let at = 12;
  let vlan: number | undefined;
  if (half(bytes, at) === 0x8100) {
    vlan = half(bytes, at + 2) & 0xfff;
    at += 4;
  }
  const type = half(bytes, at);
  const packet = bytes.subarray(at + 2);
  const tag = vlan === undefined ? {} : { vlan };
  if (type === 0x0800) {
    const th = (packet[0]! & 15) * 4;
    return {
      ...{ oif, ...tag, family: 'ip', protocol: packet[9]!, packet },
      ...{ saddr: dottedQuad(packet, 12), daddr: dottedQuad(packet, 16) },
      ...{ sport: half(packet, th), dport: half(packet, th + 2) },
    };
  }
  if (type !== 0x86dd) return undefined;
  return {
    ...{ oif, ...tag, family: 'ip6', protocol: packet[6]!, packet },
    ...{ saddr: ipv6Text(packet, 8), daddr: ipv6Text(packet, 24) },
    ...{ sport: half(packet, 40), dport: half(packet, 42) },
  };
}

/** Who speaks first, and to whom. */
interface Ends {
  readonly near: Host;
  readonly target: Host;
}

export class Path {
  private far: { iif: string; vlan?: number; tuple: Tuple };
  /** The last packet of the near side as it arrived at the far one. */
  last: Seen | undefined;

  readonly machine: Machine;
  readonly family: 'ip' | 'ip6';
  readonly sport: number;
  private readonly near: Host;
  readonly target: Host;
  private readonly dport: number;

  constructor(machine: Machine, family: 'ip' | 'ip6', ends: Ends, sport: number, dport: number) {
    const { near, target } = ends;
    this.machine = machine;
    this.family = family;
    this.near = near;
    this.target = target;
    this.sport = sport;
    this.dport = dport;
    const tuple = { saddr: near[family], daddr: target[family], sport, dport };
    this.far = { iif: target.iif, ...(target.vlan !== undefined && { vlan: target.vlan }), tuple };
  }

  private ether(from: { iif: string }, to: string): Fields {
    const { machine } = this;
    if (!machine.bridged) return {};
    const station = machine.hosts.find((h) => h[this.family] === to)?.iif;
    const own = machine.own.some((h) => h[this.family] === to);
    if (own || station === 'eth1' || from.iif === 'eth1' || station === undefined) {
      return from.iif === 'eth1' ? {} : { ether: { daddr: '02:00:00:00:00:04' } };
    }
    return { ether: { daddr: station === 'eth0' ? '02:ff:00:00:00:01' : '02:ff:00:00:00:03' } };
  }

  private packet(from: { iif: string; vlan?: number }, saddr: string, daddr: string): Fields {
    return {
      iif: from.iif,
      ...this.ether(from, daddr),
      ...(from.vlan !== undefined && { vlan: { id: from.vlan } }),
      [this.family]: { saddr, daddr },
    };
  }

  /** A packet's outside from the near end, or from the far one; `ports` go into its header. */
  outside(side: 'near' | 'far'): { fields: Fields; sport: number; dport: number } {
    if (side === 'near') {
      const { near, target, family, sport, dport } = this;
      return { fields: this.packet(near, near[family], target[family]), sport, dport };
    }
    const { tuple } = this.far;
    const fields = this.packet(this.far, tuple.daddr, tuple.saddr);
    return { fields, sport: tuple.dport, dport: tuple.sport };
  }

  /** Who sits at an end, with the address that it has there. */
  host(side: 'near' | 'far'): Host {
    if (side === 'near') return this.near;
    const { iif, vlan, tuple } = this.far;
    return { iif, ...(vlan !== undefined && { vlan }), ip: tuple.daddr, ip6: tuple.daddr };
  }

  /** What of a side's packet left towards the other one. */
  arrived(side: 'near' | 'far', egress: readonly Egress[]): Seen | undefined {
    const own = this.host(side)[this.family];
    return egress.map(seen).find((s) => s?.family === this.family && s.daddr !== own);
  }

  /** A packet of the near side arrived there. */
  learn(egress: readonly Egress[]): void {
    const found = this.arrived('near', egress);
    if (!found) return;
    this.last = found;
    const { oif, vlan, saddr, daddr, sport, dport } = found;
    this.far = {
      iif: oif,
      ...(vlan !== undefined && { vlan }),
      tuple: { saddr, daddr, sport, dport },
    };
  }
}
