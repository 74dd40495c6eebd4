/** Lists of words that options take: status bits, events, output formats. Any word may be cut short. */
import {
  IPS_ASSURED,
  IPS_EXPECTED,
  IPS_FIXED_TIMEOUT,
  IPS_HW_OFFLOAD,
  IPS_OFFLOAD,
  IPS_SEEN_REPLY,
} from '../../datapath/conntrack/index.ts';
import { usageError } from './command.ts';

/** In the order in which they are tried. */
const STATUS: readonly (readonly [word: string, bits: number])[] = [
  ['ASSURED', IPS_ASSURED],
  ['SEEN_REPLY', IPS_SEEN_REPLY],
  ['UNSET', 0],
  ['FIXED_TIMEOUT', IPS_FIXED_TIMEOUT],
  ['EXPECTED', IPS_EXPECTED],
  ['OFFLOAD', IPS_OFFLOAD],
  ['HW_OFFLOAD', IPS_HW_OFFLOAD],
];

export const EVENT_WORDS = ['ALL', 'NEW', 'UPDATES', 'DESTROY'] as const;

export const OUTPUT_WORDS = [
  'xml',
  'extended',
  'timestamp',
  'id',
  'ktimestamp',
  'labels',
  'userspace',
  'save',
] as const;

/** Words of old that are passed over, with a warning. */
const IGNORED = [
  ['SRC_NAT', '--src-nat'],
  ['DST_NAT', '--dst-nat'],
] as const;

type Warn = (text: string) => void;

const begins = (word: string, text: string): boolean =>
  word.toLowerCase().startsWith(text.toLowerCase());

/** The word that `text` begins; null: one of old. */
function findWord(words: readonly string[], text: string, whole: string, warn: Warn) {
  const ignored = IGNORED.find(([word]) => begins(word, text));
  if (text !== '' && ignored) {
    warn(`WARNING: ignoring ${ignored[0]}, use ${ignored[1]} instead\n`);
    return null;
  }
  const found = text === '' ? undefined : words.find((word) => begins(word, text));
  if (found === undefined) throw usageError(`Bad parameter \`${whole}'`);
  return found;
}

/** The words of a list, in full. */
export function parseWords(value: string, words: readonly string[], warn: Warn): string[] {
  const parts = value.split(',');
  return parts.flatMap((part, i) => {
    const word = findWord(words, part, parts.slice(i).join(','), warn);
    return word === null ? [] : [word];
  });
}

/** `ASSURED,!SEEN_REPLY`: bits that must be set, and those that are looked at. */
export function parseStatus(value: string, warn: Warn): { status: number; mask: number } {
  let status = 0;
  let mask = 0;
  const parts = value.split(',');
  for (const [i, part] of parts.entries()) {
    const negated = part.startsWith('!');
    const text = negated ? part.slice(1) : part;
    if (!negated && text.startsWith('UNREPLIED')) {
      mask |= IPS_SEEN_REPLY;
      continue;
    }
    const rest = [text, ...parts.slice(i + 1)].join(',');
    const word = findWord(
      STATUS.map(([w]) => w),
      text,
      rest,
      warn,
    );
    const bits = STATUS.find(([w]) => w === word)?.[1] ?? 0;
    if (negated) mask |= bits;
    else status |= bits;
  }
  return { status, mask };
}
