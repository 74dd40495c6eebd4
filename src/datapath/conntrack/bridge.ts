/**
 * Connection tracking of what passes a bridge. Mirrors nf_conntrack_bridge.c.
 *
 * Fragments are put together and cut again by whoever owns defragmentation (`ct.bridgeFragments`).
 */
import { half } from '../address.ts';
import { type HookFunction, INPUT, NF_ACCEPT, POSTROUTING, PREROUTING } from '../hooks.ts';
import {
  CB_FLAGS,
  CB_PROMISC,
  CT,
  CTINFO,
  END,
  ETH_P_IP,
  ETH_P_IPV6,
  IP_CT_UNTRACKED,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  NONE,
  PACKET_HOST,
  type Packet,
  PF,
  PKTTYPE,
  PROTOCOL,
} from '../packet.ts';
import { confirmHook } from './confirm.ts';
import type { ConntrackCore } from './core.ts';
import type { Registration } from './hooks.ts';
import { IPS_CONFIRMED, IPS_TEMPLATE } from './status.ts';
import { conntrackIn } from './track.ts';

const PRIORITY_CONNTRACK = -200;
const PRIORITY_CONFIRM = 2 ** 31 - 1;

/** What a bridge asks of defragmentation; both return NF_*. */
export interface BridgeFragments {
  /** NF_STOLEN while pieces are missing; else `p` is whole. */
  gather(p: Packet, family: number): number;
  /** Cuts again what was put together; NF_STOLEN if it did. */
  cut(p: Packet): number;
}

/** Trims to the length that the header tells; false: it is broken, the packet passes without a connection. */
function trim(p: Packet, nh: number, family: number): boolean {
  const { b, m } = p;
  const ipv4 = family === NFPROTO_IPV4;
  const minimum = ipv4 ? 20 : 40;
  if (nh + minimum > m[END]!) return false;
  const length = ipv4 ? half(b, nh + 2) : half(b, nh + 4) + 40;
  m[END] = Math.min(m[END]!, nh + length);
  const headerLength = ipv4 ? (b[nh]! & 15) * 4 : 40;
  if (b[nh]! >> 4 !== (ipv4 ? 4 : 6) || headerLength < minimum) return false;
  return length >= headerLength && nh + length <= m[END]!;
}

function enter(ct: ConntrackCore, p: Packet): number {
  const { m } = p;
  const row = m[CT]!;
  if (row !== NONE && !(ct.table.status[row]! & IPS_TEMPLATE)) return NF_ACCEPT;
  if (m[CTINFO] === IP_CT_UNTRACKED) return NF_ACCEPT;
  const ipv4 = m[PROTOCOL] === ETH_P_IP;
  if (!ipv4 && m[PROTOCOL] !== ETH_P_IPV6) {
    ct.release(row);
    m[CT] = NONE;
    m[CTINFO] = IP_CT_UNTRACKED;
    return NF_ACCEPT;
  }
  const family = ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
  if (!trim(p, m[NH]!, family)) return NF_ACCEPT;
  m[PF] = family;
  const verdict = ct.bridgeFragments?.gather(p, family) ?? NF_ACCEPT;
  if (verdict !== NF_ACCEPT) return verdict;
  m[PF] = family;
  return conntrackIn(ct, p);
}

/**
 * What the bridge itself takes is tracked again by the inet hooks, if it is not for its own MAC; all
 * of it where it takes everything.
 */
function local(ct: ConntrackCore, p: Packet): number {
  const { m } = p;
  const row = m[CT]!;
  const anew = ct.netns.profile.bridgeTracksAnew && (m[CB_FLAGS]! & CB_PROMISC) !== 0;
  if (!anew) {
    if (row === NONE || m[PKTTYPE] === PACKET_HOST) return NF_ACCEPT;
    if (ct.table.status[row]! & (IPS_CONFIRMED | IPS_TEMPLATE)) return NF_ACCEPT;
  }
  m[CT] = NONE;
  m[CTINFO] = 0;
  ct.release(row);
  return NF_ACCEPT;
}

function leave(ct: ConntrackCore, p: Packet): number {
  const { m } = p;
  m[PF] = m[PROTOCOL] === ETH_P_IP ? NFPROTO_IPV4 : NFPROTO_IPV6;
  const verdict = confirmHook(ct, p);
  if (verdict !== NF_ACCEPT) return verdict;
  return ct.bridgeFragments?.cut(p) ?? NF_ACCEPT;
}

export function bridgeHooks(ct: ConntrackCore): readonly Registration[] {
  const at = (hook: number, priority: number, fn: HookFunction, name: string): Registration => [
    hook,
    { fn, priority, name: `${name} [nf_conntrack_bridge]` },
  ];
  return [
    at(PREROUTING, PRIORITY_CONNTRACK, (p) => enter(ct, p), 'nf_ct_bridge_pre'),
    at(INPUT, PRIORITY_CONFIRM, (p) => local(ct, p), 'nf_ct_bridge_in'),
    at(POSTROUTING, PRIORITY_CONFIRM, (p) => leave(ct, p), 'nf_ct_bridge_post'),
  ];
}
