/**
 * The walk over all chains that a batch must survive: loops, depth of jumps, and ops at hooks where
 * they may not stand. Mirrors nft_chain_validate and nft_table_validate.
 */
import type { KernelProfile } from '../../../datapath/profile.ts';
import type { Op } from '../../ir.ts';
import type { ChainSite } from '../../row.ts';
import { type Refusal, refuse } from '../errno.ts';
import type { Chain, Table } from '../store.ts';
import type { Transaction } from '../transaction.ts';

/** NFT_JUMP_STACK_SIZE */
const MAX_DEPTH = 16;

const jumps = (op: Op): boolean =>
  (op.op === 'verdict' && op.chain !== undefined) || (op.op === 'lookup' && op.verdict === true);

const isPlaced = (op: Op): op is Extract<Op, { op: 'load' | 'store' | 'effect' }> =>
  (op.op === 'load' || op.op === 'store' || op.op === 'effect') && op.row.validate !== undefined;

/** Some op jumps or minds where it stands. */
export function needsValidation(ops: readonly Op[]): boolean {
  return ops.some((op) => jumps(op) || isPlaced(op));
}

/**
 * At the end of the batch where something `needs` it; at once, and whatever came, where a batch is
 * tried again to find what is at fault.
 */
export function validateNow(tx: Transaction, table: Table, needs: boolean): Refusal | undefined {
  if (needs) tx.unvalidated.add(table);
  // What needs no walk breaks no table that was right before.
  if (!tx.validateEach || !(needs || tx.invalid.has(table))) return undefined;
  const refusal = validateTable(table, tx.machine.profile);
  if (refusal) tx.invalid.add(table);
  else tx.invalid.delete(table);
  return refusal;
}

interface Walk {
  readonly kernel: KernelProfile;
  readonly site: ChainSite;
  /** The deepest level at which a chain was found right already. */
  readonly seen: Map<Chain, number>;
}

export function validateTable(table: Table, kernel: KernelProfile): Refusal | undefined {
  for (const chain of table.chains.values()) {
    if (!chain.base) continue;
    const { type, hook, priority } = chain.base;
    const site = { family: table.family, type, hook, priority };
    const refusal = validateChain(chain, 0, { kernel, site, seen: new Map() });
    if (refusal) return refusal;
  }
  return undefined;
}

function validateChain(chain: Chain, level: number, walk: Walk): Refusal | undefined {
  if (level === MAX_DEPTH) return refuse('EMLINK');
  if ((walk.seen.get(chain) ?? -1) >= level) return undefined;
  for (const rule of chain.rules) {
    for (const op of rule.ops) {
      const refusal = validateOp(chain, op, level, walk);
      if (refusal) return refusal;
    }
  }
  walk.seen.set(chain, level);
  return undefined;
}

function validateOp(chain: Chain, op: Op, level: number, walk: Walk): Refusal | undefined {
  if (isPlaced(op)) {
    const errno =
      op.op === 'effect'
        ? op.row.validate!(op.args, walk.site, walk.kernel)
        : op.row.validate!(op, walk.site, walk.kernel);
    return errno && refuse(errno);
  }
  if (!jumps(op)) return undefined;
  const { table } = chain;
  const names =
    op.op === 'verdict' ? [op.chain!] : op.op === 'lookup' ? jumpsOf(table, op.set) : [];
  for (const name of names) {
    const target = table.chains.get(name);
    const refusal = target && validateChain(target, level + 1, walk);
    if (refusal) return refusal;
  }
  return undefined;
}

/** The chains that verdicts of a map's elements name. */
function jumpsOf(table: Table, name: string): readonly string[] {
  const set = table.sets.get(name);
  if (!set || set.data === undefined) return [];
  const names = new Set<string>();
  for (const e of set.elements) if (e.verdict?.chain !== undefined) names.add(e.verdict.chain);
  return [...names];
}
