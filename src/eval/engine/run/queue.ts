/** `queue`: to a program, of which there is none. Mirrors nft_queue.c. */
import { NF_VERDICT_FLAG_QUEUE_BYPASS } from '../../../datapath/netns.ts';
import type { OpArgs, Register } from '../../ir.ts';
import type { Effect } from '../../row.ts';
import { NF_QUEUE } from '../verdict.ts';
import { load16 } from './register.ts';

interface QueueOp {
  readonly first?: number;
  readonly numReg?: Register;
  readonly bypass: boolean;
}

const QUEUE_SHIFT = 16;

export function runQueue(args: OpArgs): Effect {
  const { first, numReg, bypass } = args as unknown as QueueOp;
  const flags = bypass ? NF_VERDICT_FLAG_QUEUE_BYPASS : 0;
  return (_p, regs) => {
    const number = numReg === undefined ? (first ?? 0) : load16(regs, numReg * 4);
    return number * 2 ** QUEUE_SHIFT + (flags | NF_QUEUE);
  };
}
