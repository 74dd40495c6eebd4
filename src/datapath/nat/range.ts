/**
 * What a NAT rule asks for: the addresses and ports to translate into.
 *
 * Mirrors struct nf_nat_range2 and NF_NAT_RANGE_*. A rule fills one range and uses it for every
 * packet. Addresses are four words of network order read as numbers (IPv4: the first word, the
 * others 0); ports, ICMP ids and GRE keys are numbers in host order.
 */

export const NF_NAT_MANIP_SRC = 0;
export const NF_NAT_MANIP_DST = 1;

/** Take the address out of min..max. */
export const NF_NAT_RANGE_MAP_IPS = 1;
/** Take the port out of minProto..maxProto. */
export const NF_NAT_RANGE_PROTO_SPECIFIED = 2;
export const NF_NAT_RANGE_PROTO_RANDOM = 4;
/** The address depends on the source alone. */
export const NF_NAT_RANGE_PERSISTENT = 8;
export const NF_NAT_RANGE_PROTO_RANDOM_FULLY = 16;
/** Shift the port by its distance from baseProto. */
export const NF_NAT_RANGE_PROTO_OFFSET = 32;
/** Replace only the bits that min and max have in common (`snat ip prefix to`). */
export const NF_NAT_RANGE_NETMAP = 64;

export const NF_NAT_RANGE_PROTO_RANDOM_ALL =
  NF_NAT_RANGE_PROTO_RANDOM | NF_NAT_RANGE_PROTO_RANDOM_FULLY;

export interface NatRange {
  /** NF_NAT_RANGE_* */
  flags: number;
  readonly minAddr: Uint32Array;
  readonly maxAddr: Uint32Array;
  minProto: number;
  maxProto: number;
  baseProto: number;
}

/** A range that asks for nothing yet. */
export function natRange(flags = 0): NatRange {
  return {
    flags,
    minAddr: new Uint32Array(4),
    maxAddr: new Uint32Array(4),
    minProto: 0,
    maxProto: 0,
    baseProto: 0,
  };
}
