/**
 * The IPv4 options of an answer: what the asking packet carried, turned round.
 *
 * Mirrors __ip_options_echo (ip_options.c).
 */
import { putWord, word } from '../address.ts';
import { RTN_UNICAST } from '../fib.ts';
import type { Netns } from '../netns.ts';
import { IpOptions, NH, type Packet } from '../packet.ts';
import { currentTimestamp, IPOPT_END, TS_PRESPEC } from './ip_options.ts';

/** The options of an answer. */
export interface ReplyOptions {
  readonly bytes: Uint8Array;
  readonly opt: IpOptions;
  /** First hop of a source route back, as int32; 0: none. */
  readonly faddr: number;
  /** Who asked, as int32. */
  readonly sender: number;
}

const NO_OPTIONS: ReplyOptions = {
  bytes: new Uint8Array(0),
  opt: new IpOptions(),
  faddr: 0,
  sender: 0,
};

/** ip_options_build: what only the answer's own header knows. `p` is it, addresses and all. */
export function buildOptions(ns: Netns, p: Packet, { bytes, opt, sender }: ReplyOptions): void {
  const { m, b } = p;
  const header = m[NH]!;
  b.set(bytes, header + 20);
  Object.assign(p.opt, opt);
  const own = word(b, header + 12);
  if (opt.srr !== 0) {
    const at = header + opt.srr;
    putWord(b, at + b[at + 1]! - 4, sender);
  }
  if (opt.rrNeedaddr) {
    const at = header + opt.rr;
    putWord(b, at + b[at + 2]! - 5, own);
  }
  if (opt.tsNeedaddr) {
    const at = header + opt.ts;
    putWord(b, at + b[at + 2]! - 9, own);
  }
  if (opt.tsNeedtime) {
    const at = header + opt.ts;
    putWord(b, at + b[at + 2]! - 5, currentTimestamp(ns));
  }
  p.opt.rrNeedaddr = p.opt.tsNeedaddr = p.opt.tsNeedtime = false;
}

/** __ip_options_echo: record route, timestamps and source route, as an answer carries them. */
export function echoOptions(ns: Netns, p: Packet): ReplyOptions | null {
  const { m, b, opt: from } = p;
  if (from.optlen === 0) return NO_OPTIONS;
  const header = m[NH]!;
  const out = new Uint8Array(40);
  const opt = new IpOptions();
  let used = 0;
  if (from.rr !== 0) {
    const at = header + from.rr;
    const length = b[at + 1]!;
    out.set(b.subarray(at, at + length), used);
    opt.rr = 20 + used;
    if (from.rrNeedaddr && b[at + 2]! <= length) {
      if (b[at + 2]! + 3 > length) return null;
      out[used + 2] = b[at + 2]! + 4;
      opt.rrNeedaddr = true;
    }
    used += length;
  }
  if (from.ts !== 0) {
    const length = echoTimestamp(ns, b, header + from.ts, from, out, used, opt);
    if (length < 0) return null;
    used += length;
  }
  let faddr = 0;
  if (from.srr !== 0) {
    const back = echoSourceRoute(b, header, header + from.srr, out, used);
    if (back.length > 0) {
      faddr = back.faddr;
      opt.srr = 20 + used;
      opt.isStrictroute = from.isStrictroute;
      used += back.length;
    }
  }
  if (from.cipso !== 0) {
    const at = header + from.cipso;
    out.set(b.subarray(at, at + b[at + 1]!), used);
    used += b[at + 1]!;
  }
  while (used & 3) out[used++] = IPOPT_END;
  opt.optlen = used;
  return { bytes: out.subarray(0, used), opt, faddr, sender: word(b, header + 12) };
}

/** Returns the length of the option; -1: does not fit. */
function echoTimestamp(
  ns: Netns,
  b: Uint8Array,
  at: number,
  from: IpOptions,
  out: Uint8Array,
  used: number,
  opt: IpOptions,
): number {
  const length = b[at + 1]!;
  let pointer = b[at + 2]!;
  opt.ts = 20 + used;
  out.set(b.subarray(at, at + length), used);
  if (pointer > length) return length;
  if (from.tsNeedaddr) {
    if (pointer + 3 > length) return -1;
    opt.tsNeedaddr = true;
    pointer += 4;
  }
  if (from.tsNeedtime) {
    if (pointer + 3 > length) return -1;
    if ((out[used + 3]! & 15) !== TS_PRESPEC) {
      opt.tsNeedtime = true;
      pointer += 4;
    } else if (pointer + 7 <= length) {
      if (ns.fib4.addressType(word(out, used + pointer - 1)) !== RTN_UNICAST) {
        opt.tsNeedtime = true;
        pointer += 8;
      }
    }
  }
  out[used + 2] = pointer;
  return length;
}

/** The route back is the way that was taken, turned round. */
function echoSourceRoute(
  b: Uint8Array,
  header: number,
  at: number,
  out: Uint8Array,
  used: number,
): { length: number; faddr: number } {
  let from = Math.min(b[at + 2]!, b[at + 1]! + 1) - 4;
  let to = 0;
  if (from <= 3) return { length: 0, faddr: 0 };
  const faddr = word(b, at + from - 1);
  for (from -= 4, to = 4; from > 3; from -= 4, to += 4)
    putWord(out, used + to - 1, word(b, at + from - 1));
  if (word(b, header + 12) === word(b, at + from + 3)) to -= 4;
  if (to <= 3) return { length: 0, faddr: 0 };
  out[used] = b[at]!;
  out[used + 1] = to + 3;
  out[used + 2] = 4;
  return { length: to + 3, faddr };
}
