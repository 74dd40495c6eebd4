/**
 * The shape of a named object's row: what `counter x { … }` and the like may say, and how it lists.
 *
 * A named object is state of a table that rules refer to by name. Mirrors struct obj of nft and
 * nft_object_ops of the kernel.
 */
import type { Args, Family, Span } from '../../parser/ast.ts';
import type { ObjectForm } from '../../parser/json/form.ts';
import type { Phrase } from '../../parser/phrase.ts';
import type { CheckContext } from '../check/context.ts';
import type { ListContext } from '../list/context.ts';
import type { Json } from '../list/json.ts';
import type { Errno, StateRow } from '../row.ts';

export interface ObjectRow<A = Readonly<Record<string, unknown>>> {
  readonly row: 'object';
  /** As in `add NAME table name`: `counter`, `ct helper`. */
  readonly name: string;
  /** As in `list NAMES`. */
  readonly plural: string;
  /** All of them are listed of a table only; then the plural may be the name itself. */
  readonly ofTable?: true;
  /** nft prints no JSON where a command lists it by name or kind. */
  readonly textOnly?: true;
  /** The kernel's number of the type (NFT_OBJECT_*). */
  readonly id: number;
  /** What may stand between its braces: each at most once, in any order, ended by newline or `;`. */
  readonly lines: readonly Phrase[];
  /** The first line may stand without braces after the name: `add counter t c packets 1 bytes 2`. */
  readonly bare: boolean;
  /** What is wrong with a line, which is told behind its end; `before`: what others said. */
  wrong?(line: Args, before: Args): { readonly message: string; readonly span: Span } | undefined;
  /** In events its last line ends in a semicolon all the same. */
  readonly ended?: true;
  /** `span` is the object's name. */
  check(args: Args, span: Span, ctx: CheckContext): A | undefined;
  /** The lines between its braces, without the comment. */
  list(args: A, ctx: ListContext): readonly string[];
  /** The members of its JSON object that follow family, name, table and handle. */
  json(args: A, ctx: ListContext): Readonly<Record<string, Json | undefined>>;
  /** What `json` printed, as the parts of the lines. */
  readonly fromJson?: ObjectForm;
  /** The kernel's text of it, as `-d netlink` has it, without brackets. */
  bytecode(args: A): string;
  /** What the kernel answers where it cannot make the object (nft_object_ops.init). */
  refuses?(args: A, family: Family): Errno | undefined;
  /** What `add` makes of an object that is there (nft_object_ops.update); absent: nothing. */
  updated?(old: A, written: A): A;
  /** What the statements that name the object share, and `reset` clears. */
  readonly state?: StateRow;
}
