/**
 * A datagram that is being put together from fragments.
 *
 * Mirrors inet_fragment.c: overlaps end the datagram, duplicates are ignored.
 */
import type { Timer } from '../clock.ts';
import type { Packet } from '../packet.ts';

export const FRAG_OK = 0;
export const FRAG_DUP = 1;
export const FRAG_OVERLAP = 2;

/** A fragment in a queue: the bytes of `packet` from `at` on belong at `offset` of the datagram. */
interface Fragment {
  readonly packet: Packet;
  readonly at: number;
  readonly offset: number;
  readonly length: number;
}

/** Runs of adjacent fragments in order of arrival count as one for duplicates (fragrun). */
interface Run {
  start: number;
  end: number;
}

/** ip_frag_ecn_table: what the ECN bits of all fragments make together; 0xff: invalid. */
const ECN_NOT_ECT = 1;
const ECN_ECT_1 = 2;
const ECN_ECT_0 = 4;
const ECN_CE = 8;

export function combinedEcn(seen: number): number {
  if ((seen & ECN_CE) === 0) {
    const mixed = seen & ECN_NOT_ECT && seen & (ECN_ECT_0 | ECN_ECT_1);
    return mixed ? 0xff : 0;
  }
  if (seen & ECN_NOT_ECT) return 0xff;
  return seen === ECN_CE ? 0 : 3;
}

export class FragmentQueue {
  readonly fragments: Fragment[] = [];
  private readonly runs: Run[] = [];
  timer: Timer | null = null;
  firstIn = false;
  lastIn = false;
  /** Length of the datagram as far as known, and how much of it is there. */
  length = 0;
  meat = 0;
  /** Largest fragment, and largest of those with DF. */
  maxSize = 0;
  maxDfSize = 0;
  ecn = 0;
  /** ifindex that the last fragment came by. */
  iif = 0;
  /** Position of the byte that names the fragment header, from the IPv6 header. */
  nhoff = 0;

  get complete(): boolean {
    return this.firstIn && this.lastIn && this.meat === this.length;
  }

  /** Notes where the fragment ends. false: contradicts what came before. */
  accept(end: number, more: boolean): boolean {
    if (!more) {
      if (end < this.length || (this.lastIn && end !== this.length)) return false;
      this.lastIn = true;
      this.length = end;
    } else if (end > this.length) {
      if (this.lastIn) return false;
      this.length = end;
    }
    return true;
  }

  /** inet_frag_queue_insert. */
  insert(packet: Packet, at: number, offset: number, length: number): number {
    const end = offset + length;
    const last = this.fragments.at(-1);
    if (last !== undefined && last.offset + last.length < end) {
      if (offset < last.offset + last.length) return FRAG_OVERLAP;
      if (offset === last.offset + last.length) this.runs.at(-1)!.end = end;
      else this.runs.push({ start: offset, end });
      this.fragments.push({ packet, at, offset, length });
    } else {
      for (const run of this.runs) {
        if (end <= run.start || offset >= run.end) continue;
        return offset >= run.start && end <= run.end ? FRAG_DUP : FRAG_OVERLAP;
      }
      const where = this.fragments.findIndex((f) => f.offset > offset);
      const index = where < 0 ? this.fragments.length : where;
      this.fragments.splice(index, 0, { packet, at, offset, length });
      const run = this.runs.findIndex((r) => r.start > offset);
      this.runs.splice(run < 0 ? this.runs.length : run, 0, { start: offset, end });
    }
    this.meat += length;
    if (offset === 0) this.firstIn = true;
    return FRAG_OK;
  }
}
