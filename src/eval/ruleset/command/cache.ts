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

/** The tables of all families; where the batch empties the ruleset, none are left to ask for. */
export const asksForTables = (commands: readonly Command[]): boolean =>
  commands.some(needsTables) && !commands.some((c) => c.verb === 'flush' && c.object === 'ruleset');

function needsTables({ verb, object, block }: Command): boolean {
  if (verb === 'flush') return object in SET_KINDS;
  return CHANGING.has(verb) && (object !== 'table' || !MAKING.has(verb) || block !== undefined);
}

/** The tables of its own family: to list of them. */
export const asksForFamily = ({ verb }: Command): boolean =>
  !CHANGING.has(verb) && verb !== 'flush';

/** The sets of all tables. */
export function asksForSets({ verb, object, block }: Command): boolean {
  if (verb === 'flush') return object in SET_KINDS;
  if (object === 'table') return MAKING.has(verb) && block !== undefined;
  return object === 'element' || (object === 'rule' && verb !== 'delete' && verb !== 'destroy');
}

/** Everything, with the rules: it then follows where those of the batch go. */
export const asksForRules = ({ handle }: Command): boolean => handle.index !== undefined;
