/**
 * Sequence numbers of TCP connections whose payload NAT made longer or shorter.
 *
 * Mirrors nf_conntrack_seqadj.c.
 */

import { putWord, word } from '../address.ts';
import { replace4 } from '../checksum.ts';
import type { Packet } from '../packet.ts';
import type { ConntrackCore } from './core.ts';
import { directionOf, IPS_SEQ_ADJUST } from './status.ts';

/** struct nf_ct_seqadj of both directions. */
export interface SeqAdjust {
  readonly correctionPos: [number, number];
  readonly offsetBefore: [number, number];
  readonly offsetAfter: [number, number];
}

const TCP_CHECK = 16;
const TH_ACK = 0x10;
const SACK = 5;

const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;

/** nfct_seqadj_ext_add: room for adjustments; there are none yet. */
export function addSeqAdjust(ct: ConntrackCore, row: number): void {
  if (ct.seqadj.has(row)) return;
  ct.seqadj.set(row, { correctionPos: [0, 0], offsetBefore: [0, 0], offsetAfter: [0, 0] });
}

/** nf_ct_seqadj_init: all numbers of this direction are `offset` more; 0 changes nothing. */
export function initSeqAdjust(
  ct: ConntrackCore,
  row: number,
  ctinfo: number,
  offset: number,
): void {
  const adjust = ct.seqadj.get(row);
  if (offset === 0 || !adjust) return;
  const dir = directionOf(ctinfo);
  ct.table.status[row]! |= IPS_SEQ_ADJUST;
  adjust.offsetBefore[dir] = adjust.offsetAfter[dir] = offset;
}

/** nf_ct_seqadj_set: from `seq` on, this direction's numbers are `offset` more. */
export function setSeqAdjust(
  ct: ConntrackCore,
  row: number,
  ctinfo: number,
  seq: number,
  offset: number,
): void {
  const adjust = ct.seqadj.get(row);
  if (offset === 0 || !adjust) return;
  const dir = directionOf(ctinfo);
  ct.table.status[row]! |= IPS_SEQ_ADJUST;
  const settled = adjust.offsetBefore[dir] === adjust.offsetAfter[dir];
  if (!settled && !after(seq, adjust.correctionPos[dir]!)) return;
  adjust.correctionPos[dir] = seq;
  adjust.offsetBefore[dir] = adjust.offsetAfter[dir]!;
  adjust.offsetAfter[dir]! += offset;
}

/** nf_ct_seq_offset */
export function seqOffset(ct: ConntrackCore, row: number, dir: number, seq: number): number {
  const adjust = ct.seqadj.get(row);
  if (!adjust) return 0;
  return after(seq, adjust.correctionPos[dir]!)
    ? adjust.offsetAfter[dir]!
    : adjust.offsetBefore[dir]!;
}

/** nf_ct_seq_adjust: rewrites numbers, acknowledgements and SACK blocks. False: drop. */
export function seqAdjust(ct: ConntrackCore, p: Packet, row: number, ctinfo: number, th: number) {
  const adjust = ct.seqadj.get(row);
  if (!adjust) return true;
  const b = p.b;
  const dir = directionOf(ctinfo);
  const seq = word(b, th + 4);
  rewrite(b, th, th + 4, (seq + seqOffset(ct, row, dir, seq)) | 0);
  if (!(b[th + 13]! & TH_ACK)) return true;
  rewrite(b, th, th + 8, back(adjust, 1 - dir, word(b, th + 8)));
  return adjustSack(b, th, adjust, 1 - dir);
}

/** The number that the peer of `dir` knows, from the one after adjustment. */
function back(adjust: SeqAdjust, dir: number, seq: number): number {
  const beyond = after((seq - adjust.offsetBefore[dir]!) | 0, adjust.correctionPos[dir]!);
  return (seq - (beyond ? adjust.offsetAfter[dir]! : adjust.offsetBefore[dir]!)) | 0;
}

function rewrite(b: Uint8Array, th: number, at: number, value: number): void {
  replace4(b, th + TCP_CHECK, word(b, at), value);
  putWord(b, at, value);
}

/** nf_ct_sack_adjust */
function adjustSack(b: Uint8Array, th: number, adjust: SeqAdjust, dir: number): boolean {
  const end = th + (b[th + 12]! >> 4) * 4;
  for (let at = th + 20; at < end; ) {
    const kind = b[at]!;
    if (kind === 0) return true;
    if (kind === 1) {
      at++;
      continue;
    }
    const size = b[at + 1]!;
    if (at + 1 === end || at + size > end || size < 2) return false;
    if (kind === SACK && size >= 10 && (size - 2) % 8 === 0)
      for (let i = at + 2; i < at + size; i += 4) rewrite(b, th, i, back(adjust, dir, word(b, i)));
    at += size;
  }
  return true;
}
