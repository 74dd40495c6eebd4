/**
 * The chain of IPv6 headers: finds the transport header, or one of the extension headers.
 *
 * Mirrors ipv6_find_hdr (exthdrs_core.c).
 */
import { half } from '../../../datapath/address.ts';
import { END, NH, NONE, type Packet } from '../../../datapath/packet.ts';

const HEADER = 40;
const NEXTHDR_HOP = 0;
const NEXTHDR_ROUTING = 43;
const NEXTHDR_FRAGMENT = 44;
const NEXTHDR_AUTH = 51;
const NEXTHDR_NONE = 59;
const NEXTHDR_DEST = 60;

/** What was found: its protocol, where it starts in the packet's bytes, its fragment offset. */
export interface Header6 {
  protocol: number;
  offset: number;
  fragoff: number;
}

const found: Header6 = { protocol: 0, offset: NONE, fragoff: 0 };

const isExtension = (nexthdr: number): boolean =>
  nexthdr === NEXTHDR_HOP ||
  nexthdr === NEXTHDR_ROUTING ||
  nexthdr === NEXTHDR_FRAGMENT ||
  nexthdr === NEXTHDR_AUTH ||
  nexthdr === NEXTHDR_NONE ||
  nexthdr === NEXTHDR_DEST;

function at(protocol: number, offset: number, fragoff: number): Header6 {
  found.protocol = protocol;
  found.offset = offset;
  found.fragoff = fragoff;
  return found;
}

/**
 * The header with number `target`, or for NONE the transport header (as which an authentication header
 * counts). null where it is not there or cut off; `fit`: also where a header before it runs past the
 * end. The result is valid until the next call.
 */
export function findHeader6(p: Packet, target: number, fit: boolean): Header6 | null {
  const { b, m } = p;
  const end = m[END]!;
  let start = m[NH]! + HEADER;
  if (start > end) return null;
  let nexthdr = b[m[NH]! + 6]!;
  for (;;) {
    const wanted = nexthdr === target;
    if (!isExtension(nexthdr) || nexthdr === NEXTHDR_NONE) {
      return target === NONE || wanted ? at(nexthdr, start, 0) : null;
    }
    if (start + 2 > end || (nexthdr === NEXTHDR_ROUTING && start + 4 > end)) return null;
    let length = (b[start + 1]! + 1) * 8;
    if (nexthdr === NEXTHDR_FRAGMENT) {
      if (start + 4 > end) return null;
      const fragoff = half(b, start + 2) & ~7;
      if (fragoff !== 0) return laterFragment(b, start, fragoff, target, wanted);
      length = 8;
    } else if (nexthdr === NEXTHDR_AUTH) {
      if (target === NONE) return at(nexthdr, start, 0);
      length = (b[start + 1]! + 2) * 4;
    }
    if (wanted) return at(nexthdr, start, 0);
    if (fit && end - start < length) return null;
    nexthdr = b[start]!;
    start += length;
  }
}

/** Behind a later fragment's header lies no header any more, only the number of what was there. */
function laterFragment(
  b: Uint8Array,
  start: number,
  fragoff: number,
  target: number,
  wanted: boolean,
): Header6 | null {
  const nexthdr = b[start]!;
  if (target === NONE && (!isExtension(nexthdr) || nexthdr === NEXTHDR_NONE)) {
    return at(nexthdr, start, fragoff);
  }
  return wanted ? at(NEXTHDR_FRAGMENT, start, fragoff) : null;
}
