/** How many connections of a rule or an element exist. Mirrors nft_connlimit.c. */
import type { OpArgs } from '../../ir.ts';
import type { StatefulInstance, StateRow } from '../../row.ts';
import type { Env } from '../env.ts';
import { NF_DROP, NFT_BREAK, NFT_CONTINUE } from '../verdict.ts';

export const ctCountState: StateRow = {
  collects: true,
  create(args: OpArgs, env: Env): StatefulInstance {
    const limit = Number(args.count);
    const over = args.over === true;
    env.track();
    const connections = env.conntrack.connCount();
    return {
      run(p) {
        const count = connections.count(p);
        if (count < 0) return NF_DROP;
        return count > limit === over ? NFT_CONTINUE : NFT_BREAK;
      },
      dump: () => args,
      reset() {},
      restore() {},
      gc: () => connections.collect(),
    };
  },
};
