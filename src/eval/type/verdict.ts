/** Verdicts: the data of verdict maps. */
import { numeric } from './define.ts';
import { nearest } from './misspell.ts';
import type { ValueType } from './value-type.ts';

const PLAIN = ['accept', 'drop', 'queue', 'continue', 'break', 'return'];

/** What nft takes a word for that is no verdict: a near one, else a chain to jump to. */
const meant = (text: string): string =>
  nearest(text, [...PLAIN, `jump ${text}`, `goto ${text}`], 'written') ?? `jump ${text}`;

const DESCRIPTION = 'netfilter verdict';

export const verdict: ValueType = {
  ...numeric({ name: 'verdict', description: DESCRIPTION, id: 1, bits: 32 }),
  described: { bits: 0 },
  parse: (text) => `Could not parse ${DESCRIPTION}; did you mean \`${meant(text)}'?`,
};
