/**
 * What a row may ask while a rule is linked: the machine, the table, the sets.
 *
 * Readers and effects close over what they need; none looks anything up by name per packet.
 */
import type { Conntrack } from '../../datapath/conntrack/index.ts';
import type { Flowtable as LivingFlowtable } from '../../datapath/flowtable/flowtable.ts';
import type { Flowtables } from '../../datapath/flowtable/flowtables.ts';
import type { Nat } from '../../datapath/nat/nat.ts';
import type { Netns } from '../../datapath/netns.ts';
import type { Synproxy } from '../../datapath/synproxy/index.ts';
import type { Family } from '../../parser/ast.ts';
import type { NftObject, NftSet } from '../ruleset/store.ts';

/** The machine's parts that rules act on. */
export interface Machinery {
  readonly ns: Netns;
  readonly conntrack: Conntrack;
  readonly nat: Nat;
  readonly flowtables: Flowtables;
  readonly synproxy: Synproxy;
}

export interface Env extends Machinery {
  readonly family: Family;
  /** NFPROTO_* of the family. */
  readonly nfproto: number;
  readonly table: string;
  /** A set or map of the table, anonymous ones too. */
  set(name: string): NftSet;
  object(kind: string, name: string): NftObject;
  flowtable(name: string): LivingFlowtable;
  /** Connections of the table's family, or of another, are tracked as long as the rule is there. */
  track(family?: Family): void;
  /** Runs when the rule, element or object goes: frees what it acquired. */
  onRelease(fn: () => void): void;
  /** Wall-clock time now, in seconds since 1970 (UTC). */
  wallSeconds(): number;
}
