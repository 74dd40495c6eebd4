/**
 * What a row may ask while a rule is linked: the machine, the table, the sets.
 *
 * Readers and effects close over what they need; none looks anything up by name per packet.
 */
import type { Netns } from '../../datapath/netns.ts';
import type { Family } from '../../parser/ast.ts';

export interface Env {
  readonly ns: Netns;
  readonly family: Family;
  readonly table: string;
}
