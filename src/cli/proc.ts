/** `nftsim proc`: /proc/net/nf_conntrack. */
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import { newJournal, onState, routerOf } from './session.ts';
import { OK } from './status.ts';

export function proc(options: CommonOptions, io: Io): number {
  return onState(options, io, (saved) => {
    const router = routerOf(saved ?? newJournal(options, io));
    io.out(
      router
        .procLines()
        .map((line) => `${line}\n`)
        .join(''),
    );
    return { status: OK };
  });
}
