/**
 * Broken rulesets: good ones of which some tokens are gone, doubled, swapped, or come from another.
 *
 * Tokens are cut roughly, not as the lexer does it: where nft's own tokens end is part of what is
 * tried.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '../../kernel/fuzz/random.ts';

export interface Good {
  readonly name: string;
  readonly text: string;
}

export interface Mutant {
  readonly name: string;
  readonly text: string;
}

const root = path.resolve(import.meta.dirname, '../../..');
/** Rulesets that may be read where they lie, and not copied. */
const SHARED = path.resolve(root, '../shared/corpus/rulesets');

function filesUnder(directory: string, ends: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ends))
    .sort()
    .map((name) => path.join(directory, name));
}

const ofCase = (file: string): string =>
  (JSON.parse(readFileSync(file, 'utf8')) as { ruleset?: string }).ruleset ?? '';

/** The rulesets of this repository, and those beside it. */
export function goodRulesets(): Good[] {
  const fixtures = path.join(root, 'fixtures');
  const texts = [
    ...[...filesUnder(fixtures, '.nft'), ...filesUnder(path.join(root, 'test'), '.nft')].map(
      (name) => ({ name, text: readFileSync(name, 'utf8') }),
    ),
    ...[...filesUnder(fixtures, '.case.json'), ...filesUnder(SHARED, '.case.json')].map((name) => ({
      name,
      text: ofCase(name),
    })),
  ];
  return texts.filter(({ text }) => text !== '' && text.length < LONGEST);
}

/** Longer ones cost more than they show. */
const LONGEST = 20_000;

const TOKEN = /"[^"\n]*"|[\w./:-]+|\s+|[^\w\s]/g;

/** What is in no ruleset, or seldom. */
const RARE = [
  ...['0', '-1', '1-0', '0-0', '65536', '4294967296', '18446744073709551616', '0x', '1e9', '1.'],
  ...['::', '::/0', '0.0.0.0/33', '1.2.3.4.5', '{', '}', '{ }', '(', ')', '[', '"', '\\', '\\\n'],
  ...['$', '@', '!', '!=', '<<', '>>', '&', '|', '^', '-', '/', '.', ',', ':', ';', '=', '*', '\n'],
  ...['\0', '\u{fffd}', '\r\n', 'exists', 'missing', '@ll,0,0', '@nh,0,129', '@th,4294967295,8'],
];

interface Part {
  readonly name: string;
  readonly tokens: readonly string[];
  /** Where tokens stand that are not blank. */
  readonly at: readonly number[];
}

function partOf({ name, text }: Good): Part {
  const tokens = text.match(TOKEN) ?? [];
  const at = tokens.flatMap((token, i) => (token.trim() === '' ? [] : [i]));
  return { name, tokens, at };
}

/** One change of `tokens` at one of the places `at`. */
function change(r: Random, tokens: string[], at: readonly number[], foreign: () => string): void {
  const i = r.pick(at);
  const other = r.pick(at);
  const here = tokens[i]!;
  switch (r.below(8)) {
    case 0:
    case 1:
      tokens[i] = '';
      break;
    case 2:
      tokens[i] = `${here} ${here}`;
      break;
    case 3:
      tokens[i] = tokens[other]!;
      tokens[other] = here;
      break;
    case 4:
      tokens[i] = foreign();
      break;
    case 5:
      tokens[i] = `${here} ${foreign()}`;
      break;
    case 6:
      tokens[i] = tokens[other]!;
      break;
    default:
      tokens[i] = r.pick(RARE);
  }
}

/** Mutants without end. */
export function* mutants(r: Random, good: readonly Good[]): Generator<Mutant, never> {
  const parts = good.map(partOf).filter(({ at }) => at.length > 0);
  const foreign = (): string => {
    const { tokens, at } = r.pick(parts);
    return tokens[r.pick(at)]!;
  };
  for (;;) {
    const { name, tokens, at } = r.pick(parts);
    const copy = [...tokens];
    for (let n = r.between(1, 3); n > 0; n--) change(r, copy, at, foreign);
    const text = copy.join('');
    yield { name, text: r.percent(4) ? text.slice(0, r.below(text.length)) : text };
  }
}
