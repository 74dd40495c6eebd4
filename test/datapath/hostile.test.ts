/**
 * Packets of every brokenness through a ruleset that looks at everything: never an exception, and
 * what was taken is given back.
 *
 * NIGHTLY=1 sends a million; SEED=n repeats a run.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskReader } from '../../src/cli/nft/files.ts';
import { routerOf } from '../../src/cli/session.ts';
import { machine } from '../kernel/fuzz/machine.ts';
import { Random } from '../kernel/fuzz/random.ts';
import { brokenFrames } from './hostile/frames.ts';

const seed = Number(process.env.SEED ?? 1);
const frames = process.env.NIGHTLY ? 1_000_000 : 4000;
const name = path.join(import.meta.dirname, 'hostile/ruleset.nft');
const text = readFileSync(name, 'utf8');

/** Microseconds between frames: entries, fragments and elements time out in between. */
const STEP = 3000;

describe.each([false, true])('broken frames (bridge: %s)', (bridged) => {
  test(`${frames} of seed ${seed}`, { timeout: 3_600_000 }, () => {
    const r = new Random(seed);
    const m = machine(r, { bridged });
    const router = routerOf({ env: m.env as never, seed, entries: [] });
    expect(router.load({ kind: 'text', name, text }, { reader: diskReader }).errors).toBe('');
    let left = 0;
    router.watch({ egress: () => left++ }, null);
    const { ns } = router.datapath;
    const source = brokenFrames(r, m);
    for (let n = 0; n < frames / 2; n++) {
      const { iif, bytes } = source.next().value;
      ns.advance(ns.clock.now + STEP);
      try {
        ns.receive(ns.devices.named(iif)!.ifindex, bytes);
      } catch (e) {
        const frame = Buffer.from(bytes).toString('hex');
        throw new Error(`frame ${n} on ${iif}: ${frame}`, { cause: e });
      }
    }
    expect(left).toBeGreaterThan(frames / 20);
    expect(router.listText()).toContain('chain options');
    router.conntrackLines(true);
  });
});
