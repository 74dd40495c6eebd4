/** What follows from a phrase alone: where it begins, what of it may be absent, the words it has. */
import type { Item, Phrase } from './phrase.ts';
import * as T from './token.ts';

/** Where a phrase begins for messages: behind optional parts whose absence is taken for granted. */
export function startOf(phrase: Phrase): number {
  if (phrase[0]?.item === 'judged') return startOf(phrase[0].of);
  const start = phrase.findIndex((item) => !(item.item === 'opt' && !item.listed));
  return Math.max(start, 0);
}

/** Of parts that consist of others: what isOptional said. */
const optional = new WeakMap<Item, boolean>();

/** Whether a part may be absent. */
export function isOptional(item: Item): boolean {
  switch (item.item) {
    case 'opt':
    case 'options':
      return true;
    case 'alt':
    case 'many': {
      const known = optional.get(item);
      if (known !== undefined) return known;
      const phrases = item.item === 'many' ? [item.of] : Object.values(item.of);
      const found = phrases.some((phrase) => phrase.every(isOptional));
      optional.set(item, found);
      return found;
    }
    default:
      return false;
  }
}

/** Those of a part's words that nft does not take for names. */
const namesIn = ({ known, or = [], said }: Extract<Item, { item: 'word' }>): string[] =>
  [...(known ?? or)].filter((word) => !said || said.includes(word));

/** The words that a phrase reserves. */
export function fixedWords(phrase: Phrase): string[] {
  return phrase.flatMap((item): string[] => {
    switch (item.item) {
      case 'kw':
      case 'choice':
        return [...item.words];
      case 'word':
        return namesIn(item);
      case 'opt':
        return fixedWords(item.items);
      case 'alt':
        return Object.values(item.of).flatMap(fixedWords);
      case 'options':
      case 'fork':
      case 'block':
        return item.of.flatMap(fixedWords);
      case 'many':
      case 'judged':
        return fixedWords(item.of);
      default:
        return [];
    }
  });
}

/** What messages call a word or sign. */
export const label = (text: string): string => T.signs.get(text)?.name ?? text;

/** What a phrase may begin with, as messages list it. */
export function firstNames(phrase: Phrase): string[] {
  if (phrase[0]?.item === 'judged') return firstNames(phrase[0].of);
  const item = phrase[startOf(phrase)];
  switch (item?.item) {
    case 'kw':
      return [label(item.words[0]!)];
    case 'choice':
      return item.words.map((text) => label(text));
    case 'word':
      return namesOfWord(item);
    case 'num':
      return [T.Num.name];
    case 'str':
      return item.quoted && !('expand' in item)
        ? [T.Quoted.name]
        : [T.Name.name, T.Quoted.name, T.Wildcard.name];
    case 'opt':
      return [...firstNames(item.items), ...firstNames(phrase.slice(phrase.indexOf(item) + 1))];
    case 'alt':
      return Object.values(item.of).flatMap((of) => firstNames(of));
    case 'options':
    case 'fork':
      return item.of.flatMap((of) => firstNames(of));
    case 'end':
      return [T.Newline.name, T.Semicolon.name];
    case 'many':
      return firstNames(item.of);
    case 'block':
      return [T.BraceOpen.name];
    case 'time':
      return [T.Name.name];
    default:
      return Array.from({ length: 5 }, (_, i) => `expression ${i}`);
  }
}

/** What a word may be, as messages list it. */
export function namesOfWord({
  known,
  unknown,
  or,
  said,
}: Extract<Item, { item: 'word' }>): string[] {
  if (said) return [...said];
  if (!known) return [T.Name.name, ...(or ?? [])];
  return unknown ? [...known, T.Name.name] : [...known];
}
