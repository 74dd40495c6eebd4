/**
 * Phrases: the syntax that follows a leading word, as data.
 *
 * A row of the vocabulary (see eval/row.ts) states its phrase once; the grammar, the printer, the
 * completion and the hints are derived from it. Owns the data type and its constructors; grammar.ts
 * turns phrases into parser rules. Nothing here knows a word of nft.
 */

import type { Args } from './ast.ts';

export type Phrase = readonly Item[];

/** How much of the expression grammar a value may be; the names follow nft's grammar. */
export type ExprLevel =
  /** One selector or one literal. */
  | 'primary'
  /** A literal side: number, name, range, prefix, `a, b`, `{ … }`, `$x`. */
  | 'rhs'
  /** What a statement takes: concatenations, `key map { … }`, bit operations. */
  | 'stmt'
  /** A literal, variable or range of them, without lists: an address, a port. */
  | 'literal'
  /** Selectors joined by dots. */
  | 'concat'
  /** `{ key [options] [: data] }` of set statements. */
  | 'elements'
  /** `{ key [options] statement }` of meters. */
  | 'metered'
  /** `key [options]` without braces, of `set add key @name`: args[name] = SetExpr of one element. */
  | 'element'
  /** A number or a variable, or a range of them. */
  | 'number'
  /** A number or a name. */
  | 'code'
  /** `@name` */
  | 'setref'
  /** `@name` of a flowtable, which is no variable and may be in quotes. */
  | 'tableref';

export type Item =
  /** A fixed word or sign, kept nowhere. */
  | { readonly item: 'kw'; readonly words: readonly string[] }
  /** One of some words: args[name] = Word. */
  | { readonly item: 'choice'; readonly name: string; readonly words: readonly string[] }
  /** Any word (a field, a key): args[name] = Word; what it may be is checked later. */
  | {
      readonly item: 'word';
      readonly name: string;
      readonly known?: readonly string[];
      /** The only words of the phrase that it may be. */
      readonly or?: readonly string[];
      /** What a message lists instead: some of `known` are mere names to nft. */
      readonly said?: readonly string[];
      /** What is said of another word (`%s`), where that is not the usual syntax error. */
      readonly unknown?: Unknown;
      /**
       * What is wrong with the unit that the word is of the number before; `10 mbytes/second` is one
       * word. `next` follows it.
       */
      readonly judge?: (text: string, next: string) => string | undefined;
    }
  | { readonly item: 'num'; readonly name: string }
  /** A name or a quoted text: args[name] = Word. */
  | { readonly item: 'str'; readonly name: string; readonly quoted?: boolean }
  /** A quoted text in which `$name` stands for the text of a definition (log prefixes). */
  | { readonly item: 'str'; readonly name: string; readonly quoted: true; readonly expand: true }
  | { readonly item: 'expr'; readonly name: string; readonly level: ExprLevel }
  /** `1d2h`: args[name] = NumberWord in milliseconds; seconds may be without their unit. */
  | { readonly item: 'time'; readonly name: string; readonly unit?: true }
  /**
   * A part that may be absent. nft's grammar takes its absence for granted where another word stands,
   * unless it is `listed`: then a message says that it could have stood there.
   */
  | { readonly item: 'opt'; readonly items: Phrase; readonly listed?: true }
  /** Exactly one of these: args[name] = Choice. */
  | { readonly item: 'alt'; readonly name: string; readonly of: Readonly<Record<string, Phrase>> }
  /**
   * Any of these in any order; the printed order is the order given here. One that stands there
   * again replaces what it gave before; what a `many` gives is added to.
   */
  | { readonly item: 'options'; readonly of: readonly Phrase[] }
  /** Exactly one of these; what it gives stands beside the rest. */
  | { readonly item: 'fork'; readonly of: readonly Phrase[] }
  /** What it gives stands beside the rest; said to be wrong, all of it is pointed at. */
  | { readonly item: 'judged'; readonly of: Phrase; judge(args: Args): string | undefined }
  /** The end of a line, or a semicolon. */
  | { readonly item: 'end' }
  /**
   * One or more, separated by a sign: args[name] = what each gave: Word[] or Choice[] where `of` has
   * one part with a name (the part's own name is lost), else Choice[] (`which` empty).
   */
  | {
      readonly item: 'many';
      readonly name: string;
      readonly of: Phrase;
      readonly separator?: string;
    }
  /** `{ a; b; }`: the inner phrases in any order, each ended by newline or semicolon. */
  | { readonly item: 'block'; readonly of: readonly Phrase[] };

export interface Unknown {
  readonly message: string;
  /** The message points at the whole phrase, from its leading word. */
  readonly whole?: boolean;
}

export const kw = (...words: string[]): Item => ({ item: 'kw', words });
export const choice = (name: string, ...words: string[]): Item => ({ item: 'choice', name, words });
export const word = (
  name: string,
  known?: readonly string[],
  unknown?: Unknown,
  said?: readonly string[],
): Item => ({
  item: 'word',
  name,
  ...(known && { known }),
  ...(unknown && { unknown }),
  ...(said && { said }),
});
/** A word that is none of the phrase's, or one of some of those. */
export const nameOr = (name: string, ...or: string[]): Item => ({ item: 'word', name, or });
/** The same, as the unit of the number before it. */
export const unit = (
  name: string,
  judge: (text: string, next: string) => string | undefined,
  ...or: string[]
): Item => ({ item: 'word', name, or, judge });
export const num = (name: string): Item => ({ item: 'num', name });
export const str = (name: string): Item => ({ item: 'str', name });
export const quoted = (name: string): Item => ({ item: 'str', name, quoted: true });
export const expanded = (name: string): Item => ({
  item: 'str',
  name,
  quoted: true,
  expand: true,
});
export const expr = (name: string, level: ExprLevel): Item => ({ item: 'expr', name, level });
export const time = (name: string): Item => ({ item: 'time', name });
/** A time whose units are written. */
export const written = (name: string): Item => ({ item: 'time', name, unit: true });
export const opt = (...items: Item[]): Item => ({ item: 'opt', items });
export const listed = (...items: Item[]): Item => ({ item: 'opt', items, listed: true });
export const alt = (name: string, of: Record<string, Phrase>): Item => ({ item: 'alt', name, of });
export const options = (...of: Phrase[]): Item => ({ item: 'options', of });
export const fork = (...of: Phrase[]): Item => ({ item: 'fork', of });
export const judged = (judge: (args: Args) => string | undefined, ...of: Item[]): Item => ({
  item: 'judged',
  of,
  judge,
});
export const end: Item = { item: 'end' };
export const many = (name: string, of: Phrase, separator?: string): Item => ({
  item: 'many',
  name,
  of,
  ...(separator && { separator }),
});
export const block = (...of: Phrase[]): Item => ({ item: 'block', of });
