/**
 * The syntax tree: the shape of a ruleset as written, with the place of everything in it.
 *
 * Owns the node types, nothing else. Nodes are plain data and a closed set: a new expression or
 * statement of the language is a new `word` in a Selector or Phrase node, never a new kind. What a
 * word means is unknown here (see eval). Mirrors the grammar of nft(8).
 */
import type { PlainList } from './plain-list.ts';
import type { FormedRule, RuleForm } from './rule-form.ts';

/** A stretch of a source text: `sources[source].text.slice(start, end)`. */
export interface Span {
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

/** A text that the parser read: a file, stdin or a command line. */
export interface Source {
  readonly id: number;
  /** As nft names it in messages: the path as given, `<cmdline>` or `/dev/stdin`. */
  readonly name: string;
  readonly text: string;
  /** Offsets of line ends that nft does not count: those within a token. */
  readonly joined?: readonly number[];
  /** The `include` that brought it in. */
  readonly includedAt?: Span;
  /** Nobody wrote it: what JSON says has no places. */
  readonly internal?: true;
}

/** A word or a text as it stands there. */
export interface Word {
  readonly text: string;
  readonly span: Span;
  /** Written in double quotes. */
  readonly quoted?: boolean;
}

/** A number as it stands there; 64 bits at most. */
export interface NumberWord {
  readonly value: number | bigint;
  readonly span: Span;
}

// ── Expressions ────────────────────────────────────────────────────────────────────────────────

export type Expr =
  | SymbolExpr
  | VariableExpr
  | SetRefExpr
  | WildcardExpr
  | SelectorExpr
  | BinopExpr
  | ConcatExpr
  | ListExpr
  | RangeExpr
  | PrefixExpr
  | SetExpr
  | MapExpr
  | VerdictExpr;

/** A literal not yet given a type: number, address, name, keyword that stands as a value. */
export interface SymbolExpr {
  readonly kind: 'symbol';
  /** Numbers are normalized to decimal, as nft does. */
  readonly text: string;
  readonly quoted?: boolean;
  /** Read as a number by the lexer (not as a string). */
  readonly number?: boolean;
  readonly span: Span;
}

/** `$name`; the parser has resolved it to the expression of its `define`. */
export interface VariableExpr {
  readonly kind: 'variable';
  readonly name: string;
  readonly value: Expr;
  readonly span: Span;
}

/** `@name` */
export interface SetRefExpr {
  readonly kind: 'setref';
  readonly name: string;
  readonly span: Span;
}

/** `*` as a set element: catch-all. */
export interface WildcardExpr {
  readonly kind: 'wildcard';
  readonly span: Span;
}

/**
 * Something read from the packet, its metadata or a generator, named by its leading word:
 * `tcp dport` is {word: 'tcp', args: {field}}, `ct original saddr` {word: 'ct', args: {dir, key}},
 * `@th,0,16` {word: '@', args: {base, offset, length}}, `numgen inc mod 4` {word: 'numgen', …}.
 * The args are what the word's phrase (see phrase.ts) says.
 */
export interface SelectorExpr {
  readonly kind: 'selector';
  readonly word: string;
  readonly args: Args;
  /** Read as whether it is there, for what it was compared with at first. */
  readonly presence?: true;
  readonly span: Span;
}

export interface BinopExpr {
  readonly kind: 'binop';
  readonly op: '&' | '|' | '^' | '<<' | '>>';
  readonly left: Expr;
  readonly right: Expr;
  readonly span: Span;
}

/** `a . b . c` */
export interface ConcatExpr {
  readonly kind: 'concat';
  readonly parts: readonly Expr[];
  readonly span: Span;
}

/** `a, b, c` outside braces: any of these flags. */
export interface ListExpr {
  readonly kind: 'list';
  readonly parts: readonly Expr[];
  readonly span: Span;
}

/** `low-high` */
export interface RangeExpr {
  readonly kind: 'range';
  readonly low: Expr;
  readonly high: Expr;
  readonly span: Span;
}

/** `base/length` */
export interface PrefixExpr {
  readonly kind: 'prefix';
  readonly base: Expr;
  readonly length: NumberWord;
  readonly span: Span;
}

/** `{ … }` */
export interface SetExpr {
  readonly kind: 'set';
  readonly elements: readonly Element[];
  /** The same elements as they stand in the text, where all of them are plain. */
  readonly plain?: PlainList;
  readonly span: Span;
}

/** `key [options] [: data]` in braces; also the element of `add @set { … }`. */
export interface Element {
  readonly key: Expr;
  /** Milliseconds. */
  readonly timeout?: NumberWord | 'never';
  readonly expires?: NumberWord;
  readonly comment?: Word;
  /** Stateful statements: `counter`, `limit rate …`. */
  readonly statements?: readonly Statement[];
  readonly data?: Expr;
  /** What is written behind the data of a statement's element, as if it had options of its own. */
  readonly ofData?: Omit<Element, 'key' | 'data' | 'span'>;
  readonly span: Span;
}

/** `key map { … }`, `key map @name` */
export interface MapExpr {
  readonly kind: 'map';
  readonly key: Expr;
  readonly map: Expr;
  readonly span: Span;
}

/** `accept`, `jump x`, … */
export interface VerdictExpr {
  readonly kind: 'verdict';
  readonly verdict: 'accept' | 'drop' | 'continue' | 'return' | 'jump' | 'goto';
  /** The target of jump and goto: a name or a variable. */
  readonly chain?: SymbolExpr | VariableExpr;
  readonly span: Span;
}

// ── What phrases yield ─────────────────────────────────────────────────────────────────────────

/** The parts of a phrase by name; a part that was not written is absent. */
export interface Args {
  readonly [name: string]: Arg | undefined;
}

/** A chosen alternative: which one, and its own parts. */
export interface Choice {
  readonly which: string;
  readonly args: Args;
  readonly span: Span;
}

export type Arg = Word | NumberWord | Expr | Choice | readonly Arg[] | Statement | SetBlock;

// ── Statements ─────────────────────────────────────────────────────────────────────────────────

export type Statement =
  | MatchStatement
  | AssignStatement
  | VerdictStatement
  | VmapStatement
  | PhraseStatement;

export type RelOp = '==' | '!=' | '<' | '>' | '<=' | '>=' | '!';

/** `left [op] right`; `op` is absent where none is written. */
export interface MatchStatement {
  readonly kind: 'match';
  readonly left: Expr;
  readonly op?: RelOp;
  readonly right: Expr;
  readonly span: Span;
}

/** `selector set value`: `meta mark set 1`, `ip dscp set cs1`, `ct mark set mark`. */
export interface AssignStatement {
  readonly kind: 'assign';
  readonly target: SelectorExpr;
  readonly value: Expr;
  readonly span: Span;
}

export interface VerdictStatement {
  readonly kind: 'verdict';
  readonly expr: VerdictExpr;
  /** `jump { … }`: the rules of a chain without a name; then `expr` has no chain. */
  readonly block?: ChainBlock;
  readonly span: Span;
}

/** `key vmap { … }`, `key vmap @name` */
export interface VmapStatement {
  readonly kind: 'vmap';
  readonly key: Expr;
  readonly map: Expr;
  readonly span: Span;
}

/** `counter`, `log prefix "x"`, `dnat to …`, `add @set { … }`: a leading word and its phrase. */
export interface PhraseStatement {
  readonly kind: 'phrase';
  readonly word: string;
  readonly args: Args;
  readonly span: Span;
}

export interface Rule {
  readonly statements: readonly Statement[];
  readonly comment?: Word | undefined;
  /** What it has in common with rules that follow or went before. */
  readonly form?: RuleForm;
  /** The same rule, where it was read by the form of an earlier one. */
  readonly formed?: FormedRule;
  /** Its statements. */
  readonly span: Span;
}

// ── Objects ────────────────────────────────────────────────────────────────────────────────────

export type Family = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';

export interface TableBlock {
  readonly kind: 'table';
  readonly flags?: readonly Word[];
  readonly comment?: Word;
  /** Chains, sets, … in the order written, each as the `add` command that it stands for. */
  readonly items: readonly Command[];
  readonly span: Span;
}

/** `type filter hook ingress device eth0 priority filter + 10; policy drop;` */
export interface HookSpec {
  readonly type: Word;
  readonly hook: Word;
  readonly devices?: readonly Expr[];
  readonly priority: Priority;
  readonly span: Span;
}

/** `filter`, `-150`, `dstnat + 5`, `$prio` */
export interface Priority {
  readonly base: Expr;
  /** Signed offset from a named priority. */
  readonly offset?: NumberWord;
  readonly span: Span;
}

export interface ChainBlock {
  readonly kind: 'chain';
  readonly hook?: HookSpec;
  readonly policy?: Expr;
  readonly flags?: readonly Word[];
  /** Devices written on their own, outside the hook line. */
  readonly devices?: readonly Expr[];
  readonly comment?: Word;
  readonly rules: readonly Rule[];
  readonly span: Span;
}

/** What a set or map is keyed by (and maps to): a type by name, or by example. */
export type KeySpec =
  | { readonly by: 'type'; readonly types: readonly Word[]; readonly span: Span }
  | {
      readonly by: 'typeof';
      readonly expr: Expr;
      readonly span: Span;
      /** It lists as its type. */
      readonly unsaid?: true;
    };

/** The data side of a map: a key spec, `verdict` (a type), or an object kind such as `counter`. */
export type DataSpec =
  | KeySpec
  | { readonly by: 'object'; readonly object: Word; readonly span: Span };

export interface SetBlock {
  readonly kind: 'set';
  readonly map: boolean;
  readonly key?: KeySpec;
  readonly data?: DataSpec;
  /** `interval` written before the data type of a map: `type ipv4_addr : interval ipv4_addr`. */
  readonly dataInterval?: boolean;
  readonly flags?: readonly Word[];
  /** Milliseconds. */
  readonly timeout?: NumberWord;
  readonly gcInterval?: NumberWord;
  readonly size?: NumberWord;
  readonly policy?: Word;
  readonly autoMerge?: boolean;
  readonly statements?: readonly Statement[];
  readonly elements?: Expr;
  readonly comment?: Word;
  readonly span: Span;
}

export interface FlowtableBlock {
  readonly kind: 'flowtable';
  readonly hook?: { readonly hook: Word; readonly priority: Priority; readonly span: Span };
  readonly devices?: readonly Expr[];
  readonly flags?: readonly Word[];
  readonly counter?: boolean;
  readonly comment?: Word;
  readonly span: Span;
}

/** counter, quota, limit, ct helper, ct timeout, ct expectation, secmark, synproxy, tunnel. */
export interface ObjectBlock {
  readonly kind: 'object';
  readonly args: Args;
  readonly comment?: Word;
  readonly span: Span;
}

// ── Commands ───────────────────────────────────────────────────────────────────────────────────

export type Verb =
  | 'add'
  | 'create'
  | 'insert'
  | 'replace'
  | 'delete'
  | 'destroy'
  | 'flush'
  | 'list'
  | 'reset'
  | 'rename'
  | 'get'
  | 'describe'
  | 'monitor'
  | 'import'
  | 'export';

/**
 * What a command is about, in nft's words: `table`, `chain`, `rule`, `set`, `map`, `meter`,
 * `element`, `flowtable`, `counter`, `ct helper`, …, `ruleset`, and the plurals of `list`.
 */
export type ObjectKind = string;

/** `family table name`, or by handle, with the place of each. */
export interface Handle {
  readonly family?: { readonly name: Family; readonly span: Span };
  readonly table?: Word;
  readonly chain?: Word;
  readonly name?: Word;
  /** `handle N` */
  readonly handle?: NumberWord;
  /** `position N` (a handle) and `index N` of rules. */
  readonly position?: NumberWord;
  readonly index?: NumberWord;
  readonly span: Span;
}

export interface Command {
  readonly kind: 'command';
  readonly verb: Verb;
  readonly object: ObjectKind;
  readonly handle: Handle;
  /** What is added, replaced or compared. */
  readonly block?: TableBlock | ChainBlock | SetBlock | FlowtableBlock | ObjectBlock;
  readonly rule?: Rule;
  readonly elements?: Expr;
  /** The new name of `rename`. */
  readonly newName?: Word;
  /** The expression of `describe`; the words that follow `list hooks`, `export`. */
  readonly expr?: Expr;
  readonly words?: readonly Word[];
  /** What `monitor` is to tell of, and how. */
  readonly monitor?: { readonly event?: Word; readonly object?: Word; readonly format?: Word };
  readonly span: Span;
}

/** What a source says: its commands in order. Includes and definitions are resolved. */
export interface Ruleset {
  readonly commands: readonly Command[];
}
