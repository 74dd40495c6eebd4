/**
 * Headers inside a tunnel: reads them as if the packet began there.
 *
 * While a load of an inner header runs, the packet's header slots stand at the headers that the tunnel
 * carries. Mirrors nft_inner.c.
 */
import { half } from '../../../datapath/address.ts';
import {
  END,
  ETH_P_8021Q,
  ETH_P_IP,
  ETH_P_IPV6,
  FRAGOFF,
  INNER,
  L4PROTO,
  LL,
  NH,
  NONE,
  type Packet,
  PROTOCOL,
  TH,
  VLAN_PROTO,
} from '../../../datapath/packet.ts';
import type { Tunnel } from '../../check/protocol.ts';
import type { Reader } from '../../row.ts';
import { innerOffset } from './inner-offset.ts';
import { findHeader6 } from './ipv6.ts';

const INNER_HDRSIZE = 1;
const INNER_LL = 2;
const INNER_NH = 4;

/** NFT_INNER_GENEVE, the tunnel whose header tells its own length. */
const GENEVE = 2;

const ETH_HLEN = 14;
const VLAN_ETH_HLEN = 18;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const IPPROTO_UDP = 17;
const IPPROTO_GRE = 47;

const SAVED = [LL, NH, TH, L4PROTO, FRAGOFF, INNER, PROTOCOL, VLAN_PROTO] as const;
const saved = new Int32Array(SAVED.length);

/** Start of the tunnel's header while an inner load runs. */
export const tunnelHeader = { at: NONE };

/** `read` with the packet's headers at those that the tunnel carries; false where it carries none. */
export function innerReader(tunnel: Tunnel, read: Reader): Reader {
  return (p, regs, at) => {
    const m = p.m;
    for (let i = 0; i < SAVED.length; i++) saved[i] = m[SAVED[i]!]!;
    const ok = enter(p, tunnel) && read(p, regs, at);
    for (let i = 0; i < SAVED.length; i++) m[SAVED[i]!] = saved[i]!;
    tunnelHeader.at = NONE;
    return ok;
  };
}

/** Mirrors nft_inner_parse: false breaks the rule. */
function enter(p: Packet, tunnel: Tunnel): boolean {
  const m = p.m;
  const inner = innerOffset(p, true);
  if (inner === NONE) return false;
  const isGre = m[L4PROTO] === IPPROTO_GRE;
  tunnelHeader.at = isGre ? m[TH]! : inner;
  const size = isGre ? 0 : headerSize(p, tunnel, inner);
  if (size === NONE || (!isGre && m[L4PROTO] !== IPPROTO_UDP)) return false;
  m[LL] = m[NH] = m[TH] = m[L4PROTO] = m[INNER] = NONE;
  m[FRAGOFF] = m[VLAN_PROTO] = 0;
  const at = inner + size;
  if (!(tunnel.flags & (INNER_LL | INNER_NH))) return true;
  if (tunnel.flags & INNER_LL) return linkHeader(p, at);
  if (at + 4 > m[END]!) return false;
  const version = p.b[at]! >> 4;
  if (version !== 4 && version !== 6) return false;
  m[PROTOCOL] = version === 4 ? ETH_P_IP : ETH_P_IPV6;
  return networkHeader(p, at);
}

/** An Ethernet header, perhaps with a VLAN tag, before IPv4 or IPv6. */
function linkHeader(p: Packet, at: number): boolean {
  const { b, m } = p;
  if (at + ETH_HLEN > m[END]!) return false;
  const tagged = half(b, at + 12) === ETH_P_8021Q;
  if (tagged && at + VLAN_ETH_HLEN > m[END]!) return false;
  const size = tagged ? VLAN_ETH_HLEN : ETH_HLEN;
  m[LL] = at;
  m[PROTOCOL] = half(b, at + size - 2);
  return networkHeader(p, at + size);
}

/** Length of the tunnel's header behind UDP: what the rule says, and GENEVE's options. */
function headerSize(p: Packet, tunnel: Tunnel, at: number): number {
  if (!(tunnel.flags & INNER_HDRSIZE)) return 0;
  if (at + tunnel.headerSize > p.m[END]!) return NONE;
  if (tunnel.type !== GENEVE) return tunnel.headerSize;
  return tunnel.headerSize + (p.b[at]! & 0x3f) * 4;
}

/** Mirrors nft_inner_parse_l2l3. */
function networkHeader(p: Packet, at: number): boolean {
  const { b, m } = p;
  m[NH] = at;
  if (m[PROTOCOL] === ETH_P_IP) {
    if (at + IPV4_HEADER > m[END]! || (b[at]! & 15) < 5 || b[at]! >> 4 !== 4) return false;
    m[FRAGOFF] = half(b, at + 6) & 0x1fff;
    m[L4PROTO] = b[at + 9]!;
    m[TH] = at + (b[at]! & 15) * 4;
    return true;
  }
  if (m[PROTOCOL] !== ETH_P_IPV6 || at + IPV6_HEADER > m[END]! || b[at]! >> 4 !== 6) return false;
  const found = findHeader6(p, NONE, true);
  if (found === null) return false;
  m[FRAGOFF] = found.fragoff;
  m[L4PROTO] = found.protocol;
  m[TH] = at + IPV6_HEADER;
  return true;
}
