/**
 * Flows in hardware: rules that a driver is asked for, asynchronously.
 *
 * Mirrors nf_flow_table_offload.c with a device that takes every rule and forwards nothing: packets
 * still come to the CPU, so that the software path carries them. Work runs right after the packet
 * or collector that queued it; at most one piece of work per flow is pending.
 */
import type { Clock } from '../clock.ts';
import type { Conntrack } from '../conntrack/index.ts';
import { IPS_HW_OFFLOAD } from '../conntrack/status.ts';
import {
  FLOW_HW,
  FLOW_HW_DEAD,
  FLOW_HW_DYING,
  FLOW_HW_PENDING,
  type Flow,
  KEY_PROTO,
} from './flow.ts';
import type { Flowtable } from './flowtable.ts';
import type { FlowNetwork } from './network.ts';

export class Hardware {
  private readonly conntrack: Conntrack;
  private readonly network: FlowNetwork;
  private readonly clock: Clock;

  constructor(conntrack: Conntrack, network: FlowNetwork, clock: Clock) {
    this.conntrack = conntrack;
    this.network = network;
    this.clock = clock;
  }

  /** flow_offload_add: asks for the rules of a new flow. */
  added(flowtable: Flowtable, flow: Flow): void {
    if (!flowtable.spec.hardware) return;
    flow.flags |= FLOW_HW;
    this.queueAdd(flow);
  }

  /** flow_offload_refresh: asks again when a packet lengthened the flow. */
  refreshed(flowtable: Flowtable, flow: Flow): void {
    if (flowtable.spec.hardware) this.queueAdd(flow);
  }

  /** nf_flow_offload_del: the rules of a flow that was torn down go; then it is FLOW_HW_DEAD. */
  remove(flow: Flow): void {
    if (flow.flags & FLOW_HW_PENDING) return;
    flow.flags |= FLOW_HW_DYING;
    this.queue(flow, () => {
      this.conntrack.table.status[flow.ct]! &= ~IPS_HW_OFFLOAD;
      flow.flags |= FLOW_HW_DEAD;
    });
  }

  /** flush_workqueue: what is pending is done now. */
  removeNow(flow: Flow): void {
    this.conntrack.table.status[flow.ct]! &= ~IPS_HW_OFFLOAD;
    flow.flags |= FLOW_HW_DYING | FLOW_HW_DEAD;
  }

  private queueAdd(flow: Flow): void {
    if (flow.flags & FLOW_HW_PENDING) return;
    this.queue(flow, () => {
      if (flow.flags & FLOW_HW_DEAD || !this.hasAddresses(flow)) return;
      this.conntrack.table.status[flow.ct]! |= IPS_HW_OFFLOAD;
    });
  }

  private queue(flow: Flow, work: () => void): void {
    flow.flags |= FLOW_HW_PENDING;
    this.clock.schedule(this.clock.now, () => {
      flow.flags &= ~FLOW_HW_PENDING;
      work();
    });
  }

  /** A rule needs the link-layer address of the other end (flow_offload_eth_dst). */
  private hasAddresses(flow: Flow): boolean {
    for (const { direct, route, nextHop, key } of flow.tuples) {
      if (direct !== null) continue;
      if (this.network.linkAddress(key[KEY_PROTO]! >>> 8, route!.dev, nextHop) === null)
        return false;
    }
    return true;
  }
}
