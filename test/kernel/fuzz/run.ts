/**
 * The fuzzer's command line: `npm run fuzz -- --seed N --cases N`.
 *
 *   --seed N       the first case's seed (1); case number i has seed N + i
 *   --cases N      how many (20)
 *   --events N     packets and commands of a case, about (50)
 *   --release R    trixie (Linux 6.12), bookworm (6.1), bullseye (5.10); local: this machine's own kernel
 *   --out DIR      where cases and answers lie (a folder below the system's temporary one)
 *   --batch N      cases of one boot (40)
 *   --again        records nothing: holds what lies in --out against nftsim once more
 *   --shrink       makes each case that differs as small as it gets
 */
import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { caseJson, caseOf, type Wish } from './case.ts';
import { answerFile, hasOracle, judge, RELEASES, record, writeCase } from './oracle.ts';
import { shrinkAll } from './shrink.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: '20' },
    events: { type: 'string', default: '50' },
    batch: { type: 'string', default: '40' },
    release: { type: 'string', default: 'trixie' },
    out: { type: 'string', default: path.join(os.tmpdir(), 'nftsim-fuzz') },
    again: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
  },
});

const { release, out } = values;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** What the local kernel may lack. */
const PLAIN: Readonly<Record<string, Partial<Wish>>> = {
  local: { plain: true, pauses: 75 },
};

/** A difference without its numbers: cases with the same one are likely to have the same cause. */
const kind = (difference: string): string =>
  difference
    .replace(/[0-9a-f]{8,}/g, '#')
    .replace(/\d+/g, '#')
    .slice(0, 160);

interface Tally {
  cases: number;
  readonly void: Record<'refused' | 'random', number>;
  readonly differing: string[];
}

function report(names: readonly string[], tally: Tally, kinds: Map<string, string[]>): void {
  for (const name of names) {
    const { differences, void: none } = judge(out, name, release);
    tally.cases++;
    if (none) tally.void[none]++;
    if (differences.length === 0) continue;
    tally.differing.push(name);
    say(`${name}: ${differences.length} differences`);
    for (const line of differences.slice(0, 3)) say(`    ${line.slice(0, 400)}`);
    const of = kind(differences[0]!);
    kinds.set(of, [...(kinds.get(of) ?? []), name]);
  }
}

function recorded(): string[] {
  return readdirSync(out)
    .filter((f) => f.endsWith('.case.json'))
    .map((f) => f.slice(0, -'.case.json'.length))
    .filter((name) => existsSync(answerFile(out, name, release)));
}

async function fuzz(tally: Tally, kinds: Map<string, string[]>): Promise<void> {
  const first = Number(values.seed);
  const end = first + Number(values.cases);
  for (let seed = first; seed < end; seed += Number(values.batch)) {
    const names: string[] = [];
    for (let s = seed; s < Math.min(end, seed + Number(values.batch)); s++) {
      const made = caseOf(s, RELEASES[release]!, {
        length: Number(values.events),
        ...PLAIN[release],
      });
      names.push(made.name);
      writeCase(out, made.name, caseJson(made));
    }
    await record(out, names, release);
    report(names, tally, kinds);
  }
}

async function main(): Promise<number> {
  if (!RELEASES[release]) return complain(`no release '${release}'`);
  if (!values.again && !hasOracle()) return complain('no oracle here: set ORACLE to its folder');
  const tally: Tally = { cases: 0, void: { refused: 0, random: 0 }, differing: [] };
  const kinds = new Map<string, string[]>();
  if (values.again) report(recorded(), tally, kinds);
  else await fuzz(tally, kinds);
  for (const [of, names] of [...kinds].sort((a, b) => b[1].length - a[1].length)) {
    say(`${names.length} × ${of}    (${names.slice(0, 6).join(', ')})`);
  }
  const { cases, void: none, differing } = tally;
  const nothing = `${none.refused} refused by the release's nft, ${none.random} drawn at random`;
  say(`${cases} cases (${nothing}), ${differing.length} differ`);
  if (values.shrink)
    await shrinkAll(
      out,
      [...kinds.values()].map((names) => names[0]!),
      release,
      say,
    );
  return differing.length > 0 ? 1 : 0;
}

function complain(message: string): number {
  process.stderr.write(`fuzz: ${message}\n`);
  return 2;
}

process.exitCode = await main();
