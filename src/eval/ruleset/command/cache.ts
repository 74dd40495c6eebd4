/**
 * What nft knows of the kernel's ruleset while it looks at a batch: it asks for no more than some
 * command of the batch needs. Mirrors nft_cache_evaluate.
 */
import type { Command } from '../../../parser/ast.ts';
import { SET_KINDS } from './set-kind.ts';

const MAKING: ReadonlySet<string> = new Set(['add', 'create']);
const CHANGING: ReadonlySet<string> = new Set([
  ...MAKING,
  'insert',
  'replace',
  'delete',
  'destroy',
  'rename',
  'get',
]);

export interface Asked {
  /** The tables of all families. */
  readonly tables: boolean;
  /** The sets of all tables. */
  readonly sets: boolean;
  /** Everything: it then follows where the rules of the batch go. */
  readonly rules: boolean;
}

/** Where the batch empties the ruleset, no tables are left to ask for. */
export const askedFor = (commands: readonly Command[]): Asked => ({
  tables: commands.some(needsTables) && !commands.some(emptiesAll),
  sets: commands.some(needsSets),
  rules: commands.some(({ handle }) => handle.index !== undefined),
});

const emptiesAll = ({ verb, object }: Command): boolean => verb === 'flush' && object === 'ruleset';

function needsTables({ verb, object, block }: Command): boolean {
  if (verb === 'flush') return object in SET_KINDS;
  return CHANGING.has(verb) && (object !== 'table' || !MAKING.has(verb) || block !== undefined);
}

function needsSets({ verb, object, block }: Command): boolean {
  if (verb === 'flush') return object in SET_KINDS;
  if (object === 'table') return MAKING.has(verb) && block !== undefined;
  return object === 'element' || (object === 'rule' && verb !== 'delete' && verb !== 'destroy');
}

/** Of a command that lists: the tables of its own family. */
export const asksForFamily = ({ verb }: Command): boolean =>
  !CHANGING.has(verb) && verb !== 'flush';
