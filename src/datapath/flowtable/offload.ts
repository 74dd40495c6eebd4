/**
 * `flow add`: whether a packet's connection goes onto the fast path, and the flow that it gets.
 *
 * Mirrors nft_flow_offload_eval (nft_flow_offload.c), flow_offload_alloc and flow_offload_add
 * (nf_flow_table_core.c). Every reason against it breaks the rule.
 */

import type { Conntrack } from '../conntrack/index.ts';
import {
  IPPROTO_GRE,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_DST_NAT,
  IPS_DYING,
  IPS_HELPER,
  IPS_NAT_CLASH,
  IPS_NAT_MASK,
  IPS_OFFLOAD,
  IPS_SEQ_ADJUST,
  IPS_SRC_NAT,
  TUPLE_DST,
  TUPLE_PORTS,
  TUPLE_PROTO,
  TUPLE_SRC,
  TUPLE_WORDS,
} from '../conntrack/index.ts';
import {
  CT,
  CTINFO,
  END,
  IP_CT_NEW,
  IP_CT_RELATED,
  NFPROTO_IPV4,
  NH,
  NONE,
  type Packet,
  PF,
  TH,
} from '../packet.ts';
import type { KernelProfile } from '../profile.ts';
import {
  FLOW_DNAT,
  FLOW_SNAT,
  Flow,
  type FlowTuple,
  KEY_DST,
  KEY_PORTS,
  KEY_PROTO,
  KEY_SRC,
} from './flow.ts';
import type { Flowtable } from './flowtable.ts';
import { type FlowRoute, fillRoute, flowRoute } from './forward-path.ts';
import type { FlowLifetime } from './lifetime.ts';
import type { FlowNetwork } from './network.ts';
import type { SkipReason } from './reason.ts';

const TCP_HEADER = 20;
const TCP_FIN_RST = 0x05;
/** TCP_CONNTRACK_ESTABLISHED */
const TCP_ESTABLISHED = 3;
/** IP_CT_TCP_FLAG_BE_LIBERAL */
const BE_LIBERAL = 0x08;

/** What an offload works on. */
export interface OffloadContext {
  readonly conntrack: Conntrack;
  readonly network: FlowNetwork;
  readonly profile: KernelProfile;
  readonly lifetime: FlowLifetime;
}

/** Makes a flow of the packet's connection and returns it, or the reason against it. */
export function offload(
  context: OffloadContext,
  p: Packet,
  flowtable: Flowtable,
  id: number,
): Flow | SkipReason {
  const { conntrack, profile } = context;
  const skip = ineligible(conntrack, profile, p);
  if (skip !== null) return skip;
  const row = p.m[CT]!;
  const { status } = conntrack.table;
  const route = flowRoute(context, p, row, flowtable);
  if (route === null) return 'no-route-back';
  if (status[row]! & IPS_DYING) return 'dying';
  status[row]! |= IPS_OFFLOAD;
  const flow = newFlow(context, row, id, route);
  if (conntrack.protonum(row) === IPPROTO_TCP && profile.flowtableLiberal)
    setLiberal(conntrack, row);
  context.lifetime.start(flow);
  context.lifetime.holdConnection(row);
  return flow;
}

function ineligible(conntrack: Conntrack, profile: KernelProfile, p: Packet): SkipReason | null {
  const { b, m } = p;
  if (m[PF] === NFPROTO_IPV4 && (b[m[NH]!]! & 15) !== 5) return 'ip-options';
  const row = m[CT]!;
  if (row === NONE) return 'no-conntrack';
  const status = conntrack.table.status[row]!;
  const protocol = ineligibleProtocol(conntrack, profile, p, row, status);
  if (protocol !== null) return protocol;
  if (conntrack.help.has(row) || status & IPS_HELPER) return 'helper';
  if (status & IPS_SEQ_ADJUST) return 'seqadj';
  if (status & IPS_NAT_CLASH) return 'nat-clash';
  if (profile.tcpOffload === 'replied') {
    if (m[CTINFO] === IP_CT_NEW || m[CTINFO] === IP_CT_RELATED) return 'not-replied';
  } else if (!(status & IPS_CONFIRMED)) return 'not-confirmed';
  return status & IPS_OFFLOAD ? 'already-offloaded' : null;
}

/** The protocol is the connection's: an ICMP error counts as what it is about. */
function ineligibleProtocol(
  conntrack: Conntrack,
  profile: KernelProfile,
  p: Packet,
  row: number,
  status: number,
): SkipReason | null {
  const { b, m } = p;
  const { table } = conntrack;
  switch (conntrack.protonum(row)) {
    case IPPROTO_TCP:
      if (profile.flowtableSkipsClosing) {
        if (m[TH]! + TCP_HEADER > m[END]!) return 'tcp-header';
        if (b[m[TH]! + 13]! & TCP_FIN_RST) return 'tcp-fin-rst';
      }
      if (profile.tcpOffload !== 'assured') return null;
      return table.state[row] === TCP_ESTABLISHED && status & IPS_ASSURED
        ? null
        : 'tcp-not-established';
    case IPPROTO_UDP:
      return null;
    case IPPROTO_GRE:
      if (!profile.flowtableGre) return 'protocol';
      if (status & IPS_NAT_MASK) return 'gre-nat';
      return table.tuples[row * 2 * TUPLE_WORDS + TUPLE_PORTS] === 0 ? null : 'gre-key';
    default:
      return 'protocol';
  }
}

/** flow_offload_alloc, flow_offload_route_init */
function newFlow(context: OffloadContext, row: number, id: number, route: FlowRoute): Flow {
  const { conntrack } = context;
  const flow = new Flow(row, id);
  conntrack.hold(row);
  for (const tuple of flow.tuples) {
    fillTuple(tuple, conntrack.table.tuples, (row * 2 + tuple.direction) * TUPLE_WORDS);
    fillRoute(tuple, route[tuple.direction]!, context.network);
  }
  const status = conntrack.table.status[row]!;
  if (status & IPS_SRC_NAT) flow.flags |= FLOW_SNAT;
  if (status & IPS_DST_NAT) flow.flags |= FLOW_DNAT;
  return flow;
}

/** flow_offload_fill_dir */
function fillTuple(tuple: FlowTuple, tuples: Uint32Array, base: number): void {
  const { key } = tuple;
  for (let i = 0; i < 4; i++) {
    key[KEY_SRC + i] = tuples[base + TUPLE_SRC + i]!;
    key[KEY_DST + i] = tuples[base + TUPLE_DST + i]!;
  }
  key[KEY_PORTS] = tuples[base + TUPLE_PORTS]!;
  key[KEY_PROTO] = tuples[base + TUPLE_PROTO]!;
}

/** flow_offload_ct_tcp: conntrack will not see all packets. */
function setLiberal(conntrack: Conntrack, row: number): void {
  const { tcpFlags } = conntrack.table;
  tcpFlags[row * 2]! |= BE_LIBERAL;
  tcpFlags[row * 2 + 1]! |= BE_LIBERAL;
}
