/**
 * masquerade: the source becomes the address of the device that the packet leaves by.
 *
 * Mirrors nf_nat_masquerade.c, with what it does when that device or address goes.
 */
import { loadIpv6, word } from '../address.ts';
import type { Conntrack } from '../conntrack/index.ts';
import { TUPLE_DST, TUPLE_SRC, TUPLE_WORDS } from '../conntrack/index.ts';
import { isLinkLocal6, isMulticast6 } from '../fib6.ts';
import { NF_ACCEPT, NF_DROP } from '../hooks.ts';
import type { Change } from '../netns.ts';
import { CT, NFPROTO_IPV6, NH, NONE, type Packet, PF } from '../packet.ts';
import type { Route } from '../route.ts';
import { type NatRange, NF_NAT_MANIP_SRC, NF_NAT_RANGE_MAP_IPS, natRange } from './range.ts';
import type { NatRouting } from './routing.ts';

/** nf_nat_setup_info, as Nat has it. */
export interface Binder {
  setupInfo(row: number, range: NatRange, manip: number): number;
}

export class Masquerade {
  private readonly binder: Binder;
  private readonly conntrack: Conntrack;
  private readonly routing: NatRouting;
  private readonly range = natRange();
  private readonly daddr = new Int32Array(4);
  private readonly saddr = new Int32Array(4);

  constructor(binder: Binder, conntrack: Conntrack, routing: NatRouting) {
    this.binder = binder;
    this.conntrack = conntrack;
    this.routing = routing;
  }

  setup(p: Packet, asked: NatRange, oif: number): number {
    const row = p.m[CT]!;
    if (row === NONE) return NF_ACCEPT;
    const { table } = this.conntrack;
    const { range, saddr } = this;
    if (p.m[PF] === NFPROTO_IPV6) {
      loadIpv6(p, p.m[NH]! + 24, this.daddr);
      if (this.conntrack.isTemplate(row) && !isOfDevice(this.daddr)) return NF_DROP;
      if (!this.routing.selectAddress6(oif, this.daddr, saddr)) return NF_DROP;
    } else {
      // a machine that has no address yet (DHCP) speaks from 0.0.0.0
      if (table.tuples[row * 2 * TUPLE_WORDS + TUPLE_SRC] === 0) return NF_ACCEPT;
      const route = p.dst as Route | null;
      const nextHop = route?.gateway && !route.gateway6 ? route.gateway[0]! : destination(p);
      saddr.fill(0);
      saddr[0] = this.routing.selectAddress4(oif, nextHop);
      if (saddr[0] === 0) return NF_DROP;
    }
    table.masqIndex[row] = oif;
    range.flags = asked.flags | NF_NAT_RANGE_MAP_IPS;
    range.minAddr.set(saddr);
    range.maxAddr.set(saddr);
    range.minProto = asked.minProto;
    range.maxProto = asked.maxProto;
    return this.binder.setupInfo(row, range, NF_NAT_MANIP_SRC);
  }
}

/**
 * Addresses that one speaks to from an address of the device itself. For others all devices of the
 * connection's namespace are asked: that of templates is the first one, whose devices are none of these.
 */
const isOfDevice = (daddr: Int32Array): boolean => isMulticast6(daddr) || isLinkLocal6(daddr);

const destination = (p: Packet): number => word(p.b, p.m[NH]! + 16);

/**
 * masq_device_event, masq_inet_event: forgets connections that were masqueraded by a device that went
 * down, or to an address that it lost.
 */
export function forgetMasqueraded(conntrack: Conntrack, change: Change): void {
  if (change.kind === 'link' && change.event === 'down') forget(conntrack, change.ifindex, null);
  if (change.kind === 'addr' && !change.added) forget(conntrack, change.ifindex, change.local);
}

function forget(conntrack: Conntrack, ifindex: number, lost: number | Int32Array | null): void {
  const { table } = conntrack;
  conntrack.each((row) => {
    if (table.masqIndex[row] !== ifindex) return;
    const at = (row * 2 + 1) * TUPLE_WORDS + TUPLE_DST;
    if (lost === null || isAddress(table.tuples, at, lost)) conntrack.kill(row);
  });
}

function isAddress(tuples: Uint32Array, at: number, address: number | Int32Array): boolean {
  for (let i = 0; i < 4; i++) {
    const word = typeof address === 'number' ? (i === 0 ? address : 0) : address[i]!;
    if (tuples[at + i] !== word >>> 0) return false;
  }
  return true;
}
