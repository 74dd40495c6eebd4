/**
 * Cutting packets that are too long for a device into fragments.
 *
 * Mirrors ip_do_fragment (ip_output.c) and ip6_fragment (ip6_output.c): a packet that was put
 * together from pieces leaves in the same pieces where they fit.
 */
import { half, putHalf, putWord } from '../address.ts';
import { ipSendCheck } from '../checksum.ts';
import type { Netns } from '../netns.ts';
import {
  CB_FLAGS,
  CB_FRAG_COMPLETE,
  CB_FRAG_PMTU,
  CB_FRAGMENTED,
  DATA,
  END,
  FRAG_MAX,
  HEADROOM,
  NH,
  type Packet,
  TH,
} from '../packet.ts';
import { EMSGSIZE } from '../route.ts';
import { IPPROTO_FRAGMENT, insertionPoint6 } from './exthdrs.ts';
import { optionsFragment } from './ip_options.ts';

const IP_DF = 0x4000;
const IP_MF = 0x2000;
const IP_OFFSET = 0x1fff;

type Send = (ns: Netns, p: Packet) => number;

/** Whether the pieces that a packet came in can be used again (the frag_list's geometry). */
function piecesFit(pieces: readonly number[], hlen: number, room: number): boolean {
  const first = pieces[0]! - hlen;
  if (first > room || first & 7) return false;
  for (let i = 1; i < pieces.length; i++) {
    const last = i === pieces.length - 1;
    if (pieces[i]! > room || (pieces[i]! & 7 && !last)) return false;
  }
  return true;
}

/**
 * Whether the pieces' own buffers have the room that the device wants before the header
 * (LL_RESERVED_SPACE): what a wire received is too tight for a tag more, or for PPPoE.
 */
function hasRoom(ns: Netns, p: Packet): boolean {
  const kind = p.dst === null ? undefined : ns.devices.get(p.dst.dev)?.kind;
  return kind !== 'ppp' && (kind !== 'vlan' || !ns.profile.vlanWantsRoom);
}

/** A packet of the same metadata (ip_copy_metadata) with `hlen` bytes of header and a body. */
function piece(ns: Netns, p: Packet, hlen: number, from: number, length: number): Packet {
  const part = ns.cloneHeader(p);
  part.grow(HEADROOM + hlen + length);
  const { b, m } = part;
  const at = p.m[NH]!;
  b.set(p.b.subarray(at, at + hlen), HEADROOM);
  b.set(p.b.subarray(from, from + length), HEADROOM + hlen);
  m[DATA] = m[NH] = HEADROOM;
  m[TH] = HEADROOM + hlen;
  m[END] = HEADROOM + hlen + length;
  return part;
}

/** ip_do_fragment. `mtu` is that of the route. */
export function fragment4(ns: Netns, p: Packet, mtu: number, send: Send): number {
  const { m, b } = p;
  const at = m[NH]!;
  const hlen = (b[at]! & 15) * 4;
  const max = m[FRAG_MAX]!;
  if (max !== 0 && max < mtu) mtu = max;
  if (mtu < hlen + 8) {
    ns.drop(p, 'PKT_TOO_BIG');
    return -EMSGSIZE;
  }
  m[CB_FLAGS] = m[CB_FLAGS]! | CB_FRAG_COMPLETE;
  const own = half(b, at + 6);
  const whole = (own & (IP_MF | IP_OFFSET)) === 0;
  const { pieces } = p;
  const kept = pieces !== null && whole && hasRoom(ns, p) && piecesFit(pieces, hlen, mtu - hlen);
  const df = kept ? 0 : m[CB_FLAGS]! & CB_FRAG_PMTU ? IP_DF : 0;
  const total = m[END]! - at - hlen;
  const start = kept ? 0 : (own & IP_OFFSET) << 3;
  for (let done = 0, i = 0; done < total; i++) {
    const length = kept ? lengthOfPiece(pieces, i, hlen) : slowLength(total - done, mtu - hlen);
    const part = piece(ns, p, hlen, at + hlen + done, length);
    const more = done + length < total || (!kept && own & IP_MF) ? IP_MF : 0;
    putHalf(part.b, part.m[NH]! + 6, ((start + done) >> 3) | more | df);
    putHalf(part.b, part.m[NH]! + 2, hlen + length);
    ipSendCheck(part.b, part.m[NH]!);
    if (i === 0 && p.opt.optlen !== 0) optionsFragment(p);
    const err = send(ns, part);
    if (err !== 0) {
      ns.free(p);
      return err;
    }
    done += length;
  }
  ns.free(p);
  return 0;
}

const lengthOfPiece = (pieces: readonly number[], i: number, hlen: number): number =>
  i === 0 ? pieces[0]! - hlen : pieces[i]!;

/** As much as fits, in units of 8 but for the last. */
const slowLength = (left: number, room: number): number => (left > room ? room & ~7 : left);

/** ip6_fragment: with a fragment header and a new random identification. */
export function fragment6(ns: Netns, p: Packet, mtu: number, send: Send): number {
  const { m } = p;
  const at = m[NH]!;
  const point = insertionPoint6(p);
  if (point === null) {
    ns.drop(p, 'IPV6_BAD_EXTHDR');
    return -EMSGSIZE;
  }
  const { hlen, nextAt } = point;
  const next = p.b[nextAt]!;
  const id = ns.random.u32();
  const room = mtu - hlen - 8;
  const pieces = p.pieces;
  const kept = pieces !== null && hasRoom(ns, p) && piecesFit(pieces, hlen, room);
  const total = m[END]! - at - hlen;
  for (let done = 0, i = 0; done < total; i++) {
    const length = kept ? lengthOfPiece(pieces, i, hlen) : slowLength(total - done, room);
    const part = piece6(ns, p, hlen, nextAt - at, at + hlen + done, length);
    const { b } = part;
    const fh = HEADROOM + hlen;
    b[fh] = next;
    b[fh + 1] = 0;
    putHalf(b, fh + 2, done | (done + length < total ? 1 : 0));
    putWord(b, fh + 4, id);
    const err = send(ns, part);
    if (err !== 0) {
      ns.free(p);
      return err;
    }
    done += length;
  }
  ns.free(p);
  return 0;
}

function piece6(
  ns: Netns,
  p: Packet,
  hlen: number,
  nextAt: number,
  from: number,
  length: number,
): Packet {
  const part = ns.cloneHeader(p);
  part.grow(HEADROOM + hlen + 8 + length);
  const { b, m } = part;
  const at = p.m[NH]!;
  b.set(p.b.subarray(at, at + hlen), HEADROOM);
  b[HEADROOM + nextAt] = IPPROTO_FRAGMENT;
  b.set(p.b.subarray(from, from + length), HEADROOM + hlen + 8);
  putHalf(b, HEADROOM + 4, hlen - 40 + 8 + length);
  m[DATA] = m[NH] = HEADROOM;
  m[TH] = HEADROOM + hlen;
  m[END] = HEADROOM + hlen + 8 + length;
  m[CB_FLAGS] = m[CB_FLAGS]! | CB_FRAGMENTED;
  return part;
}
