/** `nftsim nft …`, `nftsim conntrack …`: the original command lines on the state. */
import type { Journal } from '../replay/journal.ts';
import { runConntrack } from './conntrack.ts';
import type { Io } from './io.ts';
import { type Monitoring, runNft } from './nft.ts';
import type { CommonOptions } from './options.ts';
import { keep, newJournal, onState, remembering, routerOf } from './session.ts';

export async function tool(
  which: 'nft' | 'conntrack',
  argv: readonly string[],
  options: CommonOptions,
  io: Io,
): Promise<number> {
  let monitoring: Monitoring | undefined;
  const status = onState(options, io, (saved) => {
    const journal: Journal = saved ?? newJournal(options, io);
    const router = routerOf(journal);
    const asked = remembering(io);
    const before = router.mark();
    const monitor = (wanted: Monitoring) => {
      monitoring = wanted;
    };
    const status =
      which === 'nft'
        ? runNft(argv, asked.io, router.target, monitor)
        : runConntrack(argv, asked.io, router.datapath);
    // nft's lists and the like need not be done again; conntrack's do: they drop what has expired.
    if (saved && which === 'nft' && router.mark() === before) return { status };
    keep(journal, { did: which, argv, stdin: asked.stdin(), read: asked.read }, io);
    return { status, journal };
  });
  if (!monitoring) return status;
  const { monitor } = await import('./nft/monitor.ts');
  return monitor(monitoring, options, io);
}
