/** Named synproxies. Mirrors nft_synproxy.c (nft_synproxy_obj). */
import { choice, kw, num, opt, options } from '../../parser/phrase.ts';
import {
  checkSynproxy,
  type SynproxyArgs,
  synproxyFlags,
  synproxyFromJson,
} from '../stmt/synproxy.ts';
import type { ObjectRow } from './row.ts';

const flags = [choice('timestamp', 'timestamp'), choice('sackPerm', 'sack-perm')] as const;

export const synproxy: ObjectRow<SynproxyArgs> = {
  row: 'object',
  name: 'synproxy',
  plural: 'synproxys',
  id: 10,
  bare: true,
  ended: true,
  updates: true,
  lines: [
    [kw('mss'), num('mss'), opt(kw('wscale'), num('wscale'), opt(flags[0]), opt(flags[1]))],
    [kw('wscale'), num('wscale')],
    [options([flags[0]], [flags[1]])],
  ],
  check: (args) => checkSynproxy(args),
  list(args) {
    const { mss, wscale } = args;
    const words = synproxyFlags(args);
    return [
      ...(mss ? [`mss ${mss}`] : []),
      ...(mss || wscale ? [`wscale ${wscale}`] : []),
      ...(words.length ? [words.join(' ')] : []),
    ];
  },
  json(args) {
    const words = synproxyFlags(args);
    return {
      mss: args.mss,
      wscale: args.wscale,
      ...(words.length && { flags: words }),
    };
  },
  fromJson: {
    list: [],
    read: (value, from) =>
      from.unpack(value, { mss: 'integer', wscale: 'integer' }) &&
      (synproxyFromJson(value, from) ?? undefined),
  },
  bytecode: ({ mss, wscale }) => `synproxy mss ${mss} wscale ${wscale}`,
};
