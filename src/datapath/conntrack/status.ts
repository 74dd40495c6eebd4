/**
 * Bits and numbers of a connection's state, as rules, NAT and flowtables read them.
 *
 * Mirrors uapi/linux/netfilter/nf_conntrack_common.h and nf_conntrack_tuple_common.h.
 */
import { IP_CT_ESTABLISHED_REPLY } from '../packet.ts';

export const IP_CT_DIR_ORIGINAL = 0;
export const IP_CT_DIR_REPLY = 1;

/** CTINFO2DIR: the direction of a packet within its connection. */
export const directionOf = (ctinfo: number): number =>
  ctinfo >= IP_CT_ESTABLISHED_REPLY ? IP_CT_DIR_REPLY : IP_CT_DIR_ORIGINAL;

/** The connection was expected (`ct status expected`); its first packet is RELATED. */
export const IPS_EXPECTED = 1 << 0;
export const IPS_SEEN_REPLY = 1 << 1;
/** Never dropped early. */
export const IPS_ASSURED = 1 << 2;
/** In the table. */
export const IPS_CONFIRMED = 1 << 3;
export const IPS_SRC_NAT = 1 << 4;
export const IPS_DST_NAT = 1 << 5;
export const IPS_NAT_MASK = IPS_SRC_NAT | IPS_DST_NAT;
export const IPS_SEQ_ADJUST = 1 << 6;
export const IPS_SRC_NAT_DONE = 1 << 7;
export const IPS_DST_NAT_DONE = 1 << 8;
export const IPS_NAT_DONE_MASK = IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE;
export const IPS_DYING = 1 << 9;
export const IPS_FIXED_TIMEOUT = 1 << 10;
/** Only carries a zone to the connection that is to be made. */
export const IPS_TEMPLATE = 1 << 11;
/** The original tuple clashed; only the reply direction is in the table. */
export const IPS_NAT_CLASH = 1 << 12;
export const IPS_HELPER = 1 << 13;
export const IPS_OFFLOAD = 1 << 14;
export const IPS_HW_OFFLOAD = 1 << 15;

/** Bits that user space cannot change (IPS_UNCHANGEABLE_MASK). */
export const IPS_UNCHANGEABLE_MASK =
  IPS_NAT_DONE_MASK |
  IPS_NAT_MASK |
  IPS_EXPECTED |
  IPS_CONFIRMED |
  IPS_DYING |
  IPS_SEQ_ADJUST |
  IPS_TEMPLATE |
  IPS_NAT_CLASH |
  IPS_OFFLOAD |
  IPS_HW_OFFLOAD;

/** Bits of `ct state`: NF_CT_STATE_INVALID_BIT, NF_CT_STATE_BIT(ctinfo), NF_CT_STATE_UNTRACKED_BIT. */
export const STATE_INVALID = 1 << 0;
export const STATE_ESTABLISHED = 1 << 1;
export const STATE_RELATED = 1 << 2;
export const STATE_NEW = 1 << 3;
export const STATE_UNTRACKED = 1 << 6;

/** enum ip_conntrack_events: bits of `ct event`. */
export const IPCT_NEW = 0;
export const IPCT_RELATED = 1;
export const IPCT_DESTROY = 2;
export const IPCT_REPLY = 3;
export const IPCT_ASSURED = 4;
export const IPCT_PROTOINFO = 5;
export const IPCT_HELPER = 6;
export const IPCT_MARK = 7;
export const IPCT_SEQADJ = 8;
export const IPCT_SECMARK = 9;
export const IPCT_LABEL = 10;
export const IPCT_SYNPROXY = 11;

/** Directions that a zone holds for: bit 0 original, bit 1 reply (NF_CT_ZONE_DIR_*). */
export const ZONE_DIR_ORIG = 1;
export const ZONE_DIR_REPL = 2;
export const ZONE_DIR_BOTH = 3;

export const IPPROTO_ICMP = 1;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_DCCP = 33;
export const IPPROTO_GRE = 47;
export const IPPROTO_ICMPV6 = 58;
export const IPPROTO_SCTP = 132;
export const IPPROTO_UDPLITE = 136;
