/** A case out of a seed: machine, ruleset, trace. */
import { diskReader } from '../../../src/cli/nft/files.ts';
import { routerOf } from '../../../src/cli/session.ts';
import type { Router } from '../../../src/replay/router.ts';
import { type Env, machine } from './machine.ts';
import type { Fields } from './packet.ts';
import { Random } from './random.ts';
import { accepted } from './refusal.ts';
import type { Release } from './release.ts';
import { ruleset, rulesetText } from './ruleset.ts';
import { trace } from './trace.ts';

export interface Case {
  readonly name: string;
  readonly env: Env;
  readonly monitor: boolean;
  readonly ruleset: string;
  readonly events: readonly Fields[];
}

export const routerFor = (env: Env, kernel: string): Router =>
  routerOf({ env: env as never, kernel, seed: 0, entries: [] });

/** What is wanted of a case. */
export interface Wish extends Release {
  /** Packets and commands, about. */
  readonly length: number;
  /** The command line of a real nft; what it refuses is left out. */
  readonly nft?: string | undefined;
}

export function caseOf(seed: number, wish: Wish): Case {
  const { kernel, length, plain, pauses, silent, without, nft } = wish;
  const r = new Random(seed);
  const m = machine(r.fork(), plain ? { plain } : {});
  const spec = ruleset(r.fork(), m, { kernel, ...(without && { without }) });
  const router = routerFor(m.env, kernel);
  const text = nft ? accepted(rulesetText(spec), nft) : rulesetText(spec);
  router.load({ kind: 'text', name: 'ruleset', text }, { reader: diskReader });
  const events = trace(r.fork(), {
    machine: m,
    ruleset: spec,
    router,
    length,
    pauses: pauses ?? 400,
    silent: silent ?? [],
  });
  const monitor = /nftrace/.test(text);
  return { name: `seed-${seed}`, env: m.env, monitor, ruleset: text, events };
}

/** As a case file has it. */
export const caseJson = ({ name, env, monitor, ruleset: text, events }: Case) => ({
  about: `made by the fuzzer: ${name}`,
  ruleset: text,
  ...(monitor && { monitor }),
  env,
  events,
});
