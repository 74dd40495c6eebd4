/**
 * What a connection that a synproxy mediates remembers. Mirrors struct nf_conn_synproxy.
 *
 * Connections get it with the template of their SYN (nf_ct_add_synproxy).
 */
import type { ConntrackCore } from './core.ts';
import { addSeqAdjust } from './seqadj.ts';

export interface SynproxyState {
  /** The number that the client takes for the server's first. */
  isn: number;
  /** The timestamp that the client was given, and what the server's clock is ahead of it. */
  its: number;
  tsoff: number;
}

/** Room for it, and for the adjustment of sequence numbers. */
export function addSynproxy(ct: ConntrackCore, row: number): void {
  addSeqAdjust(ct, row);
  ct.synproxies.set(row, { isn: 0, its: 0, tsoff: 0 });
}
