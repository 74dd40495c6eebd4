/**
 * From a frame at ingress to the key of its flow.
 *
 * Mirrors nf_flow_offload_inet_hook, nf_flow_skb_encap_protocol, nf_flow_tuple_ip, nf_flow_tuple_ipv6
 * and nf_flow_tuple_encap (nf_flow_table_ip.c). One FlowKey is refilled for every packet.
 */
import { half, word } from '../address.ts';
import { IPPROTO_GRE, IPPROTO_TCP, IPPROTO_UDP } from '../conntrack/status.ts';
import {
  END,
  ETH_P_8021Q,
  ETH_P_IP,
  ETH_P_IPV6,
  ETH_P_PPP_SES,
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  NH,
  type Packet,
  PPPOE_SES_HLEN,
  PROTOCOL,
  VLAN_PROTO,
  VLAN_TCI,
} from '../packet.ts';
import type { KernelProfile } from '../profile.ts';
import { KEY_DST, KEY_ENCAP, KEY_IIF, KEY_PORTS, KEY_PROTO, KEY_SRC, KEY_WORDS } from './flow.ts';
import type { MissReason } from './reason.ts';

const VLAN_HLEN = 4;
/** PPPoE session header and PPP protocol number. */
const PPP_IP = 0x21;
const PPP_IPV6 = 0x57;
const IPV6_HEADER = 40;
const IPV4_HEADER = 20;
const TCP_HEADER = 20;
const UDP_HEADER = 8;
const GRE_HEADER = 4;

export class FlowKey {
  readonly words = new Uint32Array(KEY_WORDS);
  /** NFPROTO_IPV4 or NFPROTO_IPV6 of what is inside; 0: neither. */
  family = 0;
  /** IPPROTO_TCP, _UDP or _GRE */
  protonum = 0;
  /** Bytes of encapsulation between NH and the IP header. */
  offset = 0;
  /** Where the transport header is. */
  transport = 0;
  private readonly encapsulated: boolean;
  private readonly gre: boolean;
  private readonly checksTtl: boolean;

  constructor(profile: KernelProfile) {
    this.encapsulated = profile.flowtablePath;
    this.gre = profile.flowtableGre;
    this.checksTtl = profile.flowtableChecksTtl;
  }

  /** What protocol the frame holds, through one tag or PPPoE header: `family` and `offset`. */
  identify(p: Packet): void {
    const { b, m } = p;
    let protocol = m[PROTOCOL]!;
    this.offset = 0;
    if (this.encapsulated && protocol === ETH_P_8021Q && m[NH]! + VLAN_HLEN <= m[END]!) {
      protocol = half(b, m[NH]! + 2);
      this.offset = VLAN_HLEN;
    } else if (this.encapsulated && protocol === ETH_P_PPP_SES) {
      protocol = m[NH]! + PPPOE_SES_HLEN <= m[END]! ? pppProtocol(half(b, m[NH]! + 6)) : 0;
      this.offset = PPPOE_SES_HLEN;
    }
    this.family = protocol === ETH_P_IP ? NFPROTO_IPV4 : protocol === ETH_P_IPV6 ? NFPROTO_IPV6 : 0;
  }

  /** Fills `words` for a packet that came by `iif`; else why it cannot be on the fast path. */
  fill(p: Packet, iif: number): MissReason | null {
    const ip = p.m[NH]! + this.offset;
    const miss = this.family === NFPROTO_IPV6 ? this.fillIpv6(p, ip) : this.fillIpv4(p, ip);
    if (miss !== null) return miss;
    this.words[KEY_PROTO] = (this.family << 8) | this.protonum;
    this.words[KEY_IIF] = iif;
    this.fillEncapsulation(p);
    return null;
  }

  private fillIpv4(p: Packet, ip: number): MissReason | null {
    const { b, m } = p;
    if (ip + IPV4_HEADER > m[END]!) return 'short';
    if (half(b, ip + 6) & 0x3fff) return 'fragment';
    if ((b[ip]! & 15) * 4 !== IPV4_HEADER) return 'ip-options';
    const miss = this.fillTransport(p, b[ip + 9]!, ip + IPV4_HEADER, b[ip + 8]!);
    if (miss !== null) return miss;
    const { words } = this;
    words.fill(0, KEY_SRC, KEY_PORTS);
    words[KEY_SRC] = word(b, ip + 12);
    words[KEY_DST] = word(b, ip + 16);
    return null;
  }

  private fillIpv6(p: Packet, ip: number): MissReason | null {
    const { b, m } = p;
    if (ip + IPV6_HEADER > m[END]!) return 'short';
    const miss = this.fillTransport(p, b[ip + 6]!, ip + IPV6_HEADER, b[ip + 7]!);
    if (miss !== null) return miss;
    for (let i = 0; i < 8; i++) this.words[KEY_SRC + i] = word(b, ip + 8 + 4 * i);
    return null;
  }

  private fillTransport(p: Packet, protonum: number, at: number, ttl: number): MissReason | null {
    const { b, m } = p;
    this.protonum = protonum;
    this.transport = at;
    let length = 0;
    if (protonum === IPPROTO_TCP) length = TCP_HEADER;
    else if (protonum === IPPROTO_UDP) length = UDP_HEADER;
    else if (protonum === IPPROTO_GRE && this.gre) length = GRE_HEADER;
    else return 'protocol';
    if (ttl <= 1 && this.checksTtl) return 'ttl';
    if (at + length > m[END]!) return 'short';
    this.words[KEY_PORTS] = 0;
    if (protonum !== IPPROTO_GRE) this.words[KEY_PORTS] = word(b, at);
    else if (b[at + 1]! & 7) return 'gre-version';
    return null;
  }

  private fillEncapsulation(p: Packet): void {
    const { b, m } = p;
    const { words } = this;
    let i = KEY_ENCAP;
    words.fill(0, KEY_ENCAP, KEY_WORDS);
    if (!this.encapsulated) return;
    if (m[VLAN_PROTO] !== 0) words[i++] = (m[VLAN_PROTO]! << 16) | m[VLAN_TCI]!;
    if (m[PROTOCOL] === ETH_P_8021Q) words[i] = (ETH_P_8021Q << 16) | half(b, m[NH]!);
    else if (m[PROTOCOL] === ETH_P_PPP_SES) words[i] = (ETH_P_PPP_SES << 16) | half(b, m[NH]! + 2);
  }
}

function pppProtocol(ppp: number): number {
  return ppp === PPP_IP ? ETH_P_IP : ppp === PPP_IPV6 ? ETH_P_IPV6 : 0;
}
