/** When a packet came by last. Mirrors nft_last.c. */
import type { OpArgs } from '../../ir.ts';
import type { StatefulInstance, StateRow } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_CONTINUE } from '../verdict.ts';

const MS_PER_JIFFY = 4;

export const lastState: StateRow = {
  cleared: ({ used: _, ...args }) => args,
  create(args: OpArgs, { ns }: Env): StatefulInstance {
    /** Jiffies; undefined: never. */
    let seen: number | undefined;
    const instance: StatefulInstance = {
      run() {
        seen = ns.clock.jiffies;
        return NFT_CONTINUE;
      },
      dump() {
        const { used: _, ...rest } = args;
        return seen === undefined
          ? rest
          : { ...rest, used: (ns.clock.jiffies - seen) * MS_PER_JIFFY };
      },
      reset() {
        seen = undefined;
      },
      restore({ used }) {
        seen = used === undefined ? undefined : ns.clock.jiffies - Number(used) / MS_PER_JIFFY;
      },
    };
    instance.restore(args);
    return instance;
  },
};
