/** Named synproxies. Mirrors nft_synproxy.c (nft_synproxy_obj). */
import { choice, end, fork, kw, num, opt, type Phrase } from '../../parser/phrase.ts';
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
  updates: true,
  lines: [[kw('mss'), num('mss'), fork(wscale, [end, ...wscale, end]), ...flags]],
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
