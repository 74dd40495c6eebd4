/**
 * The shapes of a vocabulary row: all that the program knows of one word of nft.
 *
 * A word is one row in one file (expr/, stmt/). Grammar, checks, listing, JSON, bytecode and run
 * time are derived from it by code that names no word. Two shapes: a KeyRow reads (and perhaps
 * writes) a value, a StatementRow does something. Mirrors nft's descriptions of protocols and keys,
 * and the kernel's nft_expr_ops.
 */

import type { Packet } from '../datapath/packet.ts';
import type { KernelProfile } from '../datapath/profile.ts';
import type { Args, Expr as AstExpr, Family, SelectorExpr, Span } from '../parser/ast.ts';
import type { JsonExpressions } from '../parser/json/expression.ts';
import type { KeyForm, PhraseForm } from '../parser/json/form.ts';
import type { Phrase } from '../parser/phrase.ts';
import type { CheckContext } from './check/context.ts';
import type { Layer, Naming, Protocol } from './check/protocol.ts';
import type { Expr, Load } from './checked.ts';
import type { Env } from './engine/env.ts';
import type { Exthdr } from './expr/exthdr-load.ts';
import type { Op, OpArgs, Register } from './ir.ts';
import type { ListContext } from './list/context.ts';
import type { Json } from './list/json.ts';
import type { Lowering } from './lower.ts';
import type { ValueType } from './type/index.ts';

export type { ObjectRow } from './object/row.ts';

/**
 * Reads into registers: writes `len` bytes at byte `at` of `regs`; false breaks the rule (NFT_BREAK).
 * Built once per op when a rule is linked.
 */
export type Reader = (p: Packet, regs: Uint8Array, at: number) => boolean;
/** Writes from registers; false breaks the rule. */
export type Writer = (p: Packet, regs: Uint8Array, at: number) => boolean;
/**
 * Does the statement's work; the result is CONTINUE, BREAK or a verdict (see engine/verdict.ts).
 * Registers hold what its args name.
 */
export type Effect = (p: Packet, regs: Uint8Array) => number;

/**
 * A load that copies from the packet and nothing else; generated code does it without a call. Bytes
 * of a header, or a slot of the packet's state as a number of `len` bytes.
 */
export type Source =
  | { readonly from: 'nh' | 'th'; readonly offset: number; readonly laterFragments: boolean }
  | {
      readonly from: 'slot';
      readonly slot: number;
      readonly order: 'big' | 'host';
      /** Breaks the rule where the slot holds this. */
      readonly absent?: number;
    };

/**
 * Where in the packet's bytes a value lies, in bits from its base. Lowering takes from it the whole
 * bytes to load, the mask and the shift; joins loads of one base that touch; and reads, changes and
 * writes back the bytes around a field that is set.
 */
export interface Field {
  /** Fields of equal bases may be loaded together; absent: never (extension headers, options). */
  readonly base?: string;
  readonly offset: number;
  readonly bits: number;
  /** Names the protocol of the header that follows. */
  readonly next?: boolean;
  /** It is written in whole 16-bit words, for a checksum's sake or the kernel's alone. */
  readonly paired?: boolean | 'kernel';
}

/**
 * A base chain as the kernel's own checks see it. Rules of other chains are checked for each base
 * chain that reaches them.
 */
export interface ChainSite {
  readonly family: Family;
  /** `filter`, `nat`, `route` */
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
}

/** What the kernel answers where it refuses a rule: `EOPNOTSUPP` prints as "Operation not supported". */
export type Errno =
  | 'EOPNOTSUPP'
  | 'EINVAL'
  | 'ENOENT'
  | 'ERANGE'
  | 'EAFNOSUPPORT'
  | 'EPROTO'
  | 'EOVERFLOW'
  | 'EBUSY';

/** Words that read a value: header fields, meta and ct keys, numgen, fib, … */
export interface KeyRow {
  readonly row: 'key';
  /** The leading word: `tcp`, `meta`, `ct`, `numgen`, `@`. */
  readonly name: string;
  readonly phrase: Phrase;
  /** Words that may stand without the leading word (`iifname` for `meta iifname`). */
  readonly unqualified?: readonly string[];
  /** Statements take no such value. */
  readonly unstated?: true;
  /** Its words are none of what follows: nft looks for `set` before it is over. */
  open?(args: Args): boolean;
  /** Where nft points at what no statement may write to, whatever else is wrong with it (`vxlan vni`). */
  unwritable?(args: Args, node: SelectorExpr): Span | undefined;
  /** Has a type only by what it is compared with (`ct original saddr`): no key, no part of one. */
  standsAlone?(args: Args): boolean;
  /** What `describe` calls it, where that is neither its name nor follows from what it reads. */
  readonly described?: string;
  /** From syntax to a typed load; adds what it implies through the context; undefined after errors. */
  check(args: Args, node: SelectorExpr, ctx: CheckContext): Expr | undefined;
  /** The protocol that the row's fields belong to, for rows that are headers. */
  readonly protocol?: Protocol;
  /** The extension header of IPv6 that its fields belong to. */
  readonly extension?: { readonly name: string; readonly header: Exthdr };
  /** In which tunnels its fields may stand: those that carry frames, or packets as well. */
  readonly inside?: 'frame' | 'packet';
  /** In which numbering the value names a protocol: `ip protocol`, `meta l4proto`, `ether type`. */
  names?(load: Load): Naming | undefined;
  /** The load to compare with `exists` and `missing` instead of this one, where there is one. */
  presence?(load: Load): Load;
  /** What of a load `nft -o` compares; absent: all of it; undefined: nothing that is known here. */
  compared?(load: Load): Readonly<Record<string, unknown>> | undefined;
  /** The layer of what it reads: a match of that layer's protocol goes without saying before it. */
  layer?(load: Load): Layer | undefined;
  /** A prefix of whole bytes lists as the number that those bytes are: nft does not see that some lack. */
  cutsPrefix?(load: Load): boolean;
  /** The network protocol whose packets alone have it: a match of that goes without saying before a match of it. */
  network?(load: Load): string | undefined;
  /** The text of a load as nft lists it. */
  list(load: Load, ctx: ListContext): string;
  json(load: Load, ctx: ListContext): Json;
  /** What `json` printed, as the parts of the phrase; absent where a word of several rows says it. */
  readonly fromJson?: KeyForm;
  /** Its fields, for the word of JSON that says those of several rows. */
  readonly jsonFields?: JsonFields;
  /** Its type as a part of a key, where nft reads that back as another. */
  partType?(load: Load): ValueType | undefined;
  /** Where the value lies, for rows that read the packet's bytes; `lower` gets whole bytes only. */
  field?(load: Load): Field;
  /** The same load of other bits of its base: a field widened to whole bytes, two joined. */
  at?(load: Load, offset: number, bits: number): Load;
  /** As an argument of a statement it is put in the byte order that is wanted there. */
  readonly ordered?: true;
  /** Emits the op(s) that put the value into `dreg`. */
  lower(load: Load, dreg: Register, to: Lowering): void;
  /** Emits the op that writes `sreg` to where the load reads; absent: cannot be set. */
  lowerStore?(load: Load, sreg: Register, to: Lowering): void;
  /** The kernel's text of its ops: `meta load mark => reg 1`, without brackets. */
  bytecode(op: Extract<Op, { op: 'load' | 'store' }>): string;
  /** What the kernel makes of a load, a store by itself (nft_expr_ops.init), wherever it stands. */
  init?(op: Extract<Op, { op: 'load' | 'store' }>, family: Family): Errno | undefined;
  /** The kernel's own check of a load, a store (nft_expr_ops.validate): where it may stand. */
  validate?(
    op: Extract<Op, { op: 'load' | 'store' }>,
    site: ChainSite,
    kernel: KernelProfile,
  ): Errno | undefined;
  /** What tells a load that may be hoisted from all others; undefined: read anew each time. */
  place?(args: OpArgs): string | undefined;
  /** How generated code may read it; must say what `read` does. */
  source?(args: OpArgs, len: number, env: Env): Source | undefined;
  /** Absent, or undefined for these args: the rule lists, but is refused to run ("not supported"). */
  read?(args: OpArgs, len: number, env: Env): Reader | undefined;
  write?(args: OpArgs, len: number, env: Env): Writer | undefined;
}

/** Fields that JSON says as `{"payload": {"protocol": …, "field": …}}` and the like. */
export interface JsonFields {
  readonly word: 'payload' | 'exthdr';
  readonly names: readonly string[];
  /** A field as the parts of the row's phrase. */
  args(field: string, from: JsonExpressions): Args;
}

/** What a statement may overwrite; loads of that domain are fresh after it. */
export type Domain = 'payload' | 'meta' | 'ct' | 'nat';

/** Words that do something: counter, log, dnat, add @set, … */
export interface StatementRow<A = Readonly<Record<string, unknown>>> {
  readonly row: 'statement';
  /** The leading word, or words: `counter`, `ct count`, `meta secmark set`. */
  readonly name: string;
  readonly phrase: Phrase;
  readonly writes?: Domain;
  /** Messages about the statement point at these, its leading words, alone. */
  ledBy?(args: Args): string | undefined;
  /** Ends the rule: nothing may follow it. */
  readonly terminal?: boolean;
  /** May be a set element's own (`counter`, `limit`, `quota`, `last`, `ct count`); the phrase that it then has. */
  readonly stateful?: true | Phrase;
  /** Elements go when it has nothing left: no such state in sets with timeouts (NFT_EXPR_GC). */
  readonly collected?: true;
  check(args: Args, span: Span, ctx: CheckContext): A | undefined;
  list(args: A, ctx: ListContext): string;
  json(args: A, ctx: ListContext): Json;
  /** What `json` printed, as the parts of the phrase; absent where a word of several rows says it. */
  readonly fromJson?: PhraseForm;
  lower(args: A, to: Lowering): void;
  /** The kernel's text of its op, without brackets; absent: it has no op of its own kind. */
  bytecode?(args: OpArgs): string;
  /** What the kernel makes of the op by itself (nft_expr_ops.init), wherever it stands. */
  init?(args: OpArgs, family: Family, kernel: KernelProfile): Errno | undefined;
  /** The kernel's own check (nft_expr_ops.validate): where the op may stand. */
  validate?(args: OpArgs, site: ChainSite, kernel: KernelProfile): Errno | undefined;
  /** The layer whose match it implies: one that the packet was matched for does not list. */
  hides?(args: A, table: Family): Layer | undefined;
  /** As it lists behind matches that say that the packet is of `network`; absent: as it is. */
  reread?(args: A, table: Family, network: string | undefined): A;
  /** How `nft -o` merges rules that have it; absent: it leaves them alone. */
  readonly mergeable?: Mergeable;
  /** The set that comes with the rule where the table has none of that name (`meter`). */
  declares?(args: A): Declared | undefined;
  /** The flowtable that the op names; it cannot be deleted while the rule is there. */
  flowtable?(args: OpArgs): string;
  /** Absent, or undefined for these args: the rule lists, but is refused to run ("not supported"). */
  run?(args: OpArgs, env: Env): Effect | undefined;
  /** The state that lists and survives (packets, bytes, used …), and back. */
  readonly state?: StateRow;
}

/**
 * What nft's optimizer makes of a statement, of which it sees the parts as written. Statements of a
 * row are alike where their parts are.
 */
export interface Mergeable {
  /** Whether it takes the statement in this form (`counter`, but not `counter name`). */
  takes?(args: Args): boolean;
  /** All are alike, and in a verdict map each element gets one. */
  readonly counts?: true;
  /** It gives packets other addresses or ports. */
  readonly rewrites?: {
    /** These parts say which; whatever they are, statements are alike. */
    readonly parts: readonly string[];
    /** The part in which a map of them is put, by how many selectors there are; absent: none is made. */
    into?(selectors: number): string;
  };
  /** The statement before it is checked, as nft prints it. */
  text(args: Args, print: (e: AstExpr) => string): string;
}

/** A dynamic set, as a statement declares it: key and type are those of the expression. */
export interface Declared {
  readonly name: string;
  readonly key: Expr;
  readonly size?: number;
  readonly timeout: boolean;
}

/** State of a stateful statement: how many numbers, how it starts, how it is saved. */
export interface StateRow {
  /** Its instances have `gc`. */
  readonly collects?: true;
  /** The args of an op as `reset` leaves them; absent: as they are. */
  cleared?(args: OpArgs): OpArgs;
  /** A new instance from the op's args. */
  create(args: OpArgs, env: Env): StatefulInstance;
}

export interface StatefulInstance {
  run: Effect;
  /** The args as they list now: `{packets, bytes}`, `{used}` … merged over the op's args. */
  dump(): OpArgs;
  reset(): void;
  /** Continues from what dump gave. */
  restore(args: OpArgs): void;
  /** What does not list but must survive (a limit's tokens), as plain data, and back. */
  memory?(): OpArgs;
  remember?(memory: OpArgs): void;
  /** True where an element that has it may be collected (`ct count` of nothing). */
  gc?(): boolean;
}
