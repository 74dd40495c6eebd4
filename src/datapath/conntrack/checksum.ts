/**
 * Whether a packet's transport checksum is wrong.
 *
 * Mirrors nf_checksum and nf_checksum_partial (net/netfilter/utils.c). The pseudo header is that of
 * the family of the hook. In IPv4 the sum begins at the IP header, which makes nothing as long as that
 * one's own checksum is right (rules may have spoiled it).
 */
import { fold, pseudo4, pseudo6, sumBytes } from '../checksum.ts';
import { END, FLAG_CSUM_OK, FLAGS, NFPROTO_IPV4, NH, type Packet, PF } from '../packet.ts';

/** `coverage` bytes from `dataoff` on are summed, the pseudo header holds the whole length. */
export function badChecksum(p: Packet, dataoff: number, protonum: number, coverage: number) {
  const { b, m } = p;
  if (m[FLAGS]! & FLAG_CSUM_OK) return false;
  const length = m[END]! - dataoff;
  if (m[PF] === NFPROTO_IPV4) {
    const pseudo = pseudo4(b, m[NH]!, protonum, length);
    return fold(sumBytes(b, m[NH]!, dataoff + coverage, pseudo)) !== 0;
  }
  const pseudo = pseudo6(b, m[NH]!, protonum, length);
  return fold(sumBytes(b, dataoff, dataoff + coverage, pseudo)) !== 0;
}

/** The same without a pseudo header (ICMP). */
export function badPlainChecksum(p: Packet): boolean {
  if (p.m[FLAGS]! & FLAG_CSUM_OK) return false;
  return fold(sumBytes(p.b, p.m[NH]!, p.m[END]!)) !== 0;
}
