/**
 * Addresses of devices, and the routes that come and go with them.
 *
 * Mirrors devinet.c, addrconf.c and fib_frontend.c (fib_add_ifaddr …).
 */
import { equalIpv6, mask4, maskedIpv6 } from './address.ts';
import {
  type Address4,
  type Address6,
  type Device,
  SCOPE_HOST,
  SCOPE_LINK,
  SCOPE_UNIVERSE,
} from './device.ts';
import {
  type FibRoute,
  PLAIN_ROUTE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_ANYCAST,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTPROT_KERNEL,
} from './fib.ts';
import { isLoopback6 } from './fib6.ts';
import type { Netns } from './netns.ts';
import { NFPROTO_IPV4, NFPROTO_IPV6 } from './packet.ts';

const IP6_RT_PRIO_ADDRCONF = 256;
const LIMITED_BROADCAST = -1;
/** Devices of a smaller MTU do no IPv6. */
export const IPV6_MIN_MTU = 1280;

/** What an IPv4 address may have besides. */
type Address4Options = Partial<Pick<Address4, 'scope' | 'broadcast' | 'address'>>;

/** The part of Links that is about addresses. */
export class InterfaceAddresses {
  protected readonly ns: Netns;

  constructor(ns: Netns) {
    this.ns = ns;
  }

  /** Routes changed: what packets and flows hold is stale. */
  routesChanged(family: number): void {
    if (family === NFPROTO_IPV4) this.ns.fib4.flush();
    else this.ns.fib6.flush();
    this.ns.notify({ kind: 'route', family });
  }

  /** Local and connected routes of a device are in its VRF's table, if it is in one. */
  private tableOf(device: Device, table: number): number {
    const vrf = this.ns.l3mdev(device.ifindex);
    return vrf === 0 ? table : this.ns.devices.get(vrf)!.vrfTable;
  }

  /** __inet_insert_ifa. Returns an error, or undefined. */
  addAddress4(
    device: Device,
    local: number,
    prefixlen: number,
    { scope = SCOPE_UNIVERSE, broadcast = 0, address = local }: Address4Options = {},
  ): string | undefined {
    const subnet = device.addr4.filter(
      (a) => a.prefixlen === prefixlen && ((a.address ^ address) & mask4(prefixlen)) === 0,
    );
    for (const a of subnet) {
      if (a.local === local) return 'RTNETLINK answers: File exists';
      if (a.scope !== scope) return 'RTNETLINK answers: Invalid argument';
    }
    const secondary = subnet.length > 0;
    const added: Address4 = { local, address, prefixlen, broadcast, scope, secondary };
    const list = device.addr4;
    const after = list.findLastIndex((a) => !a.secondary && scope <= a.scope);
    if (secondary) list.push(added);
    else list.splice(after + 1, 0, added);
    this.ns.fib4.countAddress(local, 1);
    this.addRoutes4(device, added);
    this.routesChanged(NFPROTO_IPV4);
    const { ifindex } = device;
    this.ns.notify({ kind: 'addr', ifindex, family: NFPROTO_IPV4, local, added: true });
    return undefined;
  }

  /** fib_add_ifaddr. */
  protected addRoutes4(device: Device, a: Address4): void {
    const scope = SCOPE_HOST;
    this.add4(device, RT_TABLE_LOCAL, a.local, 32, RTN_LOCAL, scope, a.local);
    if (!device.up) return;
    const mask = mask4(a.prefixlen);
    const prefix = a.address & mask;
    if (a.broadcast !== 0 && a.broadcast !== LIMITED_BROADCAST)
      this.add4(device, RT_TABLE_LOCAL, a.broadcast, 32, RTN_BROADCAST, SCOPE_LINK, a.local);
    if ((prefix & 0xff000000) === 0 || a.secondary) return;
    if (prefix === a.local && a.prefixlen === 32) return;
    if (device.kind === 'loopback')
      this.add4(device, RT_TABLE_LOCAL, prefix, a.prefixlen, RTN_LOCAL, scope, a.local);
    else this.add4(device, RT_TABLE_MAIN, prefix, a.prefixlen, RTN_UNICAST, SCOPE_LINK, a.local);
    if (a.prefixlen >= 31) return;
    this.add4(device, RT_TABLE_LOCAL, prefix | ~mask, 32, RTN_BROADCAST, SCOPE_LINK, a.local);
    if (this.ns.profile.lowestAddressIsBroadcast)
      this.add4(device, RT_TABLE_LOCAL, prefix, 32, RTN_BROADCAST, SCOPE_LINK, a.local);
  }

  /** fib_magic: one route of an address, once. */
  private add4(
    device: Device,
    tableId: number,
    dst: number,
    prefixlen: number,
    type: number,
    scope: number,
    source: number,
  ): void {
    const table = this.ns.fib4.table(this.tableOf(device, tableId));
    const key = Int32Array.of(dst);
    const same = table
      .at(key, prefixlen)
      .some((r) => r.type === type && r.dev === device.ifindex && r.prefsrc?.[0] === source);
    if (same) return;
    table.insert({
      ...PLAIN_ROUTE,
      family: NFPROTO_IPV4,
      table: table.id,
      dst: key,
      prefixlen,
      type,
      scope,
      dev: device.ifindex,
      prefsrc: Int32Array.of(source),
    });
  }

  /**
   * inet_del_ifa: the other addresses of the subnet go with the first one, or the next becomes the
   * first (promote_secondaries).
   */
  removeAddress4(device: Device, address: Address4): void {
    const { ns } = this;
    const others = device.addr4.filter(
      (a) => a.secondary && !address.secondary && inSameSubnet(a, address),
    );
    const promote = device.ipv4.promote_secondaries | ns.settings.all4.promote_secondaries;
    const gone = promote ? [address] : [address, ...others];
    const [next] = others;
    if (promote && next !== undefined) {
      device.addr4.splice(device.addr4.indexOf(next), 1);
      device.addr4.splice(device.addr4.indexOf(address), 0, { ...next, secondary: false });
    }
    for (const a of gone) {
      device.addr4.splice(device.addr4.indexOf(a), 1);
      ns.fib4.countAddress(a.local, -1);
      this.removeRoutes(NFPROTO_IPV4, (r) => this.isOf4(r, device, a));
    }
    for (const a of device.addr4) this.addRoutes4(device, a);
    if (device.addr4.length === 0) this.flushRoutes4(device);
    this.routesChanged(NFPROTO_IPV4);
    for (const { local } of gone) {
      const { ifindex } = device;
      ns.notify({ kind: 'addr', ifindex, family: NFPROTO_IPV4, local, added: false });
    }
  }

  /** Routes that were made for an address, and those that prefer it as source. */
  private isOf4(route: FibRoute, device: Device, a: Address4): boolean {
    if (route.prefsrc?.[0] !== a.local) return false;
    if (route.protocol === RTPROT_KERNEL) return route.dev === device.ifindex;
    return !this.ns.fib4.isOwnAddress(a.local);
  }

  protected removeRoutes(family: number, gone: (route: FibRoute) => boolean): void {
    const fib = family === NFPROTO_IPV4 ? this.ns.fib4 : this.ns.fib6;
    for (const route of [...fib.routes()]) if (gone(route)) fib.table(route.table).remove(route);
  }

  /** fib_disable_ip, rt6_disable_ip: routes by a device; local addresses stay unless `all`. */
  protected flushRoutes(device: Device, all: boolean): void {
    const { ifindex } = device;
    this.removeRoutes(
      NFPROTO_IPV4,
      (r) => r.dev === ifindex && (all || r.type !== RTN_LOCAL || r.prefixlen !== 32),
    );
    this.removeRoutes(NFPROTO_IPV6, (r) => r.dev === ifindex);
  }

  private flushRoutes4(device: Device): void {
    this.removeRoutes(NFPROTO_IPV4, (r) => r.dev === device.ifindex);
    this.ns.neigh4.flush(device.ifindex);
  }

  /** inet6_addr_add, without duplicate address detection. */
  addAddress6(
    device: Device,
    local: Int32Array,
    prefixlen: number,
    peer: Int32Array | null = null,
  ): string | undefined {
    const { ns } = this;
    if (device.ipv6.disable_ipv6) return 'RTNETLINK answers: Permission denied';
    if (device.mtu < IPV6_MIN_MTU) return 'RTNETLINK answers: Invalid argument';
    if (device.addr6.some((a) => a.local.every((w, i) => w === local[i])))
      return 'RTNETLINK answers: File exists';
    const address = { local, prefixlen, peer };
    device.addr6.unshift(address);
    this.ns.mld.addressAdded(device, address);
    if (device.up) this.addMulticast6(device);
    this.addRoutes6(device, address);
    this.routesChanged(NFPROTO_IPV6);
    const { ifindex } = device;
    ns.notify({ kind: 'addr', ifindex, family: NFPROTO_IPV6, local, added: true });
    return undefined;
  }

  protected addRoutes6(device: Device, { local, prefixlen, peer }: Address6): void {
    this.add6(device, RT_TABLE_LOCAL, local, 128, RTN_LOCAL, 0);
    if (!device.up || isLoopback6(local)) return;
    if (prefixlen < 128) {
      const prefix = maskedIpv6(local, prefixlen);
      this.add6(device, RT_TABLE_MAIN, prefix, prefixlen, RTN_UNICAST, IP6_RT_PRIO_ADDRCONF);
      if (this.ns.settings.all6.forwarding && prefixlen < 127)
        this.add6(device, RT_TABLE_LOCAL, prefix, 128, RTN_ANYCAST, 0);
    } else this.add6(device, RT_TABLE_MAIN, local, 128, RTN_UNICAST, IP6_RT_PRIO_ADDRCONF);
    if (peer !== null)
      this.add6(device, RT_TABLE_MAIN, peer, 128, RTN_UNICAST, IP6_RT_PRIO_ADDRCONF);
  }

  /**
   * addrconf_add_mroute: multicast leaves by every device that is up; by those that IPv6 configures
   * nothing of itself for (addrconf_dev_config), once they have an address.
   */
  protected addMulticast6(device: Device): void {
    if (device.kind === 'loopback' || (!device.hasHeader && device.addr6.length === 0)) return;
    const all = Int32Array.of(0xff000000 | 0, 0, 0, 0);
    this.add6(device, RT_TABLE_LOCAL, all, 8, RTN_MULTICAST, IP6_RT_PRIO_ADDRCONF);
  }

  private add6(
    device: Device,
    tableId: number,
    dst: Int32Array,
    prefixlen: number,
    type: number,
    metric: number,
  ): void {
    const table = this.ns.fib6.table(this.tableOf(device, tableId));
    const dev = device.ifindex;
    if (table.at(dst, prefixlen).some((r) => r.type === type && r.dev === dev)) return;
    table.insert({
      ...PLAIN_ROUTE,
      family: NFPROTO_IPV6,
      table: table.id,
      dst,
      prefixlen,
      type,
      scope: SCOPE_UNIVERSE,
      metric,
      dev,
    });
  }

  removeAddress6(device: Device, address: Address6): void {
    const { ns } = this;
    const { ifindex } = device;
    const { local, prefixlen, peer } = address;
    device.addr6.splice(device.addr6.indexOf(address), 1);
    ns.mld.addressRemoved(device, address);
    const prefix = maskedIpv6(local, prefixlen);
    const shared = device.addr6.some(
      (a) => a.prefixlen === prefixlen && equalIpv6(maskedIpv6(a.local, prefixlen), prefix),
    );
    this.removeRoutes(NFPROTO_IPV6, (r) => {
      if (r.dev !== ifindex || r.protocol !== RTPROT_KERNEL) return false;
      if (r.type === RTN_LOCAL) return equalIpv6(r.dst, local);
      if (peer !== null && r.prefixlen === 128 && equalIpv6(r.dst, peer)) return true;
      if (shared) return false;
      if (r.type === RTN_ANYCAST) return equalIpv6(r.dst, prefix);
      return r.type === RTN_UNICAST && r.prefixlen === prefixlen && equalIpv6(r.dst, prefix);
    });
    ns.fib6.renew();
    this.routesChanged(NFPROTO_IPV6);
    ns.notify({ kind: 'addr', ifindex, family: NFPROTO_IPV6, local, added: false });
  }
}

const inSameSubnet = (a: Address4, b: Address4): boolean =>
  a.prefixlen === b.prefixlen && ((a.address ^ b.address) & mask4(a.prefixlen)) === 0;
