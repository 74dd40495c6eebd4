/**
 * Whether a packet's transport checksum is wrong.
 *
 * Mirrors nf_checksum and nf_checksum_partial (net/netfilter/utils.c). The pseudo header is that of
 * the family of the hook.
 */
import { fold, pseudo4, pseudo6, sumBytes } from '../checksum.ts';
import { END, FLAG_CSUM_OK, FLAGS, NFPROTO_IPV4, NH, type Packet, PF } from '../packet.ts';

/** `coverage` bytes from `dataoff` on are summed, the pseudo header holds the whole length. */
export function badChecksum(p: Packet, dataoff: number, protonum: number, coverage: number) {
  const { b, m } = p;
  if (m[FLAGS]! & FLAG_CSUM_OK) return false;
  const length = m[END]! - dataoff;
  const pseudo =
    m[PF] === NFPROTO_IPV4
      ? pseudo4(b, m[NH]!, protonum, length)
      : pseudo6(b, m[NH]!, protonum, length);
  return fold(sumBytes(b, dataoff, dataoff + coverage, pseudo)) !== 0;
}

/** The same without a pseudo header (ICMP). */
export function badPlainChecksum(p: Packet, dataoff: number): boolean {
  if (p.m[FLAGS]! & FLAG_CSUM_OK) return false;
  return fold(sumBytes(p.b, dataoff, p.m[END]!)) !== 0;
}
