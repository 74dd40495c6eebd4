/**
 * TCP options as a synproxy reads and writes them, and those that it hides in a timestamp.
 *
 * Mirrors synproxy_parse_options, synproxy_build_options, synproxy_init_timestamp_cookie,
 * synproxy_check_timestamp_cookie and synproxy_tstamp_adjust of nf_synproxy_core.c.
 */
import { half, putWord, word } from '../address.ts';
import { replace4 } from '../checksum.ts';
import { END, type Packet } from '../packet.ts';

/** NF_SYNPROXY_OPT_* */
export const OPT_MSS = 0x01;
export const OPT_WSCALE = 0x02;
export const OPT_SACK_PERM = 0x04;
export const OPT_TIMESTAMP = 0x08;
export const OPT_ECN = 0x10;

const EOL = 0;
const NOP = 1;
const MSS = 2;
const WINDOW = 3;
const SACK_PERM = 4;
const TIMESTAMP = 8;
const MAX_WSCALE = 14;
const HEADER = 20;
const NOPS = (NOP << 24) | (NOP << 16);

/** Bits of a timestamp that remember options: no scaling, SACK permitted, ECN. */
const TS_OPTIONS = 0x3f;
const TS_WSCALE = 0xf;
const TS_SACK = 1 << 4;
const TS_ECN = 1 << 5;

/** struct synproxy_options */
export interface SynproxyOptions {
  options: number;
  wscale: number;
  /** What is sent, and what the cookie remembers. */
  mss: number;
  mssEncode: number;
  tsval: number;
  tsecr: number;
}

/** Reads the options of the segment at `th`; null: it is cut short. */
export function parseOptions(p: Packet, th: number): SynproxyOptions | null {
  const { b, m } = p;
  const end = th + (b[th + 12]! >> 4) * 4;
  if (end < th + HEADER || end > m[END]!) return null;
  const opts = { options: 0, wscale: 0, mss: 0, mssEncode: 0, tsval: 0, tsecr: 0 };
  for (let at = th + HEADER; at < end; ) {
    const kind = b[at]!;
    if (kind === EOL) return opts;
    if (kind === NOP) {
      at++;
      continue;
    }
    const size = at + 1 < end ? b[at + 1]! : 0;
    if (size < 2 || at + size > end) return opts;
    take(opts, b, at, kind, size);
    at += size;
  }
  return opts;
}

function take(opts: SynproxyOptions, b: Uint8Array, at: number, kind: number, size: number): void {
  if (kind === MSS && size === 4) {
    opts.mss = half(b, at + 2);
    opts.options |= OPT_MSS;
  } else if (kind === WINDOW && size === 3) {
    opts.wscale = Math.min(b[at + 2]!, MAX_WSCALE);
    opts.options |= OPT_WSCALE;
  } else if (kind === TIMESTAMP && size === 10) {
    opts.tsval = word(b, at + 2);
    opts.tsecr = word(b, at + 6);
    opts.options |= OPT_TIMESTAMP;
  } else if (kind === SACK_PERM && size === 2) opts.options |= OPT_SACK_PERM;
}

/** Bytes that they take. */
export function optionsSize({ options }: SynproxyOptions): number {
  const stamp = options & OPT_TIMESTAMP ? 12 : options & OPT_SACK_PERM ? 4 : 0;
  return stamp + (options & OPT_MSS ? 4 : 0) + (options & OPT_WSCALE ? 4 : 0);
}

export function buildOptions(b: Uint8Array, at: number, opts: SynproxyOptions): void {
  const { options } = opts;
  const put = (value: number) => {
    putWord(b, at, value);
    at += 4;
  };
  const sack = (SACK_PERM << 8) | 2;
  if (options & OPT_MSS) put((MSS << 24) | (4 << 16) | opts.mss);
  if (options & OPT_TIMESTAMP) {
    put((options & OPT_SACK_PERM ? sack << 16 : NOPS) | (TIMESTAMP << 8) | 10);
    put(opts.tsval);
    put(opts.tsecr);
  } else if (options & OPT_SACK_PERM) put(NOPS | sack);
  if (options & OPT_WSCALE) put((NOP << 24) | (WINDOW << 16) | (3 << 8) | opts.wscale);
}

/** The options of a SYN go into the timestamp that answers it; `wscale` is announced instead. */
export function initTimestampCookie(opts: SynproxyOptions, ms: number, wscale: number): void {
  opts.tsecr = opts.tsval;
  opts.tsval = ms & ~TS_OPTIONS;
  if (opts.options & OPT_WSCALE) {
    opts.tsval |= opts.wscale;
    opts.wscale = wscale;
  } else opts.tsval |= TS_WSCALE;
  if (opts.options & OPT_SACK_PERM) opts.tsval |= TS_SACK;
  if (opts.options & OPT_ECN) opts.tsval |= TS_ECN;
}

export function checkTimestampCookie(opts: SynproxyOptions): void {
  opts.wscale = opts.tsecr & TS_WSCALE;
  if (opts.wscale !== TS_WSCALE) opts.options |= OPT_WSCALE;
  if (opts.tsecr & TS_SACK) opts.options |= OPT_SACK_PERM;
  if (opts.tsecr & TS_ECN) opts.options |= OPT_ECN;
}

/** Server and client each see timestamps of one clock: `offset` is what the server's is ahead. */
export function adjustTimestamps(p: Packet, th: number, reply: boolean, offset: number): void {
  if (offset === 0) return;
  const { b } = p;
  const end = th + (b[th + 12]! >> 4) * 4;
  for (let at = th + HEADER; at < end; ) {
    const kind = b[at]!;
    if (kind === EOL) return;
    if (kind === NOP) {
      at++;
      continue;
    }
    const size = at + 1 < end ? b[at + 1]! : 0;
    if (size < 2 || at + size > end) return;
    if (kind === TIMESTAMP && size === 10) {
      const place = reply ? at + 2 : at + 6;
      const old = word(b, place);
      const now = reply ? (old - offset) | 0 : (old + offset) | 0;
      putWord(b, place, now);
      replace4(b, th + 16, old, now);
    }
    at += size;
  }
}
