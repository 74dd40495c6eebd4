/** Packets and bytes that came by. Mirrors nft_counter.c. */
import type { OpArgs } from '../../ir.ts';
import type { StatefulInstance, StateRow } from '../../row.ts';
import { NFT_CONTINUE } from '../verdict.ts';
import { packetLength } from './payload.ts';

type Count = number | bigint;

/** What was there and what came since, of 64 bits: it begins anew after the greatest. */
function total(start: Count, came: number): Count {
  const sum = Number(start) + came;
  return Number.isSafeInteger(sum) ? sum : BigInt.asUintN(64, BigInt(start) + BigInt(came));
}

const NOTHING = { packets: 0, bytes: 0 };

export const counterState: StateRow = {
  cleared: (args) => ({ ...args, ...NOTHING }),
  create(args: OpArgs): StatefulInstance {
    let start = args as { packets: Count; bytes: Count };
    let packets = 0;
    let bytes = 0;
    const begin = (from: OpArgs): void => {
      start = from as typeof start;
      packets = bytes = 0;
    };
    return {
      run(p) {
        packets++;
        bytes += packetLength(p);
        return NFT_CONTINUE;
      },
      dump: () => ({
        ...args,
        packets: total(start.packets, packets),
        bytes: total(start.bytes, bytes),
      }),
      reset: () => begin(NOTHING),
      restore: begin,
    };
  },
};
