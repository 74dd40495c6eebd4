/** `nftsim nft …`, `nftsim conntrack …`: the original command lines on the state. */
import { isDeepStrictEqual } from 'node:util';
import { nextNumbers } from '../eval/index.ts';
import type { Journal } from '../replay/journal.ts';
import type { Events } from './conntrack/events.ts';
import { runConntrack } from './conntrack.ts';
import type { Io } from './io.ts';
import { type Monitoring, runNft } from './nft.ts';
import type { CommonOptions } from './options.ts';
import { keep, newJournal, onState, remembering, routerOf } from './session.ts';
import { INTERRUPTED, OK } from './status.ts';

export async function tool(
  which: 'nft' | 'conntrack',
  argv: readonly string[],
  options: CommonOptions,
  io: Io,
): Promise<number> {
  let monitoring: Monitoring | undefined;
  let events: Events | undefined;
  const status = onState(options, io, (saved) => {
    const journal: Journal = saved ?? newJournal(options, io);
    const router = routerOf(journal);
    const asked = remembering(io);
    const [before, numbers] = [router.mark(), nextNumbers(router.ruleset)];
    const status =
      which === 'nft'
        ? runNft(argv, asked.io, router.target, (wanted) => {
            monitoring = wanted;
          })
        : runConntrack(argv, asked.io, router.datapath, (wanted) => {
            events = wanted;
          });
    if (events) return { status };
    // nft's lists and the like need not be done again; conntrack's do: they drop what has expired.
    if (which === 'nft' && router.mark() === before) {
      const next = nextNumbers(router.ruleset);
      const counted = !isDeepStrictEqual(next, numbers);
      if (counted) keep(journal, { did: 'count', next }, io);
      return counted || !saved ? { status, journal } : { status };
    }
    const refused = status !== OK && { refused: true as const };
    keep(journal, { did: which, argv, stdin: asked.stdin(), read: asked.read, ...refused }, io);
    return { status, journal };
  });
  if (!monitoring && !events) return status;
  const { follow } = await import('./follow.ts');
  if (!events) {
    const { monitored } = await import('./nft/monitor.ts');
    return follow(monitored(monitoring!, io), options, io);
  }
  const ended = await follow(events.listen, options, io);
  if (ended !== INTERRUPTED) return ended;
  events.end();
  return OK;
}
