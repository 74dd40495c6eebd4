/** The named objects of nft: one line per row. */
import { counter } from './counter.ts';
import { ctExpectation } from './ct-expectation.ts';
import { ctHelper } from './ct-helper.ts';
import { ctTimeout } from './ct-timeout.ts';
import { limit } from './limit.ts';
import { quota } from './quota.ts';
import type { ObjectRow } from './row.ts';
import { secmark } from './secmark.ts';
import { synproxy } from './synproxy.ts';

export const objectRows: readonly ObjectRow[] = [
  counter,
  quota,
  limit,
  ctHelper,
  ctTimeout,
  ctExpectation,
  secmark,
  synproxy,
];

const byName = new Map(objectRows.map((row) => [row.name, row]));

/** By the kind of object: `counter`, `ct helper`. */
export const objectRow = (name: string): ObjectRow | undefined => byName.get(name);
