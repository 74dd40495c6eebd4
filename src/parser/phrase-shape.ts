/** What follows from a phrase alone: where it begins, what of it may be absent, the words it has. */
import type { Item, Phrase } from './phrase.ts';

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
