/**
 * What a row may ask while a rule is checked.
 *
 * Owns the interface between the generic checker and the rows: reporting, names in scope, the
 * protocols known so far, implied matches. Mirrors struct eval_ctx of nft.
 */
import type { KernelProfile } from '../../datapath/profile.ts';
import type { Expr as AstExpr, Statement as AstStatement, Family, Span } from '../../parser/ast.ts';
import type { Diagnostic } from '../../parser/diagnostic.ts';
import type { Expr, Statement } from '../checked.ts';
import type { Errno } from '../ruleset/errno.ts';
import type { NameScope, ValueType } from '../type/index.ts';
import type { Layer, Protocol, Tunnel } from './protocol.ts';

export type { Layer } from './protocol.ts';

/** What a name of the table means to a rule. */
export interface SetInfo {
  readonly name: string;
  readonly key: ValueType;
  readonly keyBits: number;
  readonly data?: ValueType;
  readonly dataBits?: number;
  /** Maps to ranges: two values lie in registers for each. */
  readonly dataInterval?: boolean;
  /** The object kind of an object map. */
  readonly object?: string;
  readonly interval: boolean;
  /** Each element has state that the set's own declaration says. */
  readonly stateful?: boolean;
  readonly flags: readonly string[];
  /** Made of `typeof`: the expressions, for listing. */
  readonly keyExpr?: Expr;
  readonly dataExpr?: Expr;
}

export interface ChainInfo {
  readonly name: string;
  readonly type?: string;
  readonly hook?: string;
  readonly priority?: number;
}

/** Something by a name like the one written. */
export interface NearName {
  /** `set`, `map` */
  readonly kind: string;
  readonly name: string;
  readonly family: string;
  readonly table: string;
}

/** The tables as the rule being checked will find them. */
export interface TableScope {
  readonly family: Family;
  readonly table: string;
  set(name: string): SetInfo | undefined;
  /** What is said of names in a table that is not there. */
  readonly noTable?: Diagnostic;
  /** A set or map whose name is near to one that does not exist: what messages suggest. */
  nearestSet?(name: string): NearName | undefined;
  object(kind: string, name: string): Readonly<Record<string, unknown>> | undefined;
  chain(name: string): ChainInfo | undefined;
  flowtable(name: string): { readonly name: string } | undefined;
  /** The release, for what its nft understands in another way; absent: the latest. */
  readonly kernel?: KernelProfile;
}

export interface CheckContext {
  readonly scope: TableScope;
  readonly family: Family;
  /** The chain that the rule is for; undefined while sets and objects are checked. */
  readonly chain?: ChainInfo;
  readonly names: NameScope;
  readonly diagnostics: Diagnostic[];
  /** Reports and returns undefined, so that a row can `return ctx.error(…)`. */
  error(message: string, span: Span, ...more: (Span | undefined)[]): undefined;
  /** The same of what nft's grammar does not have: it is told before what other commands mean. */
  unread(message: string, span: Span): undefined;
  /** The same of what the kernel refuses. */
  refuse(errno: Errno, span: Span): undefined;
  /** Checks an expression; `expected` gives literals their type. */
  expr(node: AstExpr, expected?: Expected): Expr | undefined;
  statement(node: AstStatement): readonly Statement[] | undefined;
  /** Where messages about a statement point. */
  placeOf(node: AstStatement): Span;
  /** Whether the table of the names in question is not there, which is then reported. */
  lacksTable(): boolean;
  /** Whether it has a type only by what it is compared with: no key, no part of one. */
  standsAlone(node: AstExpr): boolean;
  /** Where nft points at what no statement may write to; undefined: it may be. */
  unwritable(node: AstExpr): Span | undefined;
  /** What is checked stands for its type alone, as after `typeof`. */
  readonly isExample: boolean;
  /** The protocol known at a layer, by its name (`ip`, `tcp`, `ether`). */
  protocol(layer: Layer): string | undefined;
  /** What said so; absent where the family does. */
  protocolSpan(layer: Layer): Span | undefined;
  /**
   * Sees to it that a header of this protocol is there, by the matches that it takes. The result is
   * how many bits further than usual the header begins (behind a VLAN tag); undefined after errors.
   */
  need(protocol: Protocol, span: Span): number | undefined;
  /** The same with the matches at the head of the rule: what comes before may depend on it too. */
  needFirst(protocol: Protocol, span: Span): boolean;
  /** Sees to it that the message of an ICMP-like header is one of these types (see HeaderField). */
  needMessage(protocol: Protocol, types: readonly number[], span: Span): boolean;
  /** Sees to it that the packet is of this network protocol, for what extends its header. */
  needNetwork(name: string, span: Span): boolean;
  /** Checks an expression about the packet inside a tunnel; `reach` sees to it that there is one. */
  inside(tunnel: Tunnel, node: AstExpr, reach: () => boolean): Expr | undefined;
  /** The tunnel that the expression being checked looks into. */
  readonly tunnel?: Tunnel;
  /** Adds a match before the statement being checked (the implied `meta l4proto tcp`). */
  imply(statement: Statement): void;
}

export interface Expected {
  readonly type: ValueType;
  readonly bits: number;
  readonly order: 'big' | 'host';
  /** The greatest value allowed, where that is less than the bits hold. */
  readonly max?: bigint;
  /** Of a concatenation: what each part is to be. */
  readonly parts?: readonly Expected[];
  /** Where the expression is that says what is expected. */
  readonly span?: Span;
  /** It is the argument of a statement. */
  readonly stated?: boolean;
  /** The bits of what the value is set to: operands may use them all. */
  readonly room?: number;
  /** Operations that are done in a greater width than their operand's are numbers of no other type. */
  readonly widens?: boolean;
  /** It is put into the packet: what is not as long as it must be is no number of any type. */
  readonly packet?: boolean;
}
