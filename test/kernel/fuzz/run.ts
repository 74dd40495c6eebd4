/** The fuzzer's command line: `npm run fuzz -- --seed N --cases N`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Command, Option } from 'commander';
import { caseJson, caseOf } from './case.ts';
import { kindOf } from './kind.ts';
import {
  answerFile,
  type CaseFile,
  caseFile,
  hasOracle,
  judge,
  record,
  refusal,
  writeCase,
} from './oracle.ts';
import { refusedLines, withoutLines } from './refusal.ts';
import { RELEASES } from './release.ts';
import { shrinkAll } from './shrink.ts';

const program = new Command('npm run fuzz --')
  .description('makes cases, has nftsim and a kernel play them, and tells where they differ')
  .option('--seed <n>', "the first case's seed: case number i has seed N + i", '1')
  .option('--cases <n>', 'how many', '20')
  .option('--events <n>', 'packets and commands of a case, about', '50')
  .addOption(
    new Option(
      '--release <name>',
      "trixie (Linux 6.12), bookworm (6.1), bullseye (5.10); local: this machine's kernel",
    )
      .choices([...Object.keys(RELEASES)])
      .default('trixie'),
  )
  .option('--out <dir>', 'where cases and answers lie', path.join(os.tmpdir(), 'nftsim-fuzz'))
  .option('--batch <n>', 'cases of one boot', '40')
  .option(
    '--nft <command>',
    'a real nft, as in "unshare -n nft": rules that it refuses are left out beforehand',
  )
  .option('--again', 'record nothing: hold what lies in --out against nftsim once more', false)
  .option('--only <names>', 'with --again: these cases, with commas between')
  .option('--shrink', 'make one case of each kind of difference as small as it gets', false);
const values = program.parse().opts<{
  seed: string;
  cases: string;
  events: string;
  batch: string;
  release: string;
  out: string;
  nft?: string;
  only?: string;
  again: boolean;
  shrink: boolean;
}>();

const { release, out } = values;
const say = (line: string) => process.stdout.write(`${line}\n`);

class Tally {
  private cases = 0;
  private readonly none = { refused: 0, random: 0, dead: 0 };
  private readonly differing = { behaviour: 0, listing: 0 };
  private readonly kinds = new Map<string, string[]>();
  /** Messages of the release's nft about rules that nftsim takes. */
  private readonly refusals: string[] = [];

  refused(message: string): void {
    this.refusals.push(message);
  }

  judge(name: string): void {
    const { behaviour, listing, void: none } = judge(out, name, release);
    this.cases++;
    if (none) this.none[none]++;
    for (const [sort, lines] of Object.entries({ behaviour, listing })) {
      if (lines.length === 0) continue;
      this.differing[sort as 'behaviour' | 'listing']++;
      say(`${name}: ${lines.length} differences of ${sort}`);
      for (const line of lines.slice(0, 3)) say(`    ${line.slice(0, 600)}`);
      const kind = `${sort}: ${kindOf(lines[0]!)}`;
      this.kinds.set(kind, [...(this.kinds.get(kind) ?? []), name]);
    }
  }

  /** Names of one case of each kind. */
  get samples(): string[] {
    return [...new Set([...this.kinds.values()].map((names) => names[0]!))];
  }

  /** Whether any differs. */
  report(): boolean {
    for (const message of this.refusals) say(`refused: ${message.trim().slice(0, 300)}`);
    for (const [of, names] of [...this.kinds].sort((a, b) => b[1].length - a[1].length))
      say(`${names.length} × ${of}    (${names.slice(0, 6).join(', ')})`);
    const { cases, none, differing } = this;
    say(
      `${cases} cases (${none.refused} refused by the release's nft, ${none.random} drawn at random, ${none.dead} over which the kernel died), ${differing.behaviour} behave otherwise, ${differing.listing} print otherwise; ${this.refusals.length} had rules refused`,
    );
    return differing.behaviour + differing.listing > 0;
  }
}

function recorded(): string[] {
  const only = values.only?.split(',');
  return readdirSync(out)
    .filter((f) => f.endsWith('.case.json'))
    .map((f) => f.slice(0, -'.case.json'.length))
    .filter((name) => existsSync(answerFile(out, name, release)))
    .filter((name) => only?.includes(name) ?? true);
}

const MENDS = 2;

/** So few are not worth one more boot. */
const FEW = 0.1;

/** Records; what a release's nft refuses is taken out and its case recorded once more. */
async function recordAll(names: readonly string[], tally: Tally): Promise<void> {
  let left = names;
  for (let turn = 0; left.length > 0; turn++) {
    await record(out, left, release);
    const again: string[] = [];
    for (const name of left) {
      const message = refusal(out, name, release);
      if (message === undefined) continue;
      if (turn === 0) tally.refused(`${name}: ${message}`);
      const content = JSON.parse(readFileSync(caseFile(out, name), 'utf8')) as CaseFile;
      const ruleset = withoutLines(content.ruleset, refusedLines(message));
      if (turn === MENDS || ruleset === content.ruleset) continue;
      writeCase(out, name, { ...content, ruleset });
      again.push(name);
    }
    left = again.length > FEW * names.length ? again : [];
  }
}

async function fuzz(tally: Tally): Promise<void> {
  const first = Number(values.seed);
  const end = first + Number(values.cases);
  for (let seed = first; seed < end; seed += Number(values.batch)) {
    const names: string[] = [];
    for (let s = seed; s < Math.min(end, seed + Number(values.batch)); s++) {
      const made = caseOf(s, {
        ...RELEASES[release]!,
        length: Number(values.events),
        nft: values.nft,
      });
      names.push(made.name);
      writeCase(out, made.name, caseJson(made));
    }
    await recordAll(names, tally);
    for (const name of names) tally.judge(name);
  }
}

async function main(): Promise<number> {
  if (values.again && !existsSync(out)) return complain(`no recordings in ${out}`);
  if (!values.again && !hasOracle()) return complain('no oracle here: set ORACLE to its folder');
  const tally = new Tally();
  if (values.again) for (const name of recorded()) tally.judge(name);
  else await fuzz(tally);
  const differ = tally.report();
  if (values.shrink) await shrinkAll(out, tally.samples, release, say);
  return differ ? 1 : 0;
}

function complain(message: string): number {
  process.stderr.write(`fuzz: ${message}\n`);
  return 2;
}

process.exitCode = await main();
