/** Bytes up to a limit. Mirrors nft_quota.c. */
import type { OpArgs } from '../../ir.ts';
import type { StatefulInstance, StateRow } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_BREAK, NFT_CONTINUE } from '../verdict.ts';
import { packetLength } from './payload.ts';

interface QuotaArgs {
  readonly bytes: bigint;
  readonly used: bigint;
  readonly over: boolean;
}

export const quotaState: StateRow = {
  cleared: (args) => ({ ...args, used: 0n }),
  create(args: OpArgs, env: Env): StatefulInstance {
    const { bytes, used, over } = args as unknown as QuotaArgs;
    const limit = Number(bytes);
    let consumed = Number(used);
    // nft_overquota compared with >= once; whole bytes make that one less.
    const most = env.ns.profile.quotaExactIsOver ? limit - 1 : limit;
    return {
      run(p) {
        consumed += packetLength(p);
        return consumed > most === over ? NFT_CONTINUE : NFT_BREAK;
      },
      dump: () => ({ ...args, used: BigInt(Math.min(consumed, limit)) }),
      reset() {
        consumed = 0;
      },
      restore(from) {
        consumed = Number(from.used);
      },
    };
  },
};
