/** `notrack`: the packet is not tracked. Mirrors nft_ct.c (nft_notrack_eval). */
import { runNotrack } from '../engine/run/ct.ts';
import type { StatementRow } from '../row.ts';

export const notrack: StatementRow = {
  row: 'statement',
  name: 'notrack',
  phrase: [],
  writes: 'ct',
  check: () => ({}),
  list: () => 'notrack',
  json: () => ({ notrack: null }),
  fromJson: { read: () => ({}) },
  lower: (args, to) => to.emit({ op: 'effect', row: notrack, args }),
  bytecode: () => 'notrack',
  mergeable: { text: () => 'notrack' },
  run: runNotrack,
};
