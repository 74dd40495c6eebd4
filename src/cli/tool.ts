/** `nftsim nft …`, `nftsim conntrack …`: the original command lines on the state. */
import { Router } from '../replay/router.ts';
import type { Io } from './io.ts';
import { runNft } from './nft.ts';
import type { CommonOptions } from './options.ts';

export function tool(
  which: 'nft' | 'conntrack',
  argv: readonly string[],
  _options: CommonOptions,
  io: Io,
): number {
  const router = new Router({
    assumeDevices: true,
    ...(io.env.TZ !== undefined && { timeZone: io.env.TZ }),
  });
  if (which === 'nft') return runNft(argv, io, router.target);
  return 1;
}
