/** `flow add`: a connection goes to a flowtable, or the rule breaks. Mirrors nft_flow_offload.c. */
import type { OpArgs } from '../../ir.ts';
import type { Effect } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_BREAK, NFT_CONTINUE } from '../verdict.ts';

export function runFlow(args: OpArgs, env: Env): Effect {
  const flowtable = env.flowtable(args.flowtable as string);
  env.track();
  const { flowtables } = env;
  return (p) => (flowtables.offload(p, flowtable) ? NFT_CONTINUE : NFT_BREAK);
}
