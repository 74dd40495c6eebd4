/**
 * Tuples: who talks to whom, in one direction.
 *
 * Mirrors struct nf_conntrack_tuple. A tuple is ten words of a Uint32Array, alone (`newTuple`) or
 * inside the table's column (`base` is where it starts): source address, destination address (four
 * words of network order each; IPv4 uses the first), ports, protocols. "Ports" are whatever tells
 * connections apart: TCP and UDP ports, ICMP id (source) with type and code (destination), GRE keys;
 * all in host order.
 */

export const TUPLE_WORDS = 10;
/** Word offsets. */
export const TUPLE_SRC = 0;
export const TUPLE_DST = 4;
/** src.u.all << 16 | dst.u.all */
export const TUPLE_PORTS = 8;
/** l3num << 8 | protonum */
export const TUPLE_PROTO = 9;

export type Tuple = Uint32Array;

export const newTuple = (): Tuple => new Uint32Array(TUPLE_WORDS);

export const tupleSport = (t: Tuple, base = 0): number => t[base + TUPLE_PORTS]! >>> 16;
export const tupleDport = (t: Tuple, base = 0): number => t[base + TUPLE_PORTS]! & 0xffff;
export const tupleL3num = (t: Tuple, base = 0): number => t[base + TUPLE_PROTO]! >>> 8;
export const tupleProtonum = (t: Tuple, base = 0): number => t[base + TUPLE_PROTO]! & 0xff;

/** Type and code of an ICMP tuple, kept as its destination port. */
export const tupleIcmpType = (t: Tuple, base = 0): number => (t[base + TUPLE_PORTS]! >>> 8) & 0xff;
export const tupleIcmpCode = (t: Tuple, base = 0): number => t[base + TUPLE_PORTS]! & 0xff;

export function setTuplePorts(t: Tuple, sport: number, dport: number, base = 0): void {
  t[base + TUPLE_PORTS] = (sport << 16) | dport;
}

export function copyTuple(to: Tuple, toBase: number, from: Tuple, fromBase = 0): void {
  for (let i = 0; i < TUPLE_WORDS; i++) to[toBase + i] = from[fromBase + i]!;
}

export function tuplesEqual(a: Tuple, aBase: number, b: Tuple, bBase: number): boolean {
  for (let i = 0; i < TUPLE_WORDS; i++) if (a[aBase + i] !== b[bBase + i]) return false;
  return true;
}
