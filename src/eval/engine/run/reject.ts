/** `reject`: the sender hears of it. Mirrors nft_reject.c, nft_reject_inet.c and their kin. */
import { rejectIcmp, rejectReset } from '../../../datapath/path/reject.ts';
import type { OpArgs } from '../../ir.ts';
import type { Effect } from '../../row.ts';
import type { Env } from '../env.ts';
import { NF_DROP } from '../verdict.ts';

interface RejectArgs {
  readonly type: 'unreachable' | 'tcp reset' | 'icmpx';
  readonly code: number;
}

/** ICMP and ICMPv6 codes of NFT_REJECT_ICMPX_*: no route, port, host, prohibited. */
const ICMPX: readonly (readonly [code4: number, code6: number])[] = [
  [0, 0],
  [3, 4],
  [1, 3],
  [13, 1],
];

export function runReject(args: OpArgs, { ns }: Env): Effect {
  const { type, code } = args as unknown as RejectArgs;
  const [code4, code6] = type === 'icmpx' ? (ICMPX[code] ?? [0, 0]) : [code, code];
  return (p) => {
    if (type === 'tcp reset') rejectReset(ns, p);
    else rejectIcmp(ns, p, code4, code6);
    return NF_DROP;
  };
}
