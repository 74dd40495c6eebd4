/**
 * What happens to the machine when devices and addresses come, go, or change.
 *
 * Mirrors devinet.c, addrconf.c, fib_frontend.c (fib_add_ifaddr …) and the notifier chains: routes of
 * addresses, what a device that goes down takes with it, forwarding switched on and off.
 */
import { mask4 } from './address.ts';
import {
  type Address4,
  type Address6,
  Device,
  type DeviceKind,
  LOOPBACK_IFINDEX,
  SCOPE_HOST,
  SCOPE_LINK,
  SCOPE_UNIVERSE,
} from './device.ts';
import {
  type FibRoute,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_ANYCAST,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
} from './fib.ts';
import { isLinkLocal6, isLoopback6 } from './fib6.ts';
import type { LinkEvent, Netns } from './netns.ts';
import { ETH_P_8021Q, NFPROTO_IPV4, NFPROTO_IPV6 } from './packet.ts';
import { ANY_RULE } from './rule.ts';

const RTPROT_KERNEL = 2;
const IP6_RT_PRIO_ADDRCONF = 256;
const LIMITED_BROADCAST = -1;
/** Devices of a smaller MTU do no IPv6. */
const IPV6_MIN_MTU = 1280;
/** l3mdev rules of VRF devices. */
const L3MDEV_PRIORITY = 1000;

export const PLAIN_ROUTE = {
  tos: 0,
  metric: 0,
  gateway: null,
  gateway6: false,
  onlink: false,
  prefsrc: null,
  protocol: RTPROT_KERNEL,
  mtu: 0,
  mtuLocked: false,
  advmss: 0,
  hoplimit: 0,
  realm: 0,
  inputRoute: null,
  outputRoute: null,
  sernum: 0,
} as const;

export class Links {
  private readonly ns: Netns;

  constructor(ns: Netns) {
    this.ns = ns;
    ns.sysctl.define('net.ipv4.ip_forward', 0, {
      apply: (value) => {
        if (ns.settings !== undefined) this.forward4(value);
      },
    });
  }

  /** lo, up, with 127.0.0.1/8 and ::1/128. */
  addLoopback(): void {
    const lo = this.add('lo', 'loopback', LOOPBACK_IFINDEX);
    lo.mtu = 65536;
    lo.ipv6.mtu = 65536;
    this.setUp(lo, true);
    this.addAddress4(lo, 0x7f000001, 8, SCOPE_HOST);
    this.addAddress6(lo, Int32Array.of(0, 0, 0, 1), 128);
  }

  add(name: string, kind: DeviceKind, ifindex: number): Device {
    const { ns } = this;
    const device = new Device(ifindex, name, kind, ns.settings.device(name));
    ns.devices.add(device);
    this.resolveRules();
    this.tell(device, 'register');
    return device;
  }

  /** A VRF's rule sends its ports' packets to its table. */
  addVrfRules(): void {
    for (const fib of [this.ns.fib4, this.ns.fib6]) {
      if ([...fib.rules].some((r) => r.l3mdev)) continue;
      fib.rules.add({ ...ANY_RULE, priority: L3MDEV_PRIORITY, l3mdev: true }, this.ifindexOf);
    }
  }

  remove(device: Device): void {
    const { ns } = this;
    if (device.up) this.setUp(device, false);
    for (const a of [...device.addr4]) this.removeAddress4(device, a);
    for (const a of [...device.addr6]) this.removeAddress6(device, a);
    for (const vlan of [...device.vlans]) this.remove(vlan);
    for (const port of [...device.ports]) this.setMaster(port, null);
    if (device.master !== 0) this.setMaster(device, null);
    const below = ns.devices.get(device.link);
    below?.vlans.splice(below.vlans.indexOf(device), 1);
    this.flushRoutes(device, true);
    ns.devices.remove(device);
    ns.settings.remove(device.name);
    this.resolveRules();
    this.tell(device, 'unregister');
  }

  private readonly ifindexOf = (name: string): number => this.ns.devices.named(name)?.ifindex ?? 0;

  private resolveRules(): void {
    this.ns.fib4.rules.resolve(this.ifindexOf);
    this.ns.fib6.rules.resolve(this.ifindexOf);
  }

  private tell(device: Device, event: LinkEvent): void {
    this.ns.notify({ kind: 'link', ifindex: device.ifindex, event });
  }

  /** Routes changed: what packets and flows hold is stale. */
  routesChanged(family: number): void {
    if (family === NFPROTO_IPV4) this.ns.fib4.flush();
    else this.ns.fib6.flush();
    this.ns.notify({ kind: 'route', family });
  }

  /** dev_open, dev_close: addresses and routes come and go with it. */
  setUp(device: Device, up: boolean): void {
    if (device.up === up) return;
    device.up = up;
    if (up) {
      for (const a of device.addr4) this.addRoutes4(device, a);
      this.addMulticast6(device);
    } else {
      this.flushRoutes(device, false);
      this.dropAddresses6(device);
      this.ns.neigh4.flush(device.ifindex);
      this.ns.neigh6.flush(device.ifindex);
      if (device.master !== 0) this.ns.fdb.forget(device);
    }
    this.routesChanged(NFPROTO_IPV4);
    this.routesChanged(NFPROTO_IPV6);
    this.tell(device, up ? 'up' : 'down');
    for (const vlan of device.vlans) this.setUp(vlan, up);
  }

  /** addrconf_ifdown: IPv6 addresses do not survive, unless keep_addr_on_down. */
  private dropAddresses6(device: Device): void {
    const keep = device.ipv6.keep_addr_on_down > 0 || this.ns.settings.all6.keep_addr_on_down > 0;
    for (const a of [...device.addr6])
      if (!keep || isLinkLocal6(a.local)) this.removeAddress6(device, a);
  }

  setMtu(device: Device, mtu: number): void {
    device.mtu = mtu;
    device.ipv6.mtu = mtu;
    if (mtu < IPV6_MIN_MTU) {
      for (const a of [...device.addr6]) this.removeAddress6(device, a);
      this.removeRoutes(NFPROTO_IPV6, (r) => r.dev === device.ifindex);
    }
    this.routesChanged(NFPROTO_IPV4);
    this.routesChanged(NFPROTO_IPV6);
    this.tell(device, 'change');
  }

  setAddress(device: Device, address: Uint8Array): void {
    device.address = address;
    device.addressFollowsPorts = false;
    for (const vlan of device.vlans) this.setAddress(vlan, address);
    this.tell(device, 'change');
  }

  setGroup(device: Device, group: number): void {
    device.group = group;
    this.tell(device, 'change');
  }

  /** A VLAN device takes address and MTU of the one below. */
  stack(device: Device, below: Device, id: number, protocol = ETH_P_8021Q): void {
    device.link = below.ifindex;
    device.vlanId = id;
    device.vlanProto = protocol;
    device.address = below.address;
    device.mtu = device.ipv6.mtu = below.mtu;
    below.vlans.push(device);
  }

  /** `ip link set DEV master …`: bridges and VRFs. */
  setMaster(device: Device, master: Device | null): void {
    const { ns } = this;
    const old = ns.devices.get(device.master);
    if (old !== undefined) {
      old.ports.splice(old.ports.indexOf(device), 1);
      ns.fdb.forget(device);
    }
    device.master = master?.ifindex ?? 0;
    master?.ports.push(device);
    if (master?.kind === 'vrf' || old?.kind === 'vrf') this.moveRoutes(device);
    if (master?.kind === 'bridge' && master.addressFollowsPorts) this.followPorts(master);
    this.tell(device, 'change');
  }

  /** A bridge without an address of its own has the lowest of its ports'. */
  private followPorts(bridge: Device): void {
    const lowest = bridge.ports.map((port) => port.address).sort((a, b) => Buffer.compare(a, b))[0];
    if (lowest !== undefined) bridge.address = lowest;
  }

  /** Into or out of a VRF: addresses' routes are made anew in the other table. */
  private moveRoutes(device: Device): void {
    this.flushRoutes(device, true);
    this.ns.neigh4.flush(device.ifindex);
    this.ns.neigh6.flush(device.ifindex);
    for (const a of device.addr4) this.addRoutes4(device, a);
    if (device.up) this.addMulticast6(device);
    for (const a of device.addr6) this.addRoutes6(device, a);
    this.routesChanged(NFPROTO_IPV4);
    this.routesChanged(NFPROTO_IPV6);
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
    scope = SCOPE_UNIVERSE,
    broadcast = 0,
  ): string | undefined {
    const subnet = device.addr4.filter(
      (a) => a.prefixlen === prefixlen && ((a.local ^ local) & mask4(prefixlen)) === 0,
    );
    if (subnet.some((a) => a.local === local)) return 'RTNETLINK answers: File exists';
    const secondary = subnet.length > 0;
    const address: Address4 = { local, prefixlen, broadcast, scope, secondary };
    const list = device.addr4;
    const after = list.findLastIndex((a) => !a.secondary && scope <= a.scope);
    if (secondary) list.push(address);
    else list.splice(after + 1, 0, address);
    this.ns.fib4.countAddress(local, 1);
    this.addRoutes4(device, address);
    this.routesChanged(NFPROTO_IPV4);
    const { ifindex } = device;
    this.ns.notify({ kind: 'addr', ifindex, family: NFPROTO_IPV4, local, added: true });
    return undefined;
  }

  /** fib_add_ifaddr. */
  private addRoutes4(device: Device, a: Address4): void {
    const scope = SCOPE_HOST;
    this.add4(device, RT_TABLE_LOCAL, a.local, 32, RTN_LOCAL, scope, a.local);
    if (!device.up) return;
    const mask = mask4(a.prefixlen);
    const prefix = a.local & mask;
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

  /** inet_del_ifa: the other addresses of the subnet go with the first one. */
  removeAddress4(device: Device, address: Address4): void {
    const { ns } = this;
    const gone = address.secondary
      ? [address]
      : device.addr4.filter(
          (a) =>
            a === address ||
            (a.secondary &&
              a.prefixlen === address.prefixlen &&
              ((a.local ^ address.local) & mask4(a.prefixlen)) === 0),
        );
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

  private removeRoutes(family: number, gone: (route: FibRoute) => boolean): void {
    const fib = family === NFPROTO_IPV4 ? this.ns.fib4 : this.ns.fib6;
    for (const route of [...fib.routes()]) if (gone(route)) fib.table(route.table).remove(route);
  }

  /** fib_disable_ip, rt6_disable_ip: routes by a device; local addresses stay unless `all`. */
  private flushRoutes(device: Device, all: boolean): void {
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
  addAddress6(device: Device, local: Int32Array, prefixlen: number): string | undefined {
    const { ns } = this;
    if (device.ipv6.disable_ipv6) return 'RTNETLINK answers: Permission denied';
    if (device.mtu < IPV6_MIN_MTU) return 'RTNETLINK answers: Invalid argument';
    if (device.addr6.some((a) => a.local.every((w, i) => w === local[i])))
      return 'RTNETLINK answers: File exists';
    const address = { local, prefixlen };
    device.addr6.unshift(address);
    this.addRoutes6(device, address);
    this.routesChanged(NFPROTO_IPV6);
    const { ifindex } = device;
    ns.notify({ kind: 'addr', ifindex, family: NFPROTO_IPV6, local, added: true });
    return undefined;
  }

  private addRoutes6(device: Device, { local, prefixlen }: Address6): void {
    this.add6(device, RT_TABLE_LOCAL, local, 128, RTN_LOCAL, 0);
    if (!device.up || isLoopback6(local)) return;
    if (prefixlen < 128) {
      const prefix = masked(local, prefixlen);
      this.add6(device, RT_TABLE_MAIN, prefix, prefixlen, RTN_UNICAST, IP6_RT_PRIO_ADDRCONF);
      if (this.ns.settings.all6.forwarding && prefixlen < 127)
        this.add6(device, RT_TABLE_LOCAL, prefix, 128, RTN_ANYCAST, 0);
    } else this.add6(device, RT_TABLE_MAIN, local, 128, RTN_UNICAST, IP6_RT_PRIO_ADDRCONF);
  }

  /** addrconf_add_mroute: multicast leaves by every device that is up. */
  private addMulticast6(device: Device): void {
    if (device.kind === 'loopback') return;
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
    const { local, prefixlen } = address;
    device.addr6.splice(device.addr6.indexOf(address), 1);
    const prefix = masked(local, prefixlen);
    const shared = device.addr6.some(
      (a) => a.prefixlen === prefixlen && same(masked(a.local, prefixlen), prefix),
    );
    this.removeRoutes(NFPROTO_IPV6, (r) => {
      if (r.dev !== ifindex || r.protocol !== RTPROT_KERNEL) return false;
      if (r.type === RTN_LOCAL) return same(r.dst, local);
      if (shared) return false;
      if (r.type === RTN_ANYCAST) return same(r.dst, prefix);
      return r.type === RTN_UNICAST && r.prefixlen === prefixlen && same(r.dst, prefix);
    });
    ns.fib6.renew();
    this.routesChanged(NFPROTO_IPV6);
    ns.notify({ kind: 'addr', ifindex, family: NFPROTO_IPV6, local, added: false });
  }

  /** inet_forward_change: all devices, and what comes later. */
  private forward4(value: number): void {
    const { settings, devices, sysctl } = this.ns;
    settings.all4.forwarding = settings.default4.forwarding = value;
    for (const device of devices) {
      device.ipv4.forwarding = value;
      sysctl.set(`net.ipv4.conf.${device.name}.forwarding`, value);
    }
    this.routesChanged(NFPROTO_IPV4);
  }

  /** A setting of a device changed: what hangs on it follows. */
  readonly settingChanged = (name: string, device: string, value: number): void => {
    const { ns } = this;
    if (name === 'ipv4.forwarding') {
      if (device === 'all') ns.sysctl.set('net.ipv4.ip_forward', value);
      else this.routesChanged(NFPROTO_IPV4);
    } else if (name === 'ipv6.forwarding' && device === 'all') this.forward6(value);
    else if (name === 'ipv6.disable_ipv6') this.disable6(device, value);
    else if (name.startsWith('ipv4.')) this.routesChanged(NFPROTO_IPV4);
  };

  /** addrconf_forward_change: subnet-router anycast addresses come and go with it. */
  private forward6(value: number): void {
    const { settings, devices } = this.ns;
    settings.default6.forwarding = value;
    for (const device of devices) {
      device.ipv6.forwarding = value;
      if (value) for (const a of device.addr6) this.addRoutes6(device, a);
    }
    if (!value) this.removeRoutes(NFPROTO_IPV6, (r) => r.type === RTN_ANYCAST);
  }

  /** addrconf_disable_change: addresses go. */
  private disable6(name: string, value: number): void {
    const { ns } = this;
    if (name === 'all') {
      ns.settings.default6.disable_ipv6 = value;
      for (const device of ns.devices)
        ns.sysctl.set(`net.ipv6.conf.${device.name}.disable_ipv6`, value);
      return;
    }
    const device = ns.devices.named(name);
    if (device === undefined || !value) return;
    for (const a of [...device.addr6]) this.removeAddress6(device, a);
    this.removeRoutes(NFPROTO_IPV6, (r) => r.dev === device.ifindex);
    this.routesChanged(NFPROTO_IPV6);
  }
}

function masked(a: Int32Array, prefixlen: number): Int32Array {
  return a.map((w, i) => {
    const bits = prefixlen - 32 * i;
    return bits >= 32 ? w : bits <= 0 ? 0 : w & (-1 << (32 - bits));
  });
}

const same = (a: Int32Array, b: Int32Array): boolean => a.every((w, i) => w === b[i]);
