/** Named synproxies. Mirrors nft_synproxy.c (nft_synproxy_obj). */
import { choice, end, fork, kw, num, opt, type Phrase } from '../../parser/phrase.ts';
import { synproxyState } from '../engine/run/synproxy.ts';
import { UNTRACKED } from '../expr/placement.ts';
import {
  checkSynproxy,
  type SynproxyArgs,
  synproxyFlags,
  synproxyFromJson,
} from '../stmt/synproxy.ts';
import type { ObjectRow } from './row.ts';

const flags = [opt(choice('timestamp', 'timestamp')), opt(choice('sackPerm', 'sack-perm'))];
const wscale: Phrase = [kw('wscale'), num('wscale')];

export const synproxy: ObjectRow<SynproxyArgs> = {
  row: 'object',
  name: 'synproxy',
  plural: 'synproxys',
  id: 10,
  bare: true,
  ended: true,
  updated: (_, written) => written,
  lines: [[kw('mss'), num('mss'), fork(wscale, [end, ...wscale, end]), ...flags]],
  check: (args) => checkSynproxy(args),
  list(args) {
    const { mss, wscale, timestamp, sackPerm } = args;
    if (mss === undefined) return [];
    const flags = `${timestamp ? 'timestamp' : ''} ${sackPerm ? 'sack-perm' : ''}`;
    return [`mss ${mss}`, `wscale ${wscale}`, ...(timestamp || sackPerm ? [flags] : [])];
  },
  json(args) {
    const words = synproxyFlags(args);
    return {
      mss: args.mss ?? 0,
      wscale: args.wscale ?? 0,
      ...(words.length && { flags: words }),
    };
  },
  fromJson: {
    list: [],
    read: (value, from) =>
      from.unpack(value, { mss: 'integer', wscale: 'integer' }) &&
      (synproxyFromJson(value, from) ?? undefined),
  },
  bytecode: ({ mss, wscale }) => `synproxy mss ${mss ?? 0} wscale ${wscale ?? 0}`,
  refuses: (_args, family) => (UNTRACKED.includes(family) ? 'EPROTO' : undefined),
  state: synproxyState,
};
