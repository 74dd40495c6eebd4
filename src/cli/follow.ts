/**
 * Commands that tell what others do to the machine of the state directory, until interrupted:
 * `nft monitor`, `conntrack -E`.
 *
 * Owns a router of its own that does again what the journal says was done since.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Journal, journalOf } from '../replay/journal.ts';
import type { Router } from '../replay/router.ts';
import { readState, StateError, stateDirectory, stateFile } from '../state/directory.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { newJournal, redo, routerOf } from './session.ts';
import { INPUT, INTERRUPTED, USAGE } from './status.ts';

/** Has itself told what happens to a router; `process` gives the number of the one that does it. */
export type Listen = (router: Router, process: () => number) => void;

export async function follow(listen: Listen, options: CommonOptions, io: Io): Promise<number> {
  if (options.state === false) {
    io.err('error: without a state directory there is nothing to follow\n');
    return USAGE;
  }
  const directory = stateDirectory(options.state, io.env);
  let follower: Follower | undefined;
  try {
    for await (const _ of io.versions(stateFile(directory))) {
      const body = readState(directory);
      const journal = body === undefined ? newJournal(options, io) : journalOf(body);
      if (follower) follower.follow(journal);
      else follower = new Follower(journal, listen);
    }
  } catch (e) {
    if (!(e instanceof StateError)) throw e;
    io.err(`error: ${e.message}\n`);
    return INPUT;
  }
  return INTERRUPTED;
}

class Follower {
  private readonly listen: Listen;
  private journal: Journal;
  private router: Router;
  /** The number of the process whose deeds are done again. */
  private process = 0;

  constructor(journal: Journal, listen: Listen) {
    this.listen = listen;
    this.journal = journal;
    this.router = this.listenTo(routerOf(journal));
  }

  private listenTo(router: Router): Router {
    this.listen(router, () => this.process);
    return router;
  }

  /** Does what has been done since; where it is another machine, the old one's ruleset goes first. */
  follow(journal: Journal): void {
    const known = this.journal.entries.length;
    const before = { ...journal, entries: journal.entries.slice(0, known) };
    const goesOn = isDeepStrictEqual(before, this.journal);
    const news = goesOn ? journal.entries.slice(known) : journal.entries;
    for (const [i, entry] of news.entries()) {
      this.process = entry.pid ?? 0;
      if (i === 0 && !goesOn) this.startAnew(journal);
      redo(this.router, entry);
    }
    this.journal = journal;
  }

  private startAnew(journal: Journal): void {
    this.router.nft('flush ruleset');
    this.router = this.listenTo(routerOf({ ...journal, entries: [] }));
  }
}
