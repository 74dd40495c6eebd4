/** Where what the transport header carries begins. Mirrors __nft_payload_inner_offset (nft_payload.c). */
import { half } from '../../../datapath/address.ts';
import { END, FRAGOFF, INNER, L4PROTO, NONE, type Packet, TH } from '../../../datapath/packet.ts';

const IPPROTO_IPIP = 4;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_GRE = 47;
const UDP_HEADER = 8;
const TCP_HEADER = 20;
const GRE_HEADER = 4;
const GRE_CSUM = 0x8000;
const GRE_ROUTING = 0x4000;
const GRE_KEY = 0x2000;
const GRE_SEQ = 0x1000;
const GRE_VERSION = 7;

/** What UDP and TCP carry, and (`tunnels`, since 6.2) what GRE and IP in IP do; NONE: nothing. */
export function innerOffset(p: Packet, tunnels: boolean): number {
  const { b, m } = p;
  if (m[INNER] !== NONE) return m[INNER]!;
  if (m[L4PROTO] === NONE || m[FRAGOFF] !== 0) return NONE;
  const th = m[TH]!;
  switch (m[L4PROTO]) {
    case IPPROTO_UDP:
      return (m[INNER] = th + UDP_HEADER);
    case IPPROTO_TCP:
      if (th + TCP_HEADER > m[END]!) return NONE;
      return (m[INNER] = th + (b[th + 12]! >> 4) * 4);
    case IPPROTO_GRE: {
      if (!tunnels || th + GRE_HEADER > m[END]!) return NONE;
      const size = greSize(half(b, th));
      return size === NONE ? NONE : (m[INNER] = th + size);
    }
    case IPPROTO_IPIP:
      return tunnels ? (m[INNER] = th) : NONE;
    default:
      return NONE;
  }
}

/** Length of a GRE header of version 0, as its flags say. */
function greSize(flags: number): number {
  if (flags & (GRE_ROUTING | GRE_VERSION)) return NONE;
  const words = (flags & GRE_CSUM ? 1 : 0) + (flags & GRE_KEY ? 1 : 0) + (flags & GRE_SEQ ? 1 : 0);
  return GRE_HEADER + 4 * words;
}
