/**
 * The flowtable's hook at ingress: packets of known flows go straight to their way out.
 *
 * Mirrors nf_flow_offload_ip_hook and nf_flow_offload_ipv6_hook (nf_flow_table_ip.c). Whatever the
 * fast path cannot or should not do is left to the slow path (NF_ACCEPT). Nothing here allocates.
 */
import { half } from '../address.ts';
import type { Conntrack } from '../conntrack/index.ts';
import { IPPROTO_TCP, IPS_DYING, IPS_HW_OFFLOAD } from '../conntrack/status.ts';
import { NF_ACCEPT, NF_DROP, NF_STOLEN } from '../hooks.ts';
import {
  DATA,
  END,
  ETH_P_8021Q,
  ETH_P_IP,
  ETH_P_IPV6,
  IIF,
  NFPROTO_INET,
  NFPROTO_IPV6,
  NH,
  type Packet,
  PPPOE_SES_HLEN,
  PROTOCOL,
  TH,
  VLAN_PROTO,
  VLAN_TCI,
} from '../packet.ts';
import type { KernelProfile } from '../profile.ts';
import { FLOW_TEARDOWN, type FlowTuple } from './flow.ts';
import type { Flowtable } from './flowtable.ts';
import type { Hardware } from './hardware.ts';
import { FlowKey } from './key.ts';
import type { FlowLifetime } from './lifetime.ts';
import type { FlowtableListener } from './listener.ts';
import type { FlowNetwork } from './network.ts';
import type { MissReason } from './reason.ts';
import { decreaseTtl, rewrite } from './rewrite.ts';

const TCP_FLAGS = 13;
const TCP_FIN_RST = 0x05;
const VLAN_HLEN = 4;

export class FastPath {
  listener: FlowtableListener | null = null;
  private readonly conntrack: Conntrack;
  private readonly network: FlowNetwork;
  private readonly lifetime: FlowLifetime;
  private readonly hardware: Hardware;
  private readonly checksRoute: boolean;
  private readonly endsOnFin: boolean;
  private readonly key: FlowKey;

  constructor(
    conntrack: Conntrack,
    network: FlowNetwork,
    profile: KernelProfile,
    lifetime: FlowLifetime,
    hardware: Hardware,
  ) {
    this.conntrack = conntrack;
    this.network = network;
    this.lifetime = lifetime;
    this.hardware = hardware;
    this.checksRoute = profile.flowtableChecksRoute;
    this.endsOnFin = profile.flowtableEndsOnFin;
    this.key = new FlowKey(profile);
  }

  /** Returns NF_STOLEN for a packet that went out, NF_ACCEPT for one that goes the slow path. */
  run(flowtable: Flowtable, p: Packet): number {
    const { key } = this;
    const { family } = flowtable.spec;
    key.identify(p);
    if (key.family === 0 || (family !== NFPROTO_INET && family !== key.family)) return NF_ACCEPT;
    const miss = key.fill(p, p.m[IIF]!);
    if (miss !== null) return this.miss(p, flowtable, miss, null);
    const tuple = flowtable.flows.find(key.words);
    if (tuple === null) return this.miss(p, flowtable, 'no-flow', null);
    const reason = this.refuse(p, flowtable, tuple);
    if (reason !== null) return this.miss(p, flowtable, reason, tuple);
    if (this.lifetime.refresh(tuple.flow)) this.hardware.refreshed(flowtable, tuple.flow);
    return this.forward(flowtable, p, tuple);
  }

  private miss(
    p: Packet,
    flowtable: Flowtable,
    reason: MissReason,
    tuple: FlowTuple | null,
  ): number {
    this.listener?.missed(p, flowtable, reason, tuple);
    return NF_ACCEPT;
  }

  /** Why a packet of a known flow is not for the fast path; FIN, RST and a stale route end the flow. */
  private refuse(p: Packet, flowtable: Flowtable, tuple: FlowTuple): MissReason | null {
    const { key } = this;
    const { flow } = tuple;
    const { m } = p;
    if (flow.flags & FLOW_TEARDOWN) return 'torn-down';
    if (this.conntrack.table.status[flow.ct]! & IPS_DYING) return 'dying';
    if (m[END]! - m[DATA]! > tuple.mtu + key.offset) return 'mtu';
    if (this.endsOnFin && key.protonum === IPPROTO_TCP && isFinOrRst(p, key.transport)) {
      this.lifetime.teardown(flowtable, flow, 'tcp-fin-rst', p);
      return 'tcp-fin-rst';
    }
    if (this.checksRoute && this.isStale(tuple)) {
      this.lifetime.teardown(flowtable, flow, 'stale-route', p);
      return 'stale-route';
    }
    return null;
  }

  /** nf_flow_dst_check */
  private isStale({ route, cookie }: FlowTuple): boolean {
    return route !== null && !this.network.isValid(route, cookie);
  }

  private forward(flowtable: Flowtable, p: Packet, tuple: FlowTuple): number {
    const { b, m } = p;
    popEncapsulation(p, tuple.encapNum);
    const ip = m[NH]!;
    const ipv6 = this.key.family === NFPROTO_IPV6;
    m[TH] = this.key.transport;
    rewrite(b, ip, m[TH]!, tuple);
    if (ipv6) b[ip + 7]!--;
    else decreaseTtl(b, ip);
    if (flowtable.spec.counter)
      this.conntrack.account(tuple.flow.ct, tuple.direction, 1, m[END]! - m[DATA]!);
    if (this.listener !== null) this.tell(this.listener, p, flowtable, tuple);
    p.dst = tuple.route;
    return this.transmit(flowtable, p, tuple, ipv6 ? ETH_P_IPV6 : ETH_P_IP);
  }

  private tell(to: FlowtableListener, p: Packet, flowtable: Flowtable, tuple: FlowTuple): void {
    const status = this.conntrack.table.status[tuple.flow.ct]!;
    to.fast(p, flowtable, tuple, (status & IPS_HW_OFFLOAD) !== 0);
  }

  private transmit(flowtable: Flowtable, p: Packet, tuple: FlowTuple, type: number): number {
    const { network } = this;
    if (tuple.direct === null) {
      network.neighbourTransmit(p, this.key.family, tuple.route!, tuple.nextHop);
      return NF_STOLEN;
    }
    const { ifindex, destination, source } = tuple.direct;
    const device = network.device(ifindex);
    if (device === undefined) {
      this.lifetime.teardown(flowtable, tuple.flow, 'no-device', p);
      return NF_DROP;
    }
    network.directTransmit(p, device, destination, source, type);
    return NF_STOLEN;
  }
}

const isFinOrRst = (p: Packet, transport: number): boolean =>
  (p.b[transport + TCP_FLAGS]! & TCP_FIN_RST) !== 0;

/** nf_flow_encap_pop: takes off the tags that the flow's packets come in with. */
function popEncapsulation(p: Packet, count: number): void {
  const { b, m } = p;
  for (let i = 0; i < count; i++) {
    if (m[VLAN_PROTO] !== 0) {
      m[VLAN_PROTO] = m[VLAN_TCI] = 0;
      continue;
    }
    const tag = m[PROTOCOL] === ETH_P_8021Q;
    m[PROTOCOL] = tag ? half(b, m[NH]! + 2) : half(b, m[NH]! + 6) === 0x21 ? ETH_P_IP : ETH_P_IPV6;
    m[DATA] = m[NH] = m[DATA]! + (tag ? VLAN_HLEN : PPPOE_SES_HLEN);
  }
}
