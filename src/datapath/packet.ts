/**
 * A packet in the machine: its bytes and what the kernel keeps beside them.
 *
 * Mirrors struct sk_buff, nf_hook_state and nft_pktinfo as far as netfilter reads them. All state
 * that rules read is in numbered slots of one Int32Array, so that generated code reads `m[3]`;
 * unsigned values are stored as int32 and read with `>>> 0`. Offsets count from the start of `b`.
 * A slot holds NONE where the thing is absent.
 */
import type { Route } from './route.ts';

/** skb_mac_header; NONE for packets that never had one. */
export const LL = 0;
/** skb_network_header. */
export const NH = 1;
/** Transport header (nft_thoff); valid if L4PROTO is not NONE. */
export const TH = 2;
/** skb->data: where the packet now begins (network header in IP hooks, MAC header at egress). */
export const DATA = 3;
/** One past the last byte; skb->len is END - DATA. */
export const END = 4;
/** Protocol behind all headers (pkt->tprot); NONE if not set for this hook and packet. */
export const L4PROTO = 5;
/** Fragment offset in 8-byte units (pkt->fragoff). */
export const FRAGOFF = 6;
/** skb->protocol: ethertype in host order, 0x0800 … */
export const PROTOCOL = 7;
/** Family of the hook now running (state->pf): NFPROTO_*. */
export const PF = 8;
/** Hook number now running, within its family. */
export const HOOK = 9;
/** ifindex of state->in / state->out; 0: none. */
export const IIF = 10;
export const OIF = 11;
/** ifindex of skb->dev, and skb->skb_iif. */
export const DEV = 12;
export const SKB_IIF = 13;
export const MARK = 14;
export const PRIORITY = 15;
export const PKTTYPE = 16;
/** Out-of-band VLAN tag: TCI and its ethertype (0x8100, 0x88a8); VLAN_PROTO 0: no tag. */
export const VLAN_TCI = 17;
export const VLAN_PROTO = 18;
/** Conntrack entry (a row of the table; NONE: none) and its enum ip_conntrack_info. */
export const CT = 19;
export const CTINFO = 20;
export const NFTRACE = 21;
export const SECMARK = 22;
/** ifindex of the VRF's enslaved device (IPCB/IP6CB sdif). */
export const SDIF = 23;
/** Bits: see FLAG_*. */
export const FLAGS = 24;
/** Local socket that sent it: RAW_SOCKET, CONTROL_SOCKET; NONE. */
export const SOCKET = 25;
/** rtclassid of the route taken. */
export const RTCLASSID = 26;
export const CGROUP = 27;
/** Serial number of the trace event that the packet came from. */
export const EVENT = 28;
/** Inner network and transport header of a tunnel (pkt->inneroff); NONE where none. */
export const INNER = 29;
/** Largest fragment that a reassembled packet was made of (IPCB frag_max_size); 0: not reassembled. */
export const FRAG_MAX = 30;
/** Path-private: IPCB/IP6CB(skb)->flags, see CB_*. */
export const CB_FLAGS = 31;
/** Path-private: ifindex that it came in by (IPCB/IP6CB(skb)->iif); the port where DEV is a VRF. */
export const CB_IIF = 32;
/** Path-private: IP6CB(skb)->nhoff, where the next header's number stands, from NH. */
export const CB_NHOFF = 33;
/** Path-private: skb->transport_header, where TH is what rules see (pkt->thoff). IPv6 only. */
export const SKB_TH = 34;
export const SLOTS = 40;

export const NONE = -1;

/** The raw socket that the machine's own packets come from. */
export const RAW_SOCKET = 0;
/** The kernel's own sockets for ICMP and resets: nobody's, so without user and group. */
export const CONTROL_SOCKET = 1;

/** The checksum is known good (CHECKSUM_UNNECESSARY), as for packets of the machine itself. */
export const FLAG_CSUM_OK = 1;
/** The packet was made by the machine itself (reject, ICMP error, local output). */
export const FLAG_LOCAL = 2;
/** skb->ignore_df: may be fragmented although DF is set. */
export const FLAG_IGNORE_DF = 4;
/** CHECKSUM_PARTIAL: the transport checksum is made when a device sends the packet. */
export const FLAG_CSUM_PARTIAL = 8;
/** CHECKSUM_COMPLETE by software: connection tracking summed the packet, and the sum is kept. */
export const FLAG_CSUM_COMPLETE = 16;
/** That sum was not kept in step with what was written since. */
export const FLAG_CSUM_STALE = 32;
/** sk_mc_loop: of a multicast no copy comes back to the machine. */
export const FLAG_NO_LOOP = 64;

/** Bits of CB_FLAGS: IPSKB_* and IP6SKB_* that the path uses. */
export const CB_FORWARDED = 1;
export const CB_REROUTED = 2;
export const CB_DOREDIRECT = 4;
export const CB_FRAG_PMTU = 8;
export const CB_FRAG_COMPLETE = 32;
export const CB_FRAGMENTED = 64;
/** BR_INPUT_SKB_CB(skb)->promisc: the bridge takes it because it takes everything. */
export const CB_PROMISC = 128;

export const NFPROTO_INET = 1;
export const NFPROTO_IPV4 = 2;
export const NFPROTO_ARP = 3;
export const NFPROTO_NETDEV = 5;
export const NFPROTO_BRIDGE = 7;
export const NFPROTO_IPV6 = 10;

export const ETH_P_IP = 0x0800;
export const ETH_P_ARP = 0x0806;
export const ETH_P_8021Q = 0x8100;
export const ETH_P_IPV6 = 0x86dd;
export const ETH_P_8021AD = 0x88a8;
export const ETH_P_PPP_DISC = 0x8863;
export const ETH_P_PPP_SES = 0x8864;

/** The part of a tag that names the VLAN. */
export const VLAN_VID_MASK = 0xfff;
/** PPPoE's header and PPP's protocol number. */
export const PPPOE_SES_HLEN = 8;

export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_MULTICAST = 2;
export const PACKET_OTHERHOST = 3;
export const PACKET_LOOPBACK = 5;

export const IP_CT_ESTABLISHED = 0;
export const IP_CT_RELATED = 1;
export const IP_CT_NEW = 2;
export const IP_CT_ESTABLISHED_REPLY = 3;
export const IP_CT_RELATED_REPLY = 4;
export const IP_CT_UNTRACKED = 7;

/** Room before the frame, for headers that the path pushes. */
export const HEADROOM = 128;

/** The options of an IPv4 header (struct ip_options): offsets count from the header, 0: absent. */
export class IpOptions {
  optlen = 0;
  srr = 0;
  rr = 0;
  ts = 0;
  routerAlert = 0;
  cipso = 0;
  rrNeedaddr = false;
  tsNeedaddr = false;
  tsNeedtime = false;
  srrIsHit = false;
  isStrictroute = false;
  isChanged = false;
  /** Next hop of a source route, as int32. */
  nexthop = 0;

  clear(): void {
    this.optlen = this.srr = this.rr = this.ts = this.routerAlert = 0;
    this.cipso = this.nexthop = 0;
    this.rrNeedaddr = this.tsNeedaddr = this.tsNeedtime = false;
    this.srrIsHit = this.isStrictroute = this.isChanged = false;
  }
}

export class Packet {
  /** Bytes of the packet with room on both sides. */
  b: Uint8Array;
  readonly m: Int32Array = new Int32Array(SLOTS);
  /** The route attached to it (skb_dst). */
  dst: Route | null = null;
  /** IPCB(skb)->opt. */
  readonly opt = new IpOptions();
  /**
   * Lengths of the pieces of a reassembled packet (the first with its headers, without link layer);
   * it leaves in these pieces where they fit. null: in one piece.
   */
  pieces: number[] | null = null;

  constructor(capacity = 2048) {
    this.b = new Uint8Array(capacity);
    this.clear();
  }

  /** An empty packet: no headers, no device, no connection. */
  clear(): void {
    const m = this.m;
    m.fill(0);
    m[LL] = m[NH] = m[TH] = NONE;
    m[L4PROTO] = m[CT] = m[SOCKET] = m[INNER] = NONE;
    m[DATA] = m[END] = HEADROOM;
    this.dst = null;
    this.pieces = null;
    if (this.opt.optlen !== 0) this.opt.clear();
  }

  /** Takes over a frame's bytes; DATA, LL and END stand around them. */
  load(frame: Uint8Array): void {
    this.clear();
    const need = HEADROOM + frame.length + HEADROOM;
    if (this.b.length < need) this.b = new Uint8Array(need);
    this.b.set(frame, HEADROOM);
    this.m[LL] = this.m[DATA] = HEADROOM;
    this.m[END] = HEADROOM + frame.length;
  }

  /** Makes room for `bytes` from the start of `b`, keeping what is there. */
  grow(bytes: number): void {
    if (this.b.length >= bytes) return;
    const old = this.b;
    this.b = new Uint8Array(bytes);
    this.b.set(old);
  }

  /**
   * pskb_may_pull: everything before `end` (an offset in `b`) lies in the first piece from here on.
   * Who writes a header that came in several pieces does that, and the pieces no longer fit.
   */
  pull(end: number): void {
    const { pieces } = this;
    if (pieces === null) return;
    const length = end - this.m[NH]!;
    let missing = length - pieces[0]!;
    if (missing <= 0) return;
    let next = 1;
    while (next < pieces.length && pieces[next]! <= missing) missing -= pieces[next++]!;
    const rest = pieces.slice(next);
    if (rest.length > 0) rest[0] = rest[0]! - missing;
    this.pieces = rest.length > 0 ? [length, ...rest] : null;
  }

  /**
   * skb_copy: bytes, slots, route and options of another packet (not what it holds: see Netns). Pieces
   * that two share cannot be used again by either copy: it is cut anew.
   */
  copyFrom(p: Packet): void {
    if (this.b.length < p.b.length) this.b = new Uint8Array(p.b.length);
    const m = p.m;
    this.b.set(p.b.subarray(0, m[END]));
    this.m.set(m);
    this.dst = p.dst;
    this.pieces = null;
    Object.assign(this.opt, p.opt);
  }

  /** skb->len */
  get length(): number {
    return this.m[END]! - this.m[DATA]!;
  }
}
