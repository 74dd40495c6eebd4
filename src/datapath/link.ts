/**
 * What happens to the machine when devices come, go, or change.
 *
 * Mirrors core/dev.c's notifier chains as routing, neighbours and bridges hear them: what a device
 * that goes down takes with it, forwarding switched on and off.
 */
import { initPort } from './bridge_vlan.ts';
import { Device, type DeviceKind, LOOPBACK_IFINDEX, SCOPE_HOST } from './device.ts';
import { RTN_ANYCAST } from './fib.ts';
import { isLinkLocal6 } from './fib6.ts';
import { InterfaceAddresses, IPV6_MIN_MTU } from './ifaddr.ts';
import type { LinkEvent, Netns } from './netns.ts';
import { ETH_P_8021Q, NFPROTO_IPV4, NFPROTO_IPV6, PPPOE_SES_HLEN } from './packet.ts';
import { ANY_RULE } from './rule.ts';

const ETH_DATA_LEN = 1500;
const ETHERNET = [68, 65535] as const;
/** min_mtu and max_mtu of each kind of device. */
const MTUS: Readonly<Record<DeviceKind, readonly [number, number]>> = {
  wire: ETHERNET,
  bridge: ETHERNET,
  vlan: [0, 65535],
  vrf: [1280, 65575],
  dummy: [0, 0x7fffffff],
  ppp: [0, 0x7fffffff],
  loopback: [0, 0x7fffffff],
};

/** l3mdev rules of VRF devices. */
const L3MDEV_PRIORITY = 1000;

export class Links extends InterfaceAddresses {
  constructor(ns: Netns) {
    super(ns);
    ns.sysctl.define('net.ipv4.ip_forward', 0, {
      // another name of one setting; absent: there are no devices yet
      apply: (value) => ns.settings && ns.sysctl.set('net.ipv4.conf.all.forwarding', value),
    });
  }

  /** lo, up, with 127.0.0.1/8 and ::1/128. */
  addLoopback(): void {
    const lo = this.add('lo', 'loopback', LOOPBACK_IFINDEX);
    lo.mtu = 65536;
    lo.ipv6.mtu = 65536;
    this.setUp(lo, true);
    this.addAddress4(lo, 0x7f000001, 8, { scope: SCOPE_HOST });
    this.addAddress6(lo, Int32Array.of(0, 0, 0, 1), 128);
  }

  add(name: string, kind: DeviceKind, ifindex: number): Device {
    const { ns } = this;
    const device = new Device(ifindex, name, kind, ns.settings.device(name));
    ns.devices.add(device);
    ns.mld.deviceAdded(device);
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
    if (device.kind === 'vlan') drop(ns.devices.get(device.link)!.vlans, device);
    if (device.session !== null) drop(ns.devices.get(device.session.below)?.sessions, device);
    this.flushRoutes(device, true);
    ns.devices.remove(device);
    ns.mld.removed(device);
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
    const { ifindex, name } = device;
    this.ns.notify({ kind: 'link', ifindex, name, event });
  }

  /** dev_open, dev_close: addresses and routes come and go with it. */
  setUp(device: Device, up: boolean): void {
    if (device.up === up) return;
    device.up = up;
    if (up) {
      for (const a of device.addr4) this.addRoutes4(device, a);
      this.addMulticast6(device);
      this.ns.mld.up(device);
    } else {
      endSessions(device);
      this.flushRoutes(device, false);
      this.ns.mld.down(device);
      this.dropAddresses6(device);
      this.dropNeighbours(device);
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

  /** `ip link set DEV mtu`. Returns an error, or undefined. */
  giveMtu(device: Device, mtu: number): string | undefined {
    const [least, most] = MTUS[device.kind];
    if (mtu < least) return 'Error: mtu less than device minimum.';
    if (mtu > most) return 'Error: mtu greater than device maximum.';
    const below = this.ns.devices.get(device.link);
    if (below !== undefined && mtu > below.mtu)
      return 'RTNETLINK answers: Numerical result out of range';
    if (mtu === device.mtu) return undefined;
    device.mtuIsOwn = device.kind === 'bridge';
    this.setMtu(device, mtu);
    return undefined;
  }

  /** dev_set_mtu: VLAN devices shrink with the one below, bridges follow their ports. */
  private setMtu(device: Device, mtu: number): void {
    this.ns.fib4.exceptions.mtuChanged(device.ifindex, mtu, device.mtu);
    const grown = device.mtu < IPV6_MIN_MTU && mtu >= IPV6_MIN_MTU;
    device.mtu = mtu;
    device.ipv6.mtu = mtu;
    endSessions(device);
    if (grown) this.ns.mld.deviceAdded(device);
    if (mtu < IPV6_MIN_MTU) {
      this.ns.mld.removed(device);
      for (const a of [...device.addr6]) this.removeAddress6(device, a);
      this.removeRoutes(NFPROTO_IPV6, (r) => r.dev === device.ifindex);
    }
    this.routesChanged(NFPROTO_IPV4);
    this.routesChanged(NFPROTO_IPV6);
    this.tell(device, 'change');
    for (const vlan of device.vlans) if (vlan.mtu > mtu) this.setMtu(vlan, mtu);
    this.adjustMtu(this.ns.devices.get(device.master));
  }

  /** br_mtu_auto_adjust */
  private adjustMtu(bridge: Device | undefined): void {
    if (bridge?.kind !== 'bridge' || bridge.mtuIsOwn) return;
    const least = Math.min(...bridge.ports.map((port) => port.mtu));
    const mtu = bridge.ports.length > 0 ? least : ETH_DATA_LEN;
    if (mtu !== bridge.mtu) this.setMtu(bridge, mtu);
  }

  /** neigh_ifdown: also whom the device answers for. */
  private dropNeighbours(device: Device): void {
    const { neigh4, neigh6, mld } = this.ns;
    for (const address of neigh6.proxiedBy(device.ifindex))
      mld.proxyChanged(device, address, false);
    for (const table of [neigh4, neigh6]) {
      table.flush(device.ifindex);
      for (const address of [...table.proxiedBy(device.ifindex)])
        table.deleteProxy(device.ifindex, address);
    }
  }

  /** NETDEV_CHANGEADDR: the neighbours of the device are forgotten, those for good as well. */
  setAddress(device: Device, address: Uint8Array): void {
    device.addressFollows = false;
    this.changeAddress(device, address);
  }

  private changeAddress(device: Device, address: Uint8Array): void {
    device.address = address;
    endSessions(device);
    this.ns.neigh4.flush(device.ifindex);
    this.ns.neigh6.flush(device.ifindex);
    this.routesChanged(NFPROTO_IPV4);
    for (const vlan of device.vlans) if (vlan.addressFollows) this.changeAddress(vlan, address);
    const master = this.ns.devices.get(device.master);
    this.followPorts(master);
    this.claim(master ?? device);
    this.tell(device, 'change');
  }

  /** br_fdb_changeaddr, br_fdb_change_mac_address */
  private claim(bridge: Device | undefined): void {
    if (bridge?.kind === 'bridge') this.ns.fdb.claim(bridge);
  }

  /** netdev_state_change: nothing that routes go by, and yet they are looked up anew, groups told again. */
  stateChanged(device: Device): void {
    if (!device.up) return;
    this.routesChanged(NFPROTO_IPV4);
    this.routesChanged(NFPROTO_IPV6);
    this.ns.mld.up(device);
    this.tell(device, 'change');
  }

  /** NETDEV_CHANGE: the device tells its groups again, it may be plugged in elsewhere now. */
  setGroup(device: Device, group: number): void {
    device.group = group;
    this.ns.mld.up(device);
    this.tell(device, 'change');
  }

  /** A VLAN device takes address and MTU of the one below. */
  stack(device: Device, below: Device, id: number, protocol = ETH_P_8021Q): void {
    device.link = below.ifindex;
    device.vlanId = id;
    device.vlanProto = protocol;
    device.address = below.address;
    device.addressFollows = true;
    device.mtu = device.ipv6.mtu = below.mtu;
    below.vlans.push(device);
  }

  /** pppoe_connect and PPPIOCCONNECT: a session with the station `peer` on the wire of `below`. */
  connect(device: Device, below: Device, id: number, peer: Uint8Array): void {
    device.session = { id, peer, below: below.ifindex, ended: false };
    device.mtu = device.ipv6.mtu = below.mtu - PPPOE_SES_HLEN;
    device.address = new Uint8Array(6);
    below.sessions.push(device);
  }

  /** `ip link set DEV master …`: bridges and VRFs. */
  setMaster(device: Device, master: Device | null): void {
    const { ns } = this;
    const old = ns.devices.get(device.master);
    if (old !== undefined) {
      old.ports.splice(old.ports.indexOf(device), 1);
      ns.fdb.forget(device);
      device.vlanGroup = null;
    }
    device.master = master?.ifindex ?? 0;
    master?.ports.push(device);
    if (master?.kind === 'bridge') initPort(master, device);
    if (master?.kind === 'vrf' || old?.kind === 'vrf') this.moveRoutes(device);
    this.followPorts(old);
    this.followPorts(master ?? undefined);
    this.adjustMtu(old);
    this.adjustMtu(master ?? undefined);
    this.claim(master ?? undefined);
    this.tell(device, 'change');
  }

  /** br_stp_recalculate_bridge_id: a bridge without an address of its own has the lowest of its ports'. */
  private followPorts(bridge: Device | undefined): void {
    if (bridge?.kind !== 'bridge' || !bridge.addressFollows) return;
    const addresses = bridge.ports.map((port) => port.address);
    const lowest = addresses.sort((a, b) => Buffer.compare(a, b))[0] ?? new Uint8Array(6);
    if (Buffer.compare(lowest, bridge.address) !== 0) this.changeAddress(bridge, lowest);
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

  /** inet_forward_change: all devices, and what comes later. */
  private forward4(value: number): void {
    const { settings, devices, sysctl } = this.ns;
    settings.default4.forwarding = value;
    sysctl.set('net.ipv4.ip_forward', value);
    // routers do not believe redirects unless they are told to, hosts do
    sysctl.set('net.ipv4.conf.all.accept_redirects', value ? 0 : 1);
    for (const device of devices) {
      device.ipv4.forwarding = value;
      sysctl.set(`net.ipv4.conf.${device.name}.forwarding`, value);
    }
    this.routesChanged(NFPROTO_IPV4);
  }

  /** A setting of a device changed: what hangs on it follows. */
  readonly settingChanged = (name: string, device: string, value: number): void => {
    if (name === 'ipv4.forwarding') {
      if (device === 'all') this.forward4(value);
      else if (device !== 'default') this.routesChanged(NFPROTO_IPV4);
    } else if (name === 'ipv6.forwarding' && device === 'all') this.forward6(value);
    else if (name === 'ipv6.forwarding') this.forwardDevice6(device);
    else if (name === 'ipv6.disable_ipv6') this.disable6(device, value);
    else if (flushesRoutes(name, value)) this.routesChanged(NFPROTO_IPV4);
  };

  /** addrconf_forward_change: subnet-router anycast addresses come and go with it. */
  private forward6(value: number): void {
    const { settings, devices } = this.ns;
    settings.default6.forwarding = value;
    for (const device of devices) {
      const changes = (device.ipv6.forwarding !== 0) !== (value !== 0);
      device.ipv6.forwarding = value;
      if (changes) this.ns.mld.forwardingChanged(device);
      if (value) for (const a of device.addr6) this.addRoutes6(device, a);
    }
    if (!value) this.removeRoutes(NFPROTO_IPV6, (r) => r.type === RTN_ANYCAST);
  }

  private forwardDevice6(name: string): void {
    const device = this.ns.devices.named(name);
    if (device !== undefined) this.ns.mld.forwardingChanged(device);
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
    if (device === undefined) return;
    if (!value) {
      if (device.up) ns.mld.up(device);
      return;
    }
    for (const a of [...device.addr6]) this.removeAddress6(device, a);
    ns.mld.down(device);
    this.removeRoutes(NFPROTO_IPV6, (r) => r.dev === device.ifindex);
    this.routesChanged(NFPROTO_IPV6);
  }
}

/** pppoe_flush_dev: sessions do not survive that the device below goes down, or changes address or MTU. */
function endSessions({ sessions }: Device): void {
  for (const { session } of sessions) session!.ended = true;
}

/** Takes a device out of a list. */
function drop(devices: Device[] | undefined, device: Device): void {
  const at = devices?.indexOf(device) ?? -1;
  if (at >= 0) devices!.splice(at, 1);
}

/** DEVINET_SYSCTL_FLUSHING_ENTRY, devinet_conf_proc: settings with which all routes are looked up anew. */
function flushesRoutes(name: string, value: number): boolean {
  if (name === 'ipv4.accept_local') return value === 0;
  return FLUSHING.includes(name);
}

const FLUSHING: readonly string[] = [
  'ipv4.bc_forwarding',
  'ipv4.drop_unicast_in_l2_multicast',
  'ipv4.promote_secondaries',
  'ipv4.route_localnet',
];
