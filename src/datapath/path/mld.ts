/**
 * What the machine tells its wires of the IPv6 groups that it listens to: reports of changes.
 *
 * Mirrors mcast.c as far as a router's own groups go: those of all routers and the solicited nodes of
 * its addresses. Queries are not answered; the reports from before the trace are over.
 */
import { equalIpv6, maskedIpv6, putHalf, putWord } from '../address.ts';
import { type Timer, US_PER_JIFFY } from '../clock.ts';
import type { Address6, Device, DeviceKind } from '../device.ts';
import { isAny6, isLinkLocal6 } from '../fib6.ts';
import { IPV6_MIN_MTU } from '../ifaddr.ts';
import type { Netns } from '../netns.ts';
import { CONTROL_SOCKET, DEV, FLAG_NO_LOOP, FLAGS, NH, SOCKET, TH } from '../packet.ts';
import { icmp6Checksum, packet6 } from './icmp6.ts';
import { ip6LocalOut } from './ip6.ts';
import { ICMPV6, solicitedNode } from './ndisc.ts';

/** mc_qrv: how often a change is told. */
const ROBUSTNESS = 2;
const NEXTHDR_HOP = 0;
/** Of a hop-by-hop header: a router alert and padding. */
const ROUTER_ALERT = [ICMPV6, 0, 5, 2, 0, 0, 1, 0];
const REPORT = 143;
const RECORD_BYTES = 20;
const CHANGE_TO_INCLUDE = 3;
const CHANGE_TO_EXCLUDE = 4;
/** IFF_MULTICAST */
const KINDS: readonly DeviceKind[] = ['wire', 'bridge', 'vlan', 'ppp'];

const ALL_ROUTERS = Int32Array.of(0xff020000 | 0, 0, 0, 2);
const ALL_ROUTERS_OF_SITE = Int32Array.of(0xff050000 | 0, 0, 0, 2);
const ALL_REPORTERS = Int32Array.of(0xff020000 | 0, 0, 0, 0x16);
const UNSPECIFIED = new Int32Array(4);

/** ifmcaddr6 */
interface Group {
  readonly address: Int32Array;
  users: number;
  /** mca_crcount: how often its change is still to be told. */
  told: number;
}

interface Record {
  readonly type: number;
  readonly address: Int32Array;
}

/** The groups of one device. */
class Listener {
  /** The newest first. */
  groups: Group[] = [];
  /** mc_tomb: those that were left, the last one first. */
  left: Group[] = [];
  /** Rounds of reports of changes, and of all groups for a new link-local address. */
  readonly changes = { left: 0, timer: null as Timer | null };
  readonly all = { left: 0, timer: null as Timer | null };
}

type Rounds = Listener['changes'];

export class MulticastListeners {
  private readonly ns: Netns;
  private readonly listeners = new Map<number, Listener>();

  constructor(ns: Netns) {
    this.ns = ns;
  }

  /** The machine is made: what was to be told has been told. */
  settle(): void {
    for (const listener of this.listeners.values()) {
      for (const rounds of [listener.changes, listener.all]) this.stop(rounds);
      for (const group of listener.groups) group.told = 0;
      listener.left = [];
    }
  }

  /** ipv6_add_dev: of the groups of routers a new device is in one. */
  deviceAdded(device: Device): void {
    if (this.listens(device) && device.ipv6.forwarding) this.join(device, ALL_ROUTERS);
  }

  /** ipv6_find_idev and addrconf_join_solict, of an address that the device has got. */
  addressAdded(device: Device, address: Address6): void {
    const { local } = address;
    if (!this.listens(device)) return;
    if (device.up) this.up(device);
    this.joinSolicited(device, local, true);
    if (device.ipv6.forwarding) this.anycast(device, address, true);
    const lonely = device.addr6.filter((a) => isLinkLocal6(a.local)).length === 1;
    if (device.up && isLinkLocal6(local) && lonely) this.tellAll(device);
  }

  addressRemoved(device: Device, address: Address6): void {
    if (!this.listens(device)) return;
    if (device.ipv6.forwarding) this.anycast(device, address, false);
    this.joinSolicited(device, address.local, false);
  }

  /** pndisc_constructor, pndisc_destructor: of an address that the device answers for. */
  proxyChanged(device: Device, address: Int32Array, joins: boolean): void {
    if (this.listens(device)) this.joinSolicited(device, address, joins);
  }

  /** dev_forward_change */
  forwardingChanged(device: Device): void {
    if (!this.listens(device)) return;
    const joins = device.ipv6.forwarding !== 0;
    for (const group of [ALL_ROUTERS, ALL_ROUTERS_OF_SITE])
      if (joins) this.join(device, group);
      else this.leave(device, group);
    const seen: Address6[] = [];
    for (const address of device.addr6) {
      if (!seen.some((a) => sharesAnycast(a, address))) this.changeAnycast(device, address, joins);
      seen.push(address);
    }
  }

  /** ipv6_mc_up: every group is told anew. */
  up(device: Device): void {
    if (!this.listens(device) || device.ipv6.disable_ipv6) return;
    const listener = this.of(device);
    for (const group of listener.groups) {
      listener.left = listener.left.filter((g) => !equalIpv6(g.address, group.address));
      this.added(device, listener, group);
    }
  }

  /** ipv6_mc_down: they are left, but nobody is told before the device is up again. */
  down(device: Device): void {
    const listener = this.listeners.get(device.ifindex);
    if (listener === undefined) return;
    for (const { address } of listener.groups) listener.left.unshift(buried(address));
    for (const rounds of [listener.changes, listener.all]) this.stop(rounds);
  }

  removed(device: Device): void {
    const listener = this.listeners.get(device.ifindex);
    if (listener === undefined) return;
    for (const rounds of [listener.changes, listener.all]) this.stop(rounds);
    this.listeners.delete(device.ifindex);
  }

  private listens(device: Device): boolean {
    return KINDS.includes(device.kind) && device.mtu >= IPV6_MIN_MTU;
  }

  private of(device: Device): Listener {
    let listener = this.listeners.get(device.ifindex);
    if (listener === undefined) this.listeners.set(device.ifindex, (listener = new Listener()));
    return listener;
  }

  /** Addresses of one prefix share the anycast address of its routers. */
  private anycast(device: Device, address: Address6, joins: boolean): void {
    const others = device.addr6.filter((a) => !equalIpv6(a.local, address.local));
    if (!others.some((a) => sharesAnycast(a, address))) this.changeAnycast(device, address, joins);
  }

  private changeAnycast(device: Device, { local, prefixlen }: Address6, joins: boolean): void {
    // The subnet-router anycast address of the prefix.
    const anycast = maskedIpv6(local, prefixlen);
    if (prefixlen >= 127 || isAny6(anycast)) return;
    this.joinSolicited(device, anycast, joins);
  }

  /** addrconf_join_solict, addrconf_leave_solict: nobody asks for addresses where there is no header. */
  private joinSolicited(device: Device, address: Int32Array, joins: boolean): void {
    if (!device.hasHeader) return;
    if (joins) this.join(device, solicitedNode(address));
    else this.leave(device, solicitedNode(address));
  }

  private join(device: Device, address: Int32Array): void {
    const listener = this.of(device);
    const known = listener.groups.find((g) => equalIpv6(g.address, address));
    if (known !== undefined) {
      known.users++;
      return;
    }
    listener.left = listener.left.filter((g) => !equalIpv6(g.address, address));
    const group = { address, users: 1, told: 0 };
    listener.groups.unshift(group);
    this.added(device, listener, group);
  }

  private leave(device: Device, address: Int32Array): void {
    const listener = this.of(device);
    const group = listener.groups.find((g) => equalIpv6(g.address, address));
    if (group === undefined || --group.users > 0) return;
    listener.groups.splice(listener.groups.indexOf(group), 1);
    // A device that went down has left it already.
    if (listener.left.some((g) => equalIpv6(g.address, address))) return;
    listener.left.unshift(buried(address));
    this.changed(device, listener);
  }

  /** igmp6_group_added */
  private added(device: Device, listener: Listener, group: Group): void {
    if (!device.up) return;
    group.told = ROBUSTNESS;
    this.changed(device, listener);
  }

  /** mld_ifc_event */
  private changed(device: Device, { changes }: Listener): void {
    changes.left = ROBUSTNESS;
    this.start(changes, 0, () => this.tellChanges(device));
  }

  /** mld_ifc_start_work, mld_dad_start_work: two jiffies and what is drawn. */
  private start(rounds: Rounds, pause: number, tell: () => void): void {
    const { clock } = this.ns;
    if (rounds.timer !== null) clock.cancel(rounds.timer);
    rounds.timer = clock.after(pause + 2, tell);
  }

  private stop(rounds: Rounds): void {
    if (rounds.timer !== null) this.ns.clock.cancel(rounds.timer);
    rounds.timer = null;
    rounds.left = 0;
  }

  /** mld_ifc_work, mld_send_cr: first the groups that were left, then those that are new. */
  private tellChanges(device: Device): void {
    const listener = this.of(device);
    const records: Record[] = [];
    const tell = (type: number) => (group: Group) => {
      if (group.told > 0) records.push({ type, address: group.address });
      group.told = Math.max(0, group.told - 1);
    };
    listener.left.forEach(tell(CHANGE_TO_INCLUDE));
    listener.left = listener.left.filter((g) => g.told > 0);
    listener.groups.forEach(tell(CHANGE_TO_EXCLUDE));
    this.report(device, records);
    this.next(device, listener.changes, () => this.tellChanges(device));
  }

  /** ipv6_mc_dad_complete, mld_dad_work, mld_send_initial_cr */
  private tellAll(device: Device): void {
    const { all } = this.of(device);
    all.left = ROBUSTNESS;
    this.tellGroups(device);
  }

  private tellGroups(device: Device): void {
    const { groups, all } = this.of(device);
    this.report(
      device,
      groups.map(({ address }) => ({ type: CHANGE_TO_EXCLUDE, address })),
    );
    this.next(device, all, () => this.tellGroups(device));
  }

  private next(device: Device, rounds: Rounds, tell: () => void): void {
    rounds.timer = null;
    if (rounds.left === 0 || --rounds.left === 0) return;
    const ms = device.ipv6.mldv2_unsolicited_report_interval;
    const most = Math.round((ms * 1000) / US_PER_JIFFY);
    this.start(rounds, most > 0 ? this.ns.random.below(most) : 0, tell);
  }

  /** mld_newpack, mld_sendpack: as many reports as the records need. */
  private report(device: Device, records: readonly Record[]): void {
    const room = Math.floor((device.mtu - 40 - 8 - 8) / RECORD_BYTES);
    for (let i = 0; i < records.length; i += room) this.send(device, records.slice(i, i + room));
  }

  private send(device: Device, records: readonly Record[]): void {
    const { ns } = this;
    const own = device.addr6.find((a) => isLinkLocal6(a.local));
    const flow = ns.outFlow6;
    flow.clear();
    flow.daddr.set(ALL_REPORTERS);
    flow.proto = ICMPV6;
    flow.oif = device.ifindex;
    const route = ns.fib6.output(flow);
    flow.saddr.set(own?.local ?? UNSPECIFIED);
    const p = packet6(ns, NEXTHDR_HOP, 16 + RECORD_BYTES * records.length, flow, 0, 1);
    p.dst = { ...route, dev: device.ifindex, gateway: null, error: 0, output: 0, flags: 0 };
    const { b, m } = p;
    b[m[NH]! + 1] = b[m[NH]! + 2] = b[m[NH]! + 3] = 0;
    b.set(ROUTER_ALERT, m[TH]);
    const th = (m[TH]! += 8);
    b.fill(0, th, th + 8);
    b[th] = REPORT;
    putHalf(b, th + 6, records.length);
    records.forEach(({ type, address }, i) => {
      const at = th + 8 + RECORD_BYTES * i;
      putWord(b, at, type << 24);
      for (let w = 0; w < 4; w++) putWord(b, at + 4 + 4 * w, address[w]!);
    });
    m[FLAGS]! |= FLAG_NO_LOOP;
    m[SOCKET] = CONTROL_SOCKET;
    m[DEV] = device.ifindex;
    icmp6Checksum(p);
    ip6LocalOut(ns, p);
  }
}

const buried = (address: Int32Array): Group => ({ address, users: 0, told: ROBUSTNESS });

const sharesAnycast = (a: Address6, b: Address6): boolean =>
  a.prefixlen < 127 &&
  b.prefixlen < 127 &&
  equalIpv6(maskedIpv6(a.local, a.prefixlen), maskedIpv6(b.local, b.prefixlen));
