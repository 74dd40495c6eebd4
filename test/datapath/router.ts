/** A home router: eth0 192.168.1.1/24 inside, eth1 203.0.113.2/24 outside with the default route. */
import { parseIpv4 } from '../../src/datapath/address.ts';
import { SCOPE_UNIVERSE } from '../../src/datapath/device.ts';
import { PLAIN_ROUTE, RT_TABLE_MAIN, RTN_UNICAST } from '../../src/datapath/fib.ts';
import { FORWARD, type HookFunction, NF_ACCEPT } from '../../src/datapath/hooks.ts';
import { Datapath } from '../../src/datapath/index.ts';

import { NUD_PERMANENT } from '../../src/datapath/neigh.ts';
import { DATA, END, LL, NFPROTO_INET, NFPROTO_IPV4, Packet } from '../../src/datapath/packet.ts';
import { profileOf } from '../../src/datapath/releases.ts';

export const ETH0 = 10;
export const ETH1 = 11;

const mac = (last: number) => Uint8Array.of(2, 0xff, 0, 0, 0, last);

export class Router {
  readonly datapath: Datapath;
  /** Frames that left, as packets with NH behind the Ethernet header. */
  readonly sent: { ifindex: number; bytes: Uint8Array }[] = [];

  constructor(kernel = '6.12') {
    this.datapath = new Datapath({
      profile: profileOf(kernel)!,
      seed: 1,
      events: {
        egress: (ifindex, p) =>
          this.sent.push({ ifindex, bytes: p.b.slice(p.m[DATA]!, p.m[END]!) }),
      },
    });
    this.device('eth0', ETH0, '192.168.1.1', ['192.168.1.2', '192.168.1.3']);
    this.device('eth1', ETH1, '203.0.113.2', ['203.0.113.1']);
    const { ns, conntrack } = this.datapath;
    ns.sysctl.set('net.ipv4.ip_forward', 1);
    ns.fib4.table(RT_TABLE_MAIN).insert({
      ...PLAIN_ROUTE,
      family: NFPROTO_IPV4,
      table: RT_TABLE_MAIN,
      dst: Int32Array.of(0),
      prefixlen: 0,
      type: RTN_UNICAST,
      scope: SCOPE_UNIVERSE,
      dev: ETH1,
      gateway: Int32Array.of(parseIpv4('203.0.113.1')!),
    });
    ns.links.routesChanged(NFPROTO_IPV4);
    conntrack.acquire(NFPROTO_INET);
  }

  private device(name: string, ifindex: number, address: string, stations: string[]): void {
    const { ns } = this.datapath;
    const device = ns.links.add(name, 'wire', ifindex);
    device.address = Uint8Array.of(2, 0, 0, 0, 0, ifindex - 9);
    ns.links.setUp(device, true);
    ns.links.addAddress4(device, parseIpv4(address)!, 24);
    for (const station of stations)
      ns.neigh4.set(ifindex, Int32Array.of(parseIpv4(station)!), mac(ifindex), NUD_PERMANENT);
  }

  /** `flow add` for all that is forwarded. */
  offloadForwarded(options: { counter?: boolean } = {}) {
    const { flowtables } = this.datapath;
    const flowtable = flowtables.create({
      table: 'fw',
      name: 'ft',
      family: NFPROTO_INET,
      priority: 0,
      devices: [ETH0, ETH1],
      hardware: false,
      counter: options.counter ?? false,
    });
    this.atForward((p) => {
      flowtables.offload(p, flowtable);
      return NF_ACCEPT;
    });
    return flowtable;
  }

  atForward(fn: HookFunction): void {
    const { hooks } = this.datapath.ns;
    hooks.register({ family: NFPROTO_IPV4, hook: FORWARD }, { fn, priority: 0, name: 'forward' });
  }

  /** An IP packet comes in by a device; what left the machine because of it. */
  receive(ifindex: number, p: Packet): readonly { ifindex: number; bytes: Uint8Array }[] {
    const { ns } = this.datapath;
    const before = this.sent.length;
    const frame = p.b.slice(p.m[LL]!, p.m[END]!);
    frame.set(ns.devices.get(ifindex)!.address, 0);
    frame.set(mac(ifindex), 6);
    ns.receive(ifindex, frame);
    return this.sent.slice(before);
  }

  /** The same, as a packet again: the one frame that left. */
  through(ifindex: number, p: Packet): Packet {
    const [frame] = this.receive(ifindex, p);
    const out = new Packet();
    out.load(frame!.bytes);
    return out;
  }
}
