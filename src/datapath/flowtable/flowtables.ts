/**
 * All flowtables of the machine: how the ruleset changes them, and their collector.
 *
 * Mirrors nf_flow_table_init, nf_flow_table_free, nf_flow_table_cleanup (nf_flow_table_core.c) and
 * the flowtable commands of nf_tables_api.c.
 */
import { HZ, wheelExpiry } from '../clock.ts';
import type { Conntrack } from '../conntrack/index.ts';
import { type HookEntry, NETDEV_INGRESS } from '../hooks.ts';
import type { Netns } from '../netns.ts';
import {
  NFPROTO_INET,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NFPROTO_NETDEV,
  type Packet,
} from '../packet.ts';
import { dumpFlow, type FlowDump, restoreFlow } from './dump.ts';
import { FastPath } from './fast-path.ts';
import { FLOW_HW, FLOW_HW_DEAD, FLOW_HW_DYING, FLOW_TEARDOWN, type Flow, KEY_IIF } from './flow.ts';
import { Flowtable, type FlowtableSpec } from './flowtable.ts';
import { Hardware } from './hardware.ts';
import { FlowLifetime } from './lifetime.ts';
import type { FlowtableListener } from './listener.ts';
import type { FlowNetwork } from './network.ts';
import { offload } from './offload.ts';

/** What is there when time starts was loaded so long before the first packet. */
const LOADED_BEFORE_US = 50_000;

/** nf_flowtable_type: the kernel's function at the devices of a flowtable, by the family of its table. */
const FUNCTIONS: Readonly<Record<number, string>> = {
  [NFPROTO_IPV4]: 'nf_flow_offload_ip_hook [nf_flow_table]',
  [NFPROTO_IPV6]: 'nf_flow_offload_ipv6_hook [nf_flow_table]',
  [NFPROTO_INET]: 'nf_flow_offload_inet_hook [nf_flow_table_inet]',
};

export class Flowtables {
  private readonly ns: Netns;
  private readonly conntrack: Conntrack;
  private readonly network: FlowNetwork;
  private readonly lifetime: FlowLifetime;
  private readonly hardware: Hardware;
  private readonly fastPath: FastPath;
  private readonly all = new Set<Flowtable>();
  private flows = 0;
  private watcher: FlowtableListener | null = null;

  constructor(ns: Netns, conntrack: Conntrack, network: FlowNetwork) {
    this.ns = ns;
    this.conntrack = conntrack;
    this.network = network;
    const { profile, sysctl, clock } = ns;
    this.lifetime = new FlowLifetime(conntrack, profile, sysctl);
    this.hardware = new Hardware(conntrack, network, clock);
    this.fastPath = new FastPath(conntrack, network, profile, this.lifetime, this.hardware);
    ns.subscribe((change) => {
      if (change.kind === 'link' && change.event === 'down') this.deviceDown(change.ifindex);
      if (change.kind === 'link' && change.event === 'unregister') this.deviceGone(change.ifindex);
    });
  }

  /** Who is told what happens to packets and flows; null: nobody. */
  set listener(listener: FlowtableListener | null) {
    this.watcher = this.lifetime.listener = this.fastPath.listener = listener;
  }

  *[Symbol.iterator](): Iterator<Flowtable> {
    yield* this.all;
  }

  /** Whether the driver of a device takes flows (`flags offload`). */
  canOffload(ifindex: number): boolean {
    return this.network.device(ifindex)?.hwOffload ?? false;
  }

  /** nf_tables_newflowtable: hooks it in at the ingress of its devices. */
  create(spec: FlowtableSpec): Flowtable {
    const { now } = this.ns.clock;
    const flowtable = new Flowtable(spec, now === 0 ? -LOADED_BEFORE_US : now);
    this.all.add(flowtable);
    for (const ifindex of spec.devices) this.hook(flowtable, ifindex);
    return flowtable;
  }

  /** nft_flowtable_update: other devices or another counter flag; flows stay. */
  update(flowtable: Flowtable, spec: FlowtableSpec): void {
    for (const ifindex of flowtable.hooks.keys())
      if (!spec.devices.includes(ifindex)) this.unhook(flowtable, ifindex);
    for (const ifindex of spec.devices)
      if (!flowtable.hooks.has(ifindex)) this.hook(flowtable, ifindex);
    flowtable.spec = spec;
  }

  /** nf_flow_table_free: all its flows are torn down, those too that FIN had torn down before. */
  delete(flowtable: Flowtable): void {
    for (const ifindex of [...flowtable.hooks.keys()]) this.unhook(flowtable, ifindex);
    this.all.delete(flowtable);
    if (flowtable.collector !== null) this.ns.clock.cancel(flowtable.collector);
    for (const flow of [...flowtable.flows.flows()]) {
      this.lifetime.teardown(flowtable, flow, 'flowtable-deleted', null);
      if (flow.flags & FLOW_HW) this.hardware.removeNow(flow);
      this.lifetime.delete(flowtable, flow);
    }
  }

  /** `flow add`: false is NFT_BREAK. */
  offload(p: Packet, flowtable: Flowtable): boolean {
    const { conntrack, network, lifetime } = this;
    const context = { conntrack, network, lifetime, profile: this.ns.profile };
    const flow = offload(context, p, flowtable, this.flows + 1);
    if (typeof flow === 'string') {
      this.watcher?.skipped(p, flowtable, flow);
      return false;
    }
    this.flows++;
    this.add(flowtable, flow);
    this.hardware.added(flowtable, flow);
    this.watcher?.offloaded(p, flowtable, flow);
    return true;
  }

  /** All flows as plain data. */
  dump(): FlowDump[] {
    const dumps: FlowDump[] = [];
    for (const flowtable of this.all)
      for (const flow of flowtable.flows.flows())
        dumps.push(dumpFlow(flowtable, flow, this.conntrack, this.network));
    return dumps;
  }

  /** Takes up flows whose flowtable and connection are there; others are gone. */
  restore(dumps: readonly FlowDump[]): void {
    for (const dump of dumps) {
      const flowtable = this.find(dump);
      const flow = flowtable && restoreFlow(dump, this.flows + 1, this.conntrack, this.network);
      if (!flowtable || !flow) continue;
      this.flows++;
      this.conntrack.hold(flow.ct);
      this.add(flowtable, flow);
    }
  }

  private find({ family, table, name }: FlowDump): Flowtable | undefined {
    for (const flowtable of this.all) {
      const { spec } = flowtable;
      if (spec.family === family && spec.table === table && spec.name === name) return flowtable;
    }
    return undefined;
  }

  private add(flowtable: Flowtable, flow: Flow): void {
    flowtable.flows.add(flow);
    if (flowtable.collector === null) this.scheduleCollector(flowtable);
  }

  private hook(flowtable: Flowtable, ifindex: number): void {
    const { priority, family } = flowtable.spec;
    const entry: HookEntry = {
      fn: (p) => this.fastPath.run(flowtable, p),
      priority,
      name: FUNCTIONS[family]!,
    };
    this.ns.hooks.register({ family: NFPROTO_NETDEV, hook: NETDEV_INGRESS, ifindex }, entry);
    flowtable.hooks.set(ifindex, entry);
  }

  private unhook(flowtable: Flowtable, ifindex: number): void {
    const entry = flowtable.hooks.get(ifindex)!;
    this.ns.hooks.unregister({ family: NFPROTO_NETDEV, hook: NETDEV_INGRESS, ifindex }, entry);
    flowtable.hooks.delete(ifindex);
  }

  /** nf_flow_table_cleanup: flows whose packets come in by this device end and are freed at once. */
  private deviceDown(ifindex: number): void {
    for (const flowtable of this.all) {
      for (const flow of flowtable.flows.flows())
        if (flow.tuples.some((tuple) => tuple.key[KEY_IIF] === ifindex))
          this.lifetime.teardown(flowtable, flow, 'device-down', null);
      this.runCollector(flowtable);
    }
  }

  /** nf_tables_flowtable_event: a flowtable loses a device that is no more. */
  private deviceGone(ifindex: number): void {
    for (const flowtable of this.all)
      if (flowtable.lists(ifindex)) {
        const devices = flowtable.spec.devices.filter((d) => d !== ifindex);
        this.update(flowtable, { ...flowtable.spec, devices });
      }
  }

  /**
   * A second after the flowtable was made or collected, as late as the timer wheel makes it; the
   * rounds without flows are passed over.
   */
  private scheduleCollector(flowtable: Flowtable): void {
    const { clock } = this.ns;
    let at = wheelExpiry(flowtable.collected, HZ);
    // what starts on a bucket's edge ends on one: all further rounds are equally long
    const round = wheelExpiry(at, HZ) - at;
    if (at <= clock.now) at += (Math.floor((clock.now - at) / round) + 1) * round;
    flowtable.collector = clock.schedule(at, () => {
      flowtable.collected = clock.now;
      this.collectAll(flowtable);
    });
  }

  /** flush_delayed_work: the collector runs now, and a second from now. */
  private runCollector(flowtable: Flowtable): void {
    if (flowtable.collector !== null) this.ns.clock.cancel(flowtable.collector);
    flowtable.collected = this.ns.clock.now;
    this.collectAll(flowtable);
  }

  /** nf_flow_offload_work_gc */
  private collectAll(flowtable: Flowtable): void {
    flowtable.collector = null;
    for (const flow of [...flowtable.flows.flows()]) this.collect(flowtable, flow);
    if (flowtable.flows.size > 0) this.scheduleCollector(flowtable);
  }

  /** nf_flow_offload_gc_step */
  private collect(flowtable: Flowtable, flow: Flow): void {
    const { lifetime } = this;
    if (lifetime.isExpired(flow) || lifetime.isDying(flow)) lifetime.expire(flowtable, flow);
    if (!(flow.flags & FLOW_TEARDOWN)) lifetime.extendConnection(flow.ct);
    else if (flow.flags & FLOW_HW && !(flow.flags & FLOW_HW_DYING)) this.hardware.remove(flow);
    else if (!(flow.flags & FLOW_HW) || flow.flags & FLOW_HW_DEAD) lifetime.delete(flowtable, flow);
  }
}
