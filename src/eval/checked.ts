/**
 * The checked tree: rules whose words have become rows and whose literals have become typed values.
 *
 * Owns the node types between check (which makes them) and list, json, lower (which read them).
 * A closed set: what distinguishes `meta mark` from `numgen` is the row a Load points to, never the
 * kind of node. Mirrors what nft(8) calls data types and expressions.
 */
import type { Span } from '../parser/ast.ts';
import type { KeyRow, StatementRow } from './row.ts';
import type { ValueType } from './type/index.ts';

export type ByteOrder = 'big' | 'host';

interface Typed {
  readonly type: ValueType;
  readonly bits: number;
  readonly order: ByteOrder;
  readonly span?: Span;
}

export type Expr =
  | Value
  | Range
  | Prefix
  | Concat
  | List
  | SetLiteral
  | SetRef
  | Load
  | Binop
  | Lookup
  | Verdict
  | Wildcard;

/** A constant. Strings and addresses are numbers too: first byte most significant. */
export interface Value extends Typed {
  readonly kind: 'value';
  readonly value: bigint;
  /** `eth*`: only this many leading bits are compared. */
  readonly prefixBits?: number;
}

export interface Range extends Typed {
  readonly kind: 'range';
  readonly low: Expr;
  readonly high: Expr;
}

export interface Prefix extends Typed {
  readonly kind: 'prefix';
  readonly base: Expr;
  readonly length: number;
}

export interface Concat extends Typed {
  readonly kind: 'concat';
  readonly parts: readonly Expr[];
}

/** Flags of which any may be set: `ct state new,established`. */
export interface List extends Typed {
  readonly kind: 'list';
  readonly parts: readonly Expr[];
}

/** An anonymous set, map or verdict map with its elements. */
export interface SetLiteral extends Typed {
  readonly kind: 'set';
  readonly elements: readonly Element[];
  readonly interval: boolean;
  /** The type of the data side, for maps. */
  readonly data?: ValueType;
  readonly dataBits?: number;
}

/** `@name`, an object of the table that the rule is in. */
export interface SetRef extends Typed {
  readonly kind: 'setref';
  readonly name: string;
}

/** Reads a value from the packet, its metadata or a generator: one row with its arguments. */
export interface Load extends Typed {
  readonly kind: 'load';
  readonly row: KeyRow;
  /** What the row's own check made of the phrase: field, key, direction, offset, … */
  readonly args: Readonly<Record<string, unknown>>;
  /** The greatest value that it can have, where that is less than its bits hold. */
  readonly max?: bigint | undefined;
  /** Can be copied, but not compared with a constant (`meta secmark`). */
  readonly opaque?: true | undefined;
}

export interface Binop extends Typed {
  readonly kind: 'binop';
  readonly op: '&' | '|' | '^' | '<<' | '>>';
  readonly left: Expr;
  readonly right: Expr;
  /** Brings a field of odd bits down to a number; nobody wrote it. */
  readonly implied?: true;
}

/** `key map set`: what the map holds for the key. */
export interface Lookup extends Typed {
  readonly kind: 'map';
  readonly key: Expr;
  readonly map: SetLiteral | SetRef;
}

export interface Verdict extends Typed {
  readonly kind: 'verdict';
  readonly verdict: 'accept' | 'drop' | 'continue' | 'return' | 'jump' | 'goto';
  readonly chain?: string;
}

/** The catch-all element `*`. */
export interface Wildcard extends Typed {
  readonly kind: 'wildcard';
}

export interface Element {
  readonly key: Expr;
  readonly data?: Expr;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly expires?: number;
  readonly comment?: string;
  readonly statements?: readonly Statement[];
  readonly span?: Span;
}

export type RelOp = '==' | '!=' | '<' | '>' | '<=' | '>=' | 'any' | 'none';

export type Statement =
  | {
      readonly kind: 'match';
      readonly left: Expr;
      /** `any`: some of these bits are set (bitmask types); `none`: none of them (`!`). */
      readonly op: RelOp;
      readonly right: Expr;
      readonly implied?: boolean;
      readonly span?: Span;
    }
  | { readonly kind: 'assign'; readonly target: Load; readonly value: Expr; readonly span?: Span }
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly span?: Span }
  | {
      readonly kind: 'vmap';
      readonly key: Expr;
      readonly map: SetLiteral | SetRef;
      readonly span?: Span;
    }
  | {
      readonly kind: 'effect';
      readonly row: StatementRow;
      /** What the row's own check made of the phrase. */
      readonly args: Readonly<Record<string, unknown>>;
      readonly span?: Span;
    };

export interface Rule {
  readonly statements: readonly Statement[];
  readonly comment?: string;
  readonly span?: Span;
}
