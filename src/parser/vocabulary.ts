/**
 * What the parser is told of the words of nft: which words lead, and the phrase that follows each.
 *
 * Owns the shape only; the rows themselves are eval's (expr/, stmt/, object/), which satisfy these
 * types structurally. The parser knows the skeleton of the language and no word of these.
 */
import type { Args, Span } from './ast.ts';
import type { JsonForms, ObjectForm } from './json/form.ts';
import type { Phrase } from './phrase.ts';

/** A word that reads a value: `tcp`, `meta`, `ct`, `numgen`, `@`. */
export interface KeySyntax {
  readonly name: string;
  readonly phrase: Phrase;
  /** Words that may stand without the leading word (`iifname` for `meta iifname`). */
  readonly unqualified?: readonly string[];
  /** Statements take no such value. */
  readonly unstated?: true;
  /** `set` may follow. */
  readonly settable?: boolean;
  /** nft looks for that before the phrase is over: its words are none of what follows. */
  open?(args: Args): boolean;
}

/** A word, or several in a row (`ct helper set`), that does something. */
export interface StatementSyntax {
  readonly name: string;
  readonly phrase: Phrase;
  /** May be a set element's own (`counter`, `limit`, `quota`, `last`, `ct count`); the phrase that it then has. */
  readonly stateful?: true | Phrase;
}

/** A named object: `counter`, `ct helper`, … */
export interface ObjectSyntax {
  readonly name: string;
  /** As in `list NAMES`. */
  readonly plural: string;
  /** All of them are listed of a table only. */
  readonly ofTable?: true;
  /** What may stand between its braces, in any order, each ended by newline or semicolon. */
  readonly lines: readonly Phrase[];
  /** The first line may stand without braces after the name; then no line needs an end. */
  readonly bare: boolean;
  /** What is wrong with a line, which is told behind its end; `before`: what others said. */
  wrong?(line: Args, before: Args): { readonly message: string; readonly span: Span } | undefined;
  readonly fromJson?: ObjectForm;
}

export interface Vocabulary {
  readonly keys: readonly KeySyntax[];
  readonly statements: readonly StatementSyntax[];
  readonly objects: readonly ObjectSyntax[];
  /** Names that `type` takes in sets and maps; absent: any. */
  readonly types?: readonly string[];
  /** How JSON says keys and statements. */
  readonly json?: JsonForms;
}
