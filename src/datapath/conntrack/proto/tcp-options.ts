/**
 * TCP options that window tracking needs: window scale, SACK permitted, SACK blocks.
 *
 * Mirrors tcp_options and tcp_sack of nf_conntrack_proto_tcp.c.
 */
import { word } from '../../address.ts';

const EOL = 0;
const NOP = 1;
const WINDOW = 3;
const SACK_PERM = 4;
const SACK = 5;
const TIMESTAMP_ALIGNED = 0x0101080a;
const MAX_WSCALE = 14;
const SACK_BLOCK = 8;
const HEADER = 20;

/** What scanOptions found. */
export const found = { scaled: false, scale: 0, sackPermitted: false };

/** Reads the options of a SYN; `doff` is the length of the header in bytes. False: there are none. */
export function scanOptions(b: Uint8Array, th: number, doff: number): boolean {
  if (doff === HEADER) return false;
  found.scaled = found.sackPermitted = false;
  found.scale = 0;
  const end = th + doff;
  for (let at = th + HEADER; at < end; ) {
    const kind = b[at]!;
    if (kind === EOL) break;
    if (kind === NOP) {
      at++;
      continue;
    }
    const size = at + 1 < end ? b[at + 1]! : 0;
    if (size < 2 || at + size > end) break;
    if (kind === SACK_PERM && size === 2) found.sackPermitted = true;
    if (kind === WINDOW && size === 3) {
      found.scaled = true;
      found.scale = Math.min(b[at + 2]!, MAX_WSCALE);
    }
    at += size;
  }
  return true;
}

/** The highest right edge of a SACK block, or `ack` where there is none above it; as int32. */
export function highestSack(b: Uint8Array, th: number, doff: number, ack: number): number {
  if (doff === HEADER) return ack;
  const end = th + doff;
  if (doff === HEADER + 12 && word(b, th + HEADER) === TIMESTAMP_ALIGNED) return ack;
  for (let at = th + HEADER; at < end; ) {
    const kind = b[at]!;
    if (kind === EOL) return ack;
    if (kind === NOP) {
      at++;
      continue;
    }
    const size = at + 1 < end ? b[at + 1]! : 0;
    if (size < 2 || at + size > end) return ack;
    if (kind === SACK && size >= 2 + SACK_BLOCK && (size - 2) % SACK_BLOCK === 0) {
      for (let i = at + 2; i < at + size; i += SACK_BLOCK) {
        const right = word(b, i + 4);
        if (((right - ack) | 0) > 0) ack = right;
      }
      return ack;
    }
    at += size;
  }
  return ack;
}
