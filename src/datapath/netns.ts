/**
 * A network namespace: the machine that packets go through, with all its state.
 *
 * Owns the parts and how they are wired; each part is its own file. Time and randomness come in from
 * outside. Mirrors struct net.
 */
import { half } from './address.ts';
import { Forwarding } from './bridge_fdb.ts';
import { Clock } from './clock.ts';
import { DeviceSettings } from './devconf.ts';
import { type Device, Devices, LOOPBACK_IFINDEX } from './device.ts';
import { Fib4 } from './fib4.ts';
import { Fib6 } from './fib6.ts';
import { type HookEntry, Hooks, NF_ACCEPT, NF_DROP, NF_QUEUE, NF_REPEAT } from './hooks.ts';
import { Links } from './link.ts';
import { Neighbours } from './neigh.ts';
import {
  CT,
  CTINFO,
  END,
  EVENT,
  HOOK,
  IIF,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  NONE,
  OIF,
  Packet,
  PF,
} from './packet.ts';
import { arpOps } from './path/arp.ts';
import { Defrag4 } from './path/defrag.ts';
import { Defrag6 } from './path/defrag6.ts';
import { IcmpLimits } from './path/icmp.ts';
import { MulticastListeners } from './path/mld.ts';
import { ndiscOps } from './path/ndisc.ts';
import { netifReceive, receiveFrame } from './path/receive.ts';
import { sendRaw } from './path/send.ts';
import { pktinfo } from './pktinfo.ts';
import type { KernelProfile } from './profile.ts';
import { Random } from './random.ts';
import { DEFAULT_RELEASE, profileOf } from './releases.ts';
import { EPERM } from './route.ts';
import { Flow } from './rule.ts';
import { type Ipv4Settings, type Ipv6Settings, ipv4Settings, ipv6Settings } from './settings.ts';
import { Sysctl } from './sysctl.ts';

/** NF_QUEUE with this bit goes on to the next hook function where nobody listens. */
export const NF_VERDICT_FLAG_QUEUE_BYPASS = 0x8000;

/** What the path asks of connection tracking; src/datapath/conntrack is it. */
export interface ConntrackPart {
  /** nf_conntrack_get: one more packet holds this entry. */
  hold(ct: number): void;
  /** nf_conntrack_put: the packet is gone; unconfirmed entries die with their last packet. */
  release(ct: number): void;
  /** nf_ct_attach: an error about `from` belongs to its connection as RELATED. */
  attach(to: Packet, from: Packet): void;
  /** nf_ct_set_closing: the machine answered the packet's connection with a reset. */
  setClosing(ct: number): void;
  /** nf_ct_zone_id in a direction. */
  zoneId(ct: number, direction: number): number;
  /** nf_ct_is_template: what `ct zone set` gives a packet before tracking. */
  isTemplate(ct: number): boolean;
}

/** What comes out of the machine. Packets are valid during the call only. */
export interface NetnsEvents {
  /** A frame leaves by a wire: its bytes, tags included, are p.b[p.m[DATA]] … p.b[p.m[END] - 1]. */
  egress(ifindex: number, p: Packet): void;
  /** A packet ends here; `reason` is the kernel's (`NETFILTER_DROP` with the hook function). */
  drop(p: Packet, reason: string, hook: HookEntry | null): void;
  /** A packet is delivered to the machine's own protocols; DATA stands behind the IP header. */
  local(p: Packet): void;
  /** A line of the kernel's log. */
  log(line: string): void;
}

/** Something of the machine changed; netdev, inetaddr, fib and neighbour notifiers in one. */
export type Change =
  | {
      readonly kind: 'link';
      readonly ifindex: number;
      readonly name: string;
      readonly event: LinkEvent;
    }
  | {
      readonly kind: 'addr';
      readonly ifindex: number;
      readonly family: number;
      /** int32 for IPv4, four words for IPv6. */
      readonly local: number | Int32Array;
      readonly added: boolean;
    }
  | { readonly kind: 'route'; readonly family: number }
  | { readonly kind: 'neigh'; readonly ifindex: number };

export type LinkEvent = 'register' | 'up' | 'down' | 'unregister' | 'change';

const SILENT: NetnsEvents = { egress() {}, drop() {}, local() {}, log() {} };

export interface NetnsOptions {
  readonly profile?: KernelProfile;
  readonly seed?: number;
  readonly events?: Partial<NetnsEvents>;
  /** What local delivery causes. */
  readonly host?: 'silent' | 'closed';
  /** UDP ports that swallow what they get. */
  readonly listen?: readonly number[];
}

/**
 * So many packets that come back by the loopback device are a loop without end, such as that of a copy
 * to the machine itself (`dup to` its own address), whose time to live goes round: there it ends here.
 */
const ENDLESS = 20_000;

export class Netns {
  readonly profile: KernelProfile;
  readonly clock = new Clock();
  readonly random: Random;
  readonly hooks = new Hooks();
  readonly sysctl = new Sysctl();
  readonly devices = new Devices();
  readonly events: NetnsEvents;
  /** What local delivery causes. */
  host: 'silent' | 'closed';
  /** UDP ports that swallow what they get. */
  listen: readonly number[];
  readonly ipv4: Ipv4Settings;
  readonly ipv6: Ipv6Settings;
  readonly settings: DeviceSettings;
  readonly fib4: Fib4;
  readonly fib6: Fib6;
  readonly neigh4: Neighbours;
  readonly neigh6: Neighbours;
  /** The IPv6 groups that the devices listen to. */
  readonly mld: MulticastListeners;
  readonly links: Links;
  readonly fdb: Forwarding;
  readonly defrag4: Defrag4;
  readonly defrag6: Defrag6;
  readonly icmp: IcmpLimits;
  conntrack: ConntrackPart | null = null;
  /** The entry whose verdict ended the last packet of runHook; null where it passed. */
  stoppedBy: HookEntry | null = null;
  /** What hook() made of a packet that did not pass: -EPERM, or 0 where it was stolen. */
  hookError = 0;
  /** Number of the trace event that is going on; packets made meanwhile carry it. */
  event = 0;
  /** A copy made by dup is on its way: what it causes is not copied again (nf_skb_duplicated). */
  duplicating = false;
  /** Depth of netdev dup and fwd (nf_dup_skb_recursion). */
  netdevRecursion = 0;
  /** The packet that is being routed, for rules that read ports. */
  routing: Packet | null = null;
  /** Flows of what the machine sends; refilled each time. */
  readonly outFlow4 = new Flow(1);
  readonly outFlow6 = new Flow(4);
  /** Scratch for the next hop of a packet. */
  readonly key6 = new Int32Array(4);
  private readonly hop4 = new Int32Array(1);
  private readonly pool: Packet[] = [];
  private readonly backlog: Packet[] = [];
  private draining = false;
  private ipId = 0;
  private readonly subscribers: ((change: Change) => void)[] = [];

  constructor({ profile, seed = 0, events, host, listen }: NetnsOptions = {}) {
    this.profile = profile ?? profileOf(DEFAULT_RELEASE)!;
    this.random = new Random(seed);
    this.events = { ...SILENT, ...events };
    this.host = host ?? 'silent';
    this.listen = listen ?? [];
    this.ipv4 = ipv4Settings(this.sysctl);
    this.ipv6 = ipv6Settings(this.sysctl);
    this.mld = new MulticastListeners(this);
    this.links = new Links(this);
    this.settings = new DeviceSettings(this.sysctl, this.links.settingChanged);
    this.fib4 = new Fib4(this);
    this.fib6 = new Fib6(this);
    this.neigh4 = new Neighbours(this, NFPROTO_IPV4, arpOps(this));
    this.neigh6 = new Neighbours(this, NFPROTO_IPV6, ndiscOps(this));
    this.fdb = new Forwarding(this);
    this.defrag4 = new Defrag4(this);
    this.defrag6 = new Defrag6(this);
    this.icmp = new IcmpLimits(this);
    this.links.addLoopback();
  }

  /** A frame arrives on a wire. */
  receive(ifindex: number, frame: Uint8Array): void {
    const device = this.devices.get(ifindex);
    if (device === undefined) return;
    const p = this.alloc();
    p.load(frame);
    p.m[EVENT] = this.event;
    receiveFrame(this, p, device);
    this.drain();
  }

  /** The machine sends an IP packet, as a raw socket does; 0 or an errno (1: EPERM …). */
  sendLocal(family: number, packet: Uint8Array): number {
    const err = sendRaw(this, family, packet);
    this.drain();
    return err === 0 ? 0 : -err;
  }

  /** Lets time pass; timers run. */
  advance(toUs: number): void {
    this.clock.advance(toUs, this.drain);
  }

  /** `fn` hears of every change after it took effect. */
  subscribe(fn: (change: Change) => void): void {
    this.subscribers.push(fn);
  }

  notify(change: Change): void {
    for (const fn of this.subscribers) fn(change);
  }

  /**
   * nf_hook_slow: runs the functions of a hook in order of priority. NF_ACCEPT: go on; NF_DROP: the
   * caller frees the packet; NF_STOLEN: it is gone. Nobody listens to queues.
   */
  runHook(family: number, hook: number, p: Packet, iif: number, oif: number): number {
    const entries = this.hooks.at(family, hook, family === NFPROTO_NETDEV ? (hook ? oif : iif) : 0);
    const m = p.m;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      m[PF] = family;
      m[HOOK] = hook;
      m[IIF] = iif;
      m[OIF] = oif;
      let verdict = entry.fn(p);
      while ((verdict & 0xff) === NF_REPEAT) verdict = entry.fn(p);
      if ((verdict & 0xff) === NF_ACCEPT) continue;
      if ((verdict & 0xff) === NF_QUEUE && verdict & NF_VERDICT_FLAG_QUEUE_BYPASS) continue;
      this.stoppedBy = entry;
      return (verdict & 0xff) === NF_QUEUE ? NF_DROP : verdict & 0xff;
    }
    this.stoppedBy = null;
    return NF_ACCEPT;
  }

  /** NF_HOOK: true where the packet goes on; else it is freed or stolen, and `hookError` is set. */
  hook(family: number, hook: number, p: Packet, iif: number, oif: number): boolean {
    const verdict = this.runHook(family, hook, p, iif, oif);
    if (verdict === NF_ACCEPT) return true;
    this.hookError = verdict === NF_DROP ? -EPERM : 0;
    if (verdict === NF_DROP) {
      this.events.drop(p, 'NETFILTER_DROP', this.stoppedBy);
      this.free(p);
    }
    return false;
  }

  /** kfree_skb_reason. */
  drop(p: Packet, reason: string): void {
    this.events.drop(p, reason, null);
    this.free(p);
  }

  alloc(): Packet {
    const p = this.pool.pop() ?? new Packet();
    p.clear();
    p.m[EVENT] = this.event;
    return p;
  }

  free(p: Packet): void {
    const ct = p.m[CT]!;
    if (ct !== NONE) {
      p.m[CT] = NONE;
      this.conntrack?.release(ct);
    }
    p.dst = null;
    this.pool.push(p);
  }

  /** skb_clone: all of it, holding the same connection. */
  clone(p: Packet): Packet {
    const copy = this.alloc();
    copy.copyFrom(p);
    this.held(copy);
    return copy;
  }

  /** ip_copy_metadata: slots, route and connection, no bytes. */
  cloneHeader(p: Packet): Packet {
    const copy = this.alloc();
    copy.m.set(p.m);
    copy.dst = p.dst;
    this.held(copy);
    return copy;
  }

  private held(p: Packet): void {
    if (p.m[CT] !== NONE) this.conntrack?.hold(p.m[CT]!);
  }

  /** nf_reset_ct. */
  resetConntrack(p: Packet): void {
    const ct = p.m[CT]!;
    p.m[CT] = NONE;
    p.m[CTINFO] = 0;
    if (ct !== NONE) this.conntrack?.release(ct);
  }

  /** netif_rx: the packet comes in by DEV after the present one is done. */
  enqueue(p: Packet): void {
    this.backlog.push(p);
  }

  private readonly drain = (): void => {
    if (this.draining) return;
    this.draining = true;
    let received = 0;
    for (let p = this.backlog.shift(); p !== undefined; p = this.backlog.shift()) {
      if (received++ < ENDLESS) netifReceive(this, p);
      else this.drop(p, 'ENDLESS_LOOP');
    }
    this.draining = false;
  };

  /** l3mdev_master_ifindex: the VRF of a device, or itself if it is one; 0: none. */
  l3mdev(ifindex: number): number {
    const device = this.devices.get(ifindex);
    if (device === undefined) return 0;
    if (device.kind === 'vrf') return ifindex;
    if (device.master === 0) return 0;
    return this.devices.get(device.master)?.kind === 'vrf' ? device.master : 0;
  }

  /** Protocol and ports of the packet being routed, for rules that read them. */
  fillPorts(flow: Flow, reverse = false): void {
    const p = this.routing;
    if (p === null) return;
    pktinfo(p, flow.daddr.length === 1 ? NFPROTO_IPV4 : NFPROTO_IPV6, portInfo);
    flow.proto = portInfo.protocol;
    if (portInfo.th < 0 || portInfo.th + 4 > p.m[END]!) return;
    const source = half(p.b, portInfo.th);
    const destination = half(p.b, portInfo.th + 2);
    flow.sport = reverse ? destination : source;
    flow.dport = reverse ? source : destination;
  }

  udpListens(port: number): boolean {
    return this.listen.includes(port);
  }

  /** An IPv4 address as a key for neighbours; valid until the next call. */
  key4(address: number): Int32Array {
    this.hop4[0] = address;
    return this.hop4;
  }

  /** Identification of the next IPv4 packet of ours. */
  nextIpId(): number {
    this.ipId = (this.ipId + 1) & 0xffff;
    return this.ipId;
  }

  /** The loopback device. */
  get loopback(): Device {
    return this.devices.get(LOOPBACK_IFINDEX)!;
  }
}

const portInfo = { protocol: 0, th: -1 };
