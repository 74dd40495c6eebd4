/** `synproxy` and its named objects. Mirrors nft_synproxy.c. */
import { L4PROTO, type Packet, TH } from '../../../datapath/packet.ts';
import {
  OPT_MSS,
  OPT_SACK_PERM,
  OPT_TIMESTAMP,
  OPT_WSCALE,
  type SynproxyInfo,
} from '../../../datapath/synproxy/index.ts';
import type { OpArgs } from '../../ir.ts';
import type { Effect, StateRow } from '../../row.ts';
import type { Env } from '../env.ts';
import { NFT_BREAK, NFT_CONTINUE } from '../verdict.ts';
import { acting } from './ct-object.ts';

const IPPROTO_TCP = 6;

interface Settings {
  readonly mss?: number;
  readonly wscale?: number;
  readonly timestamp: boolean;
  readonly sackPerm: boolean;
}

const infoOf = ({ mss, wscale, timestamp, sackPerm }: Settings): SynproxyInfo => ({
  mss: mss ?? 0,
  wscale: wscale ?? 0,
  options:
    (mss === undefined ? 0 : OPT_MSS) |
    (wscale === undefined ? 0 : OPT_WSCALE) |
    (timestamp ? OPT_TIMESTAMP : 0) |
    (sackPerm ? OPT_SACK_PERM : 0),
});

export function runSynproxy(args: OpArgs, { synproxy, nfproto, track, onRelease }: Env): Effect {
  const info = infoOf(args as unknown as Settings);
  track();
  synproxy.acquire(nfproto);
  onRelease(() => synproxy.release(nfproto));
  return (p: Packet) =>
    p.m[L4PROTO] === IPPROTO_TCP
      ? (synproxy.evaluate(p, p.m[TH]!, info) ?? NFT_CONTINUE)
      : NFT_BREAK;
}

export const synproxyState: StateRow = {
  create: (args, env) => acting(args, runSynproxy(args, env)),
};
