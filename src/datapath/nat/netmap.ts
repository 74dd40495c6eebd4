/**
 * Networks mapped onto networks: the host part of an address stays.
 *
 * Mirrors nft_nat_setup_netmap (nft_nat.c).
 */
import { word } from '../address.ts';
import { NFPROTO_IPV6, NH, type Packet, PF } from '../packet.ts';
import { type NatRange, NF_NAT_MANIP_SRC } from './range.ts';

/** Fills `into` with `asked` for this packet: its own address in the bits where min and max differ. */
export function netmap(p: Packet, asked: NatRange, manip: number, into: NatRange): void {
  const { b, m } = p;
  const ipv6 = m[PF] === NFPROTO_IPV6;
  const source = manip === NF_NAT_MANIP_SRC;
  const at = m[NH]! + (ipv6 ? (source ? 8 : 24) : source ? 12 : 16);
  into.minAddr.fill(0);
  for (let i = 0; i < (ipv6 ? 4 : 1); i++) {
    const host = asked.minAddr[i]! ^ asked.maxAddr[i]!;
    into.minAddr[i] = (word(b, at + 4 * i) & host) | (asked.minAddr[i]! & ~host);
  }
  into.maxAddr.set(into.minAddr);
  into.flags = asked.flags;
  into.minProto = asked.minProto;
  into.maxProto = asked.maxProto;
  into.baseProto = asked.baseProto;
}
