/**
 * What a batch asks the kernel for, in the order in which it is sent, whatever the kernel makes of it.
 *
 * Deletions are left out but those of elements, for nft shows no others. Mirrors mnl_batch_talk.
 */
import type { Family } from '../../parser/ast.ts';
import type { Op } from '../ir.ts';
import type { AskedElements } from './element/asked.ts';
import type { NewFlowtable } from './kernel/flowtable.ts';
import type { NewObject } from './kernel/object.ts';
import type { NewSet } from './kernel/set.ts';
import type { NftSet } from './store.ts';

interface ChainPlace {
  readonly family: Family;
  readonly table: string;
  /** Absent: a chain without a name, which goes by a number. */
  readonly chain?: string | undefined;
}

export type Request =
  | ({ readonly what: 'chain' } & ChainPlace)
  | ({
      readonly what: 'rule';
      readonly ops: readonly Op[];
      readonly comment?: string | undefined;
    } & ChainPlace)
  | {
      readonly what: 'set';
      readonly spec: NewSet;
      /** What the kernel made of it: later rules of the batch may still change its flags. */
      readonly set?: NftSet;
    }
  | {
      readonly what: 'element';
      readonly set: NftSet;
      readonly elements: AskedElements;
      /** The first ones that the set gets, or those that it is declared with. */
      readonly first: boolean;
    }
  | { readonly what: 'object'; readonly spec: NewObject }
  | { readonly what: 'flowtable'; readonly spec: NewFlowtable };
