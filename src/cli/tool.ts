/** `nftsim nft …`, `nftsim conntrack …`: the original command lines on the state. */
import type { Journal } from '../replay/journal.ts';
import { runConntrack } from './conntrack.ts';
import type { Io } from './io.ts';
import { runNft } from './nft.ts';
import type { CommonOptions } from './options.ts';
import { newJournal, onState, remembering, routerOf } from './session.ts';

export function tool(
  which: 'nft' | 'conntrack',
  argv: readonly string[],
  options: CommonOptions,
  io: Io,
): number {
  return onState(options, io, (saved) => {
    const journal: Journal = saved ?? newJournal(options, io);
    const router = routerOf(journal);
    const asked = remembering(io);
    const before = router.mark();
    const status =
      which === 'nft'
        ? runNft(argv, asked.io, router.target)
        : runConntrack(argv, asked.io, router.datapath);
    // nft's lists and the like need not be done again; conntrack's do: they drop what has expired.
    if (saved && which === 'nft' && router.mark() === before) return { status };
    journal.entries.push({ did: which, argv, stdin: asked.stdin(), read: asked.read });
    return { status, journal };
  });
}
