/**
 * What a batch changed, told once it has been accepted as a whole.
 *
 * The engine builds chain functions, hooks and instances of state from it; `nft monitor` and `-e`
 * print it. Changes come in the order of the commands. Sets need no link of their own: lookups read
 * their live SetStore.
 */
import type { SetElement } from '../engine/set/index.ts';
import type { Chain, Flowtable, NftObject, NftSet, Rule, Table } from './store.ts';

interface Made {
  /** `create`: it was not to be there (NLM_F_EXCL). */
  readonly exclusive?: boolean;
}

export type Change =
  | ({ readonly what: 'table'; readonly change: 'new' | 'del'; readonly table: Table } & Made)
  /** `dormant` went on or off: base chains leave or come back. */
  | { readonly what: 'table'; readonly change: 'update'; readonly table: Table }
  | ({ readonly what: 'chain'; readonly change: 'new' | 'del'; readonly chain: Chain } & Made)
  /** Policy, name or devices; the devices that came and went. */
  | {
      readonly what: 'chain';
      readonly change: 'update';
      readonly chain: Chain;
      /** Only its name is another: this one. */
      readonly renamed?: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | {
      readonly what: 'rule';
      readonly change: 'new' | 'del';
      readonly rule: Rule;
      /** `insert`: it stands before others. */
      readonly inserted?: true;
      /** The next rule that is new takes its place and its handle. */
      readonly replaced?: true;
    }
  | ({
      readonly what: 'set';
      readonly change: 'new' | 'del' | 'update';
      readonly set: NftSet;
      /** Its rule was replaced. */
      readonly replaced?: true;
    } & Made)
  /** Elements that a command added to or took from a set that rules may use already. */
  | ({
      readonly what: 'element';
      readonly change: 'new' | 'del';
      readonly set: NftSet;
      readonly elements: readonly SetElement[];
      /** All that the set had, in the order in which the kernel walks it. */
      readonly flushed?: true;
    } & Made)
  | ({ readonly what: 'object'; readonly change: 'new' | 'del'; readonly object: NftObject } & Made)
  /** New settings of a living object (a quota's limit): its state is kept. */
  | { readonly what: 'object'; readonly change: 'update'; readonly object: NftObject }
  | ({
      readonly what: 'flowtable';
      readonly change: 'new' | 'del';
      readonly flowtable: Flowtable;
    } & Made)
  | {
      readonly what: 'flowtable';
      readonly change: 'update';
      readonly flowtable: Flowtable;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    };

/** Implemented by engine/link.ts. */
export interface CommitListener {
  commit(changes: readonly Change[]): void;
}
