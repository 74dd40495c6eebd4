/** Packets and bytes that came by. Mirrors nft_counter.c. */
import type { OpArgs } from '../../ir.ts';
import type { StatefulInstance, StateRow } from '../../row.ts';
import { NFT_CONTINUE } from '../verdict.ts';
import { packetLength } from './payload.ts';

/** Exact up to 2^53. */
export const counterState: StateRow = {
  create(args: OpArgs): StatefulInstance {
    let packets = Number(args.packets);
    let bytes = Number(args.bytes);
    return {
      run(p) {
        packets++;
        bytes += packetLength(p);
        return NFT_CONTINUE;
      },
      dump: () => ({ ...args, packets, bytes }),
      reset() {
        packets = bytes = 0;
      },
      restore(from) {
        packets = Number(from.packets);
        bytes = Number(from.bytes);
      },
    };
  },
};
