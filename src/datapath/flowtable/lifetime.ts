/**
 * How long flows live, and what their connection is left with.
 *
 * Mirrors flow_offload_refresh, flow_offload_teardown, flow_offload_fixup_ct and
 * nf_flow_offload_gc_step (nf_flow_table_core.c). Times are jiffies.
 */
import { HZ } from '../clock.ts';
import { NF_CT_DAY } from '../conntrack/core.ts';
import type { Conntrack } from '../conntrack/index.ts';
import {
  TCP_CLOSE_WAIT,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT,
  TCP_LAST_ACK,
  TCP_TIME_WAIT,
} from '../conntrack/proto/tcp-state.ts';
import {
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPS_DYING,
  IPS_OFFLOAD,
  IPS_SEEN_REPLY,
} from '../conntrack/status.ts';
import type { Packet } from '../packet.ts';
import type { KernelProfile } from '../profile.ts';
import type { Sysctl } from '../sysctl.ts';
import { FLOW_DYING, FLOW_TEARDOWN, type Flow } from './flow.ts';
import type { Flowtable } from './flowtable.ts';
import type { FlowtableListener } from './listener.ts';
import type { TeardownReason } from './reason.ts';

/** NF_FLOW_TIMEOUT: of what is neither TCP nor UDP. */
const NF_FLOW_TIMEOUT = 30;
/** What a connection has left for conntrack to pick it up again (5.2 to 5.12). */
const TCP_PICKUP_TIMEOUT = 120 * HZ;
const UDP_PICKUP_TIMEOUT = 30 * HZ;
/** An offloaded connection that has less left is given more, TCP as its state is (nf_flow_table_tcp_timeout). */
const LITTLE = 5 * 60 * HZ;
const EXTENDED_TCP: Readonly<Record<number, number>> = {
  [TCP_ESTABLISHED]: NF_CT_DAY,
  [TCP_FIN_WAIT]: LITTLE,
  [TCP_CLOSE_WAIT]: LITTLE,
  [TCP_LAST_ACK]: LITTLE,
  [TCP_TIME_WAIT]: LITTLE,
};
/** UDP_CT_UNREPLIED, UDP_CT_REPLIED */
const UDP_UNREPLIED = 0;
const UDP_REPLIED = 1;

export class FlowLifetime {
  listener: FlowtableListener | null = null;
  private readonly conntrack: Conntrack;
  private readonly profile: KernelProfile;
  private tcpTimeout = NF_FLOW_TIMEOUT * HZ;
  private udpTimeout = NF_FLOW_TIMEOUT * HZ;

  constructor(conntrack: Conntrack, profile: KernelProfile, sysctl: Sysctl) {
    this.conntrack = conntrack;
    this.profile = profile;
    const define = (protocol: string, apply: (jiffies: number) => void) => {
      const name = `net.netfilter.nf_flowtable_${protocol}_timeout`;
      if (!profile.flowtableTimeouts) sysctl.lack(name);
      else
        sysctl.define(name, NF_FLOW_TIMEOUT, { min: 0, apply: (seconds) => apply(seconds * HZ) });
    };
    define('tcp', (jiffies) => (this.tcpTimeout = jiffies));
    define('udp', (jiffies) => (this.udpTimeout = jiffies));
  }

  /** flow_offload_get_timeout */
  timeoutOf(flow: Flow): number {
    const protonum = this.conntrack.protonum(flow.ct);
    if (protonum === IPPROTO_TCP) return this.tcpTimeout;
    return protonum === IPPROTO_UDP ? this.udpTimeout : NF_FLOW_TIMEOUT * HZ;
  }

  /** The timeout of a flow that was made just now. */
  start(flow: Flow): void {
    flow.timeout = this.conntrack.jiffies;
    if (!this.profile.flowtableStartsExpired) flow.timeout += this.timeoutOf(flow);
  }

  /** What a new flow does to its connection's timeout: no packet on the fast path will renew it. */
  holdConnection(row: number): void {
    const { conntrack, profile } = this;
    if (profile.flowtableTimeout === 'lifted') conntrack.offloadTimeout(row);
    else if (profile.flowtableTimeout === 'set') conntrack.refresh(row, NF_CT_DAY);
  }

  /**
   * nf_flow_table_extend_ct_timeout: slow packets may have left an offloaded connection little. Of
   * what is neither TCP nor UDP the kernel leaves one jiffy.
   */
  extendConnection(row: number): void {
    const { conntrack, profile } = this;
    if (profile.flowtableTimeout !== 'set') return;
    const { table, jiffies } = conntrack;
    const left = table.timeout[row]! - jiffies;
    if (left <= 0 || left >= LITTLE || !conntrack.isOffloaded(row)) return;
    let more = 1;
    const protonum = conntrack.protonum(row);
    if (protonum === IPPROTO_TCP) more = EXTENDED_TCP[table.state[row]!] ?? 0;
    else if (protonum === IPPROTO_UDP) more = NF_CT_DAY;
    if (more > 0) table.timeout[row] = jiffies + more;
  }

  /** flow_offload_refresh: whether the flow has a new timeout. */
  refresh(flow: Flow): boolean {
    const timeout = this.conntrack.jiffies + this.timeoutOf(flow);
    const longer = timeout - flow.timeout;
    // unsigned: a timeout that a setting made shorter counts at once
    if (longer >= 0 && longer <= this.profile.flowtableRefreshSlack * HZ) return false;
    flow.timeout = timeout;
    return true;
  }

  isExpired(flow: Flow): boolean {
    return flow.timeout <= this.conntrack.jiffies;
  }

  isDying(flow: Flow): boolean {
    return (this.conntrack.table.status[flow.ct]! & IPS_DYING) !== 0;
  }

  /** flow_offload_teardown: no packet takes this flow any more; the collector will free it. */
  teardown(flowtable: Flowtable, flow: Flow, reason: TeardownReason, p: Packet | null): void {
    const { table } = this.conntrack;
    const first = !(flow.flags & FLOW_TEARDOWN);
    flow.flags |= FLOW_TEARDOWN;
    switch (this.profile.flowtableFixup) {
      case 'state':
        table.status[flow.ct]! &= ~IPS_OFFLOAD;
        if (first || !this.profile.flowtableFixesOnce) this.fixupByState(flow.ct);
        break;
      case 'pickup':
        this.fixupTcp(flow.ct, true);
        break;
      case 'delete':
        flow.flags |= FLOW_DYING;
    }
    if (first) this.listener?.tornDown(flowtable, flow, reason, p);
  }

  /** What gc_step does to an expired or dead flow before it is freed. */
  expire(flowtable: Flowtable, flow: Flow): void {
    if (this.profile.flowtableFixup === 'state') {
      this.teardown(flowtable, flow, this.isDying(flow) ? 'conntrack-dying' : 'expired', null);
      return;
    }
    flow.flags |= FLOW_TEARDOWN;
    this.listener?.tornDown(
      flowtable,
      flow,
      this.isDying(flow) ? 'conntrack-dying' : 'expired',
      null,
    );
  }

  /** flow_offload_del: the last of a flow. */
  delete(flowtable: Flowtable, flow: Flow): void {
    const { conntrack, profile } = this;
    flowtable.flows.remove(flow);
    if (profile.flowtableFixup !== 'state') conntrack.table.status[flow.ct]! &= ~IPS_OFFLOAD;
    if (profile.flowtableFixup === 'pickup') {
      if (this.isExpired(flow)) this.fixupTcp(flow.ct, true);
      this.fixupPickup(flow.ct);
    }
    if (flow.flags & FLOW_DYING) conntrack.kill(flow.ct);
    conntrack.release(flow.ct);
    this.listener?.collected(flowtable, flow);
  }

  /** flow_offload_fixup_tcp: windows are looked at afresh. */
  private fixupTcp(row: number, established: boolean): void {
    const { conntrack } = this;
    if (conntrack.protonum(row) !== IPPROTO_TCP) return;
    conntrack.table.tdMaxwin[row * 2] = 0;
    conntrack.table.tdMaxwin[row * 2 + 1] = 0;
    if (established) conntrack.table.state[row] = TCP_ESTABLISHED;
  }

  /** What the present state's timeout is without the time on the fast path. */
  private fixupByState(row: number): void {
    const { conntrack, profile } = this;
    const protonum = conntrack.protonum(row);
    const timeouts = conntrack.settings.timeoutsOf(conntrack.tracker(row));
    let left: number;
    if (protonum === IPPROTO_TCP) {
      this.fixupTcp(row, false);
      left = timeouts[conntrack.table.state[row]!]! - this.tcpTimeout;
    } else if (protonum === IPPROTO_UDP) {
      const replied = conntrack.table.status[row]! & IPS_SEEN_REPLY;
      const state = replied || profile.flowtableUdpReplied ? UDP_REPLIED : UDP_UNREPLIED;
      left = timeouts[state]! - this.udpTimeout;
    } else return;
    this.clip(row, Math.max(left, 0));
  }

  private fixupPickup(row: number): void {
    const protonum = this.conntrack.protonum(row);
    if (protonum === IPPROTO_TCP) this.clip(row, TCP_PICKUP_TIMEOUT);
    else if (protonum === IPPROTO_UDP) this.clip(row, UDP_PICKUP_TIMEOUT);
  }

  private clip(row: number, left: number): void {
    const { table, jiffies } = this.conntrack;
    if (table.timeout[row]! - jiffies > left) table.timeout[row] = jiffies + left;
  }
}
