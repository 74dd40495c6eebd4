/**
 * What reading JSON is told of the words of nft: how JSON says each, and what it means as syntax.
 *
 * Owns the shapes only; the forms stand in the rows that print the same words (expr/, stmt/, object/).
 */
import type { Args, Expr, Statement } from '../ast.ts';
import type { JsonExpressions } from './expression.ts';
import type { JsonStatements } from './statement.ts';
import type { JsonObject, JsonValue } from './text.ts';

/**
 * What an expression may be part of: the right side of a match, a statement, an operation, the data of
 * an element, what is set, an element that a rule adds, the key of a map, a concatenation.
 */
export type Context =
  | 'rhs'
  | 'stmt'
  | 'primary'
  | 'dtype'
  | 'setRhs'
  | 'mangle'
  | 'ses'
  | 'map'
  | 'concat';

/** An expression: `{ WORD: value }`. */
export interface ExpressionForm {
  readonly word: string;
  readonly contexts: readonly Context[];
  read(value: JsonValue, from: JsonExpressions): Expr | undefined;
}

/** A statement: `{ WORD: value }`. */
export interface StatementForm {
  readonly word: string;
  read(value: JsonValue, from: JsonStatements): Statement | undefined;
}

/** How JSON says what a key row reads; `word` is the row's name where it is absent. */
export interface KeyForm {
  readonly word?: string;
  readonly contexts: readonly Context[];
  /** The parts of the row's phrase. */
  read(value: JsonValue, from: JsonExpressions): Args | undefined;
}

/** How JSON says a statement row; `word` is the row's name where it is absent. */
export interface PhraseForm {
  readonly word?: string;
  /** The parts of the row's phrase. */
  read(value: JsonValue, from: JsonStatements): Args | undefined;
}

/** How JSON says a named object. */
export interface ObjectForm {
  /** The parts of its lines. */
  read(value: JsonObject, from: JsonStatements): Args | undefined;
  /** Which of its nouns `list` takes: one, all of a table. */
  readonly list: readonly ('name' | 'plural')[];
  /** `reset` takes both. */
  readonly reset?: true;
}

/** The words of a vocabulary as JSON says them. */
export interface JsonForms {
  readonly expressions: readonly ExpressionForm[];
  readonly statements: readonly StatementForm[];
  /** Rows whose statements may be an element's. */
  readonly stateful: readonly string[];
}

/** Contexts that many words are allowed in. */
export const READABLE: readonly Context[] = ['stmt', 'primary', 'setRhs', 'ses', 'map', 'concat'];
