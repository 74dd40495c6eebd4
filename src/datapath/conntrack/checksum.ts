/**
 * Whether a packet's transport checksum is wrong.
 *
 * Mirrors nf_checksum and nf_checksum_partial (net/netfilter/utils.c). The pseudo header is that of
 * the family of the hook. In IPv4 the sum begins at the IP header, which makes nothing as long as that
 * one's own checksum is right (rules may have spoiled it). What was found right is known to be right
 * from then on (skb->csum), but for what rules write that this sum is not told of.
 */
import { fold, pseudo4, pseudo6, sumBytes } from '../checksum.ts';
import {
  END,
  FLAG_CSUM_COMPLETE,
  FLAG_CSUM_OK,
  FLAGS,
  NFPROTO_IPV4,
  NH,
  type Packet,
  PF,
} from '../packet.ts';

/** `coverage` bytes from `dataoff` on are summed, the pseudo header holds the whole length. */
export function badChecksum(
  p: Packet,
  dataoff: number,
  protonum: number,
  coverage: number,
): boolean {
  const { b, m } = p;
  if (m[FLAGS]! & FLAG_CSUM_OK) return false;
  const length = m[END]! - dataoff;
  const v4 = m[PF] === NFPROTO_IPV4;
  const pseudo = v4 ? pseudo4(b, m[NH]!, protonum, length) : pseudo6(b, m[NH]!, protonum, length);
  const sum = sumBytes(b, v4 ? m[NH]! : dataoff, dataoff + coverage, pseudo);
  return isBad(p, sum, coverage === length);
}

/** The same without a pseudo header (ICMP). */
export function badPlainChecksum(p: Packet): boolean {
  if (p.m[FLAGS]! & FLAG_CSUM_OK) return false;
  return isBad(p, sumBytes(p.b, p.m[NH]!, p.m[END]!), true);
}

function isBad(p: Packet, sum: number, whole: boolean): boolean {
  if (fold(sum) !== 0) return true;
  if (whole) p.m[FLAGS]! |= FLAG_CSUM_OK | FLAG_CSUM_COMPLETE;
  return false;
}
