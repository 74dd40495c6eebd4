/**
 * The ruleset: every table with all that is in it, as the kernel keeps it.
 *
 * Owns the shapes of the state; table.ts, chain.ts, … change it, list/ruleset.ts prints it. Maps hold
 * their objects in the order in which the kernel lists them, which is the order of their handles.
 * Mirrors struct nft_table, nft_chain, nft_rule, nft_set, nft_object, nft_flowtable.
 */
import type { Family } from '../../parser/ast.ts';
import type { Rule as CheckedRule, Expr, Statement } from '../checked.ts';
import type { SetStore } from '../engine/set/index.ts';
import type { Op } from '../ir.ts';
import type { ObjectRow } from '../object/row.ts';
import type { StatefulInstance } from '../row.ts';
import type { ValueType } from '../type/index.ts';
import type { SetType } from './kernel/set-type.ts';

export interface Ruleset {
  /** By `family name`. */
  readonly tables: Map<string, Table>;
  /** The next table's handle. */
  nextHandle: number;
  /** The number of the next chain without a name. */
  nextChain: number;
  /** The number of the next program that sends commands. */
  nextOwner: number;
  /** How many batches changed something, from one. */
  generation: number;
  /** How many commands set counters and quotas back. */
  resets: number;
  /** Devices whose driver still holds on to a flowtable that was refused. */
  readonly boundDevices: Set<string>;
}

/** Changes with whatever commands leave behind but the numbers that they use up. */
export const markOf = (ruleset: Ruleset): string =>
  [ruleset.generation, ruleset.resets, ...ruleset.boundDevices].join(' ');

/** The next numbers: of tables, of chains without a name, of things in each table. */
export type NextNumbers = readonly number[];

/** Batches use them up, also those that are refused. */
export const nextNumbers = ({ nextHandle, nextChain, tables }: Ruleset): NextNumbers => [
  nextHandle,
  nextChain,
  ...[...tables.values()].map((table) => table.nextHandle),
];

/** Goes on from numbers that the same ruleset had. */
export function setNextNumbers(ruleset: Ruleset, numbers: NextNumbers): void {
  const [handle, chain, ...inTables] = numbers;
  ruleset.nextHandle = handle!;
  ruleset.nextChain = chain!;
  for (const [i, table] of [...ruleset.tables.values()].entries()) table.nextHandle = inTables[i]!;
}

export interface Table {
  readonly family: Family;
  readonly name: string;
  readonly handle: number;
  /** Its chains are not at their hooks. */
  dormant: boolean;
  /** The program that made it alone may change it; it goes with that program, unless `persist`. */
  owner: boolean;
  /** That program, by a number that Transaction knows. */
  ownedBy?: number | undefined;
  persist: boolean;
  comment?: string;
  /** The next handle of anything in it; refused batches have used theirs up. */
  nextHandle: number;
  readonly chains: Map<string, Chain>;
  readonly sets: Map<string, NftSet>;
  /** By `kind name`: `counter c`, `ct helper ftp`. */
  readonly objects: Map<string, NftObject>;
  readonly flowtables: Map<string, Flowtable>;
}

export interface Chain {
  readonly table: Table;
  name: string;
  readonly handle: number;
  comment?: string;
  readonly rules: Rule[];
  /** Jumps and gotos of rules and elements that name it. */
  use: number;
  /** At a hook; undefined for chains that are only jumped to. */
  base?: BaseChain;
  /** The body of `jump { … }`: belongs to one rule. */
  readonly anonymous: boolean;
}

export interface BaseChain {
  /** `filter`, `nat`, `route` */
  readonly type: string;
  readonly hook: string;
  /** NF_INET_*, NF_NETDEV_*, NF_ARP_* as src/datapath/hooks.ts numbers them. */
  readonly hooknum: number;
  readonly priority: number;
  policy: 'accept' | 'drop';
  /** netdev family and inet ingress: one hook a device. Changes by `add` and `delete chain`. */
  devices: readonly string[];
  readonly offload: boolean;
}

export interface Rule {
  readonly chain: Chain;
  readonly handle: number;
  /** Changes only where a chain that it names is renamed. */
  checked: CheckedRule;
  ops: readonly Op[];
  /** Anonymous sets and chains, made with it and gone with it. */
  readonly sets: readonly NftSet[];
  /** Every packet that came to the end of the rule: counted for people, not listed by nft. */
  packets: number;
  bytes: number;
  /**
   * The state of its stateful ops, in the order of the ops; made by the engine when the rule is
   * linked (CommitListener), listed with the rule.
   */
  state: readonly StatefulInstance[];
  /** Which statements of `checked` these instances are of. */
  readonly stateful: readonly number[];
}

export interface SetFlags {
  readonly constant: boolean;
  readonly interval: boolean;
  readonly timeout: boolean;
  /** Also set later, by a rule of the same batch that adds to it. */
  dynamic: boolean;
  readonly anonymous: boolean;
}

export interface NftSet {
  readonly table: Table;
  readonly name: string;
  readonly handle: number;
  readonly flags: SetFlags;
  readonly key: ValueType;
  readonly keyBits: number;
  /** Maps: the type of what they hold; `verdict` for verdict maps. */
  readonly data?: ValueType;
  readonly dataBits?: number;
  /** `type inet_service : interval inet_service`. */
  readonly dataInterval: boolean;
  /** Object maps: the kind of object they hold. */
  readonly object?: string;
  /** Made of `typeof`: what is listed instead of the type. */
  readonly keyExpr?: Expr;
  readonly dataExpr?: Expr;
  /** Milliseconds. */
  timeout?: number;
  gcInterval?: number;
  size?: number;
  readonly policy: 'performance' | 'memory';
  readonly autoMerge: boolean;
  readonly comment?: string;
  /** What each element gets of its own: `counter`, `limit rate …`. */
  readonly statements: readonly Statement[];
  /** The same as ops. */
  readonly exprs: readonly Op[];
  /** In what the kernel keeps it. */
  kept: SetType;
  /** The kernel refused to make it: nft goes on with it, and the batch fails. */
  readonly refused?: true;
  /** Rules and elements that name it. */
  use: number;
  /** What is in it; lookups of the engine read it. */
  readonly elements: SetStore;
}

export const isMap = ({ data, object }: Pick<NftSet, 'data' | 'object'>): boolean =>
  data !== undefined || object !== undefined;

/** What nft calls it. */
export const setWord = (set: Pick<NftSet, 'data' | 'object'>): 'set' | 'map' =>
  isMap(set) ? 'map' : 'set';

/** A named counter, quota, limit, ct helper, … */
export interface NftObject {
  readonly table: Table;
  /** `counter`, `ct helper`, … */
  readonly kind: string;
  readonly name: string;
  readonly handle: number;
  readonly row: ObjectRow;
  /** What the row's own check made of the block. */
  args: Readonly<Record<string, unknown>>;
  comment?: string;
  use: number;
  /** Made by the engine when the object is linked. */
  state?: StatefulInstance;
}

export interface Flowtable {
  readonly table: Table;
  readonly name: string;
  readonly handle: number;
  readonly hook: string;
  readonly hooknum: number;
  readonly priority: number;
  devices: readonly string[];
  readonly offload: boolean;
  counter: boolean;
  comment?: string;
  use: number;
}
