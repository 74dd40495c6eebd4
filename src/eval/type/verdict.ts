/** Verdicts: the data of verdict maps. */
import { numeric } from './define.ts';
import { nearest } from './misspell.ts';
import type { ValueType } from './value-type.ts';

const PLAIN = ['accept', 'drop', 'queue', 'continue', 'break', 'return'];

/** What nft takes a word for that is no verdict: a near one, else a chain to jump to. */
const meant = (text: string): string =>
  nearest(text, [...PLAIN, `jump ${text}`, `goto ${text}`], 'written') ?? `jump ${text}`;

const number = numeric({ name: 'verdict', description: 'netfilter verdict', id: 1, bits: 32 });

export const verdict: ValueType = {
  ...number,
  parse(text, names, bits) {
    const value = number.parse(text, names, bits);
    return typeof value === 'string' ? `${value}; did you mean \`${meant(text)}'?` : value;
  },
};
