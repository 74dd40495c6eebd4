/**
 * The words that the vocabulary reserves, and the phrases that lead from them.
 */
import type { TokenType } from 'chevrotain';
import { kw, type Phrase } from './phrase.ts';
import * as T from './token.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The kind of every reserved word: the skeleton's own, else `Lead`. */
export function leadingWords(vocabulary: Vocabulary): ReadonlyMap<string, TokenType> {
  const words = new Map<string, TokenType>();
  const lead = (word: string) => words.set(word, T.Lead);
  for (const row of vocabulary.keys) {
    lead(row.name);
    row.unqualified?.forEach(lead);
  }
  for (const row of [...vocabulary.statements, ...vocabulary.objects])
    lead(row.name.split(' ')[0]!);
  for (const word of ['ip', 'ip6', 'arp', 'bridge', 'vni', 'ecn', 'exthdr']) lead(word);
  // `last` leads a statement and is a name all the same.
  for (const name of T.names) words.delete(name);
  for (const [word, kind] of T.reserved) words.set(word, kind);
  return words;
}

/** The phrases that a leading word has, alone or with others after it (`ct`, `ct helper`). */
export function phrasesByWord(vocabulary: Vocabulary): (word: string) => readonly Phrase[] {
  const leads = (name: string, word: string) => name === word || name.startsWith(`${word} `);
  const more = (name: string): Phrase[] => [
    name
      .split(' ')
      .slice(1)
      .map((w) => kw(w)),
  ];
  return (word) => [
    ...vocabulary.keys.filter((row) => row.name === word).map((row) => row.phrase),
    ...vocabulary.statements
      .filter((row) => leads(row.name, word))
      .flatMap(({ phrase, name }) => [phrase, ...more(name)]),
    ...vocabulary.objects
      .filter((row) => leads(row.name, word))
      .flatMap(({ lines, plural }) => [...lines, ...more(plural)]),
  ];
}
