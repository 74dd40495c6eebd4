/** What listings of all kinds of things share. */
import type { Family } from '../../parser/ast.ts';
import type { NameScope, PrintOptions } from '../type/index.ts';
import type { ListContext } from './context.ts';
import { listContext } from './rule.ts';

export interface Listing extends ListContext {
  /** Whether a device, user, … has a name. */
  readonly names: NameScope;
}

/** ` # handle 7`, where handles are asked for. */
export const handleNote = (handle: number, { options }: ListContext): string =>
  options.handles ? ` # handle ${handle}` : '';

export const quotedText = (text: string): string => `"${text}"`;

/** Lines of a block in a table, two tabs deep. */
export const indented = (lines: readonly string[]): string =>
  lines.map((line) => `\t\t${line}\n`).join('');

/** A named block in a table: `chain x { … }`. */
export const block = (head: string, note: string, lines: readonly string[]): string =>
  `\t${head} {${note}\n${indented(lines)}\t}\n`;

/** A listing of a table of this family. */
export const listingFor = (family: Family, names: NameScope, options: PrintOptions): Listing =>
  listContext({ family, names, options });
