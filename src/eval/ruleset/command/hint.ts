/**
 * `did you mean …?`: the nearest name where a command names what is not there.
 *
 * Mirrors nft_cmd_enoent and the *_lookup_fuzzy functions of nft.
 */
import type { Command, Family, Span } from '../../../parser/ast.ts';
import type { Diagnostic } from '../../../parser/diagnostic.ts';
import { nearest } from '../../type/misspell.ts';
import { type Refusal, strerror } from '../errno.ts';
import { type Ruleset, setWord, type Table } from '../store.ts';
import { type CommandContext, familyOf, tableName } from './context.ts';

interface Candidate {
  readonly name: string;
  readonly table: Table;
}

type NamesOf = (table: Table) => Iterable<string>;

/** The same name in any of the tables, else the nearest. */
function closest(
  tables: Iterable<Table>,
  name: string,
  namesOf: NamesOf,
  nearOnly = false,
): Candidate | undefined {
  const all: Candidate[] = [];
  for (const table of tables) {
    for (const candidate of namesOf(table)) all.push({ name: candidate, table });
  }
  const same = nearOnly ? undefined : all.find((c) => c.name === name);
  if (same) return same;
  const near = nearest(
    name,
    all.map((c) => c.name),
  );
  return all.find((c) => c.name === near);
}

const message = (text: string, span: Span): Diagnostic => ({
  severity: 'error',
  message: `${strerror('ENOENT')}; did you mean ${text}?`,
  spans: [span],
});

const tableText = (table: Table): string => `table '${table.name}' in family ${table.family}`;

/** The table that was meant, where the one that a command names is not there. */
function tableHint(tables: readonly Table[], name: string, span: Span): Diagnostic | undefined {
  const found = closest(tables, name, (t) => [t.name]);
  return found && message(tableText(found.table), span);
}

/** The tables that nft knows of: those of the batch, and what it asked the kernel for. */
function knownTables({ tx }: CommandContext, cmd: Command): readonly Table[] {
  const own = tx.changes.flatMap((c) =>
    c.what === 'table' && c.change === 'new' ? [c.table] : [],
  );
  const all = [...tx.ruleset.tables.values()];
  if (cmd.verb === 'flush' && cmd.object === 'table') return own;
  if (CHANGING.has(cmd.verb)) return all;
  return [...own, ...all.filter((t) => t.family === familyOf(cmd))];
}

/** Commands before which nft asks for the tables of all families. */
const CHANGING: ReadonlySet<string> = new Set([
  'add',
  'create',
  'insert',
  'replace',
  'delete',
  'destroy',
  'rename',
  'flush',
  'get',
]);

/** What nft itself says of a table that is not there. */
export function tableMissing(ctx: CommandContext, cmd: Command): Diagnostic {
  const { table: at } = cmd.handle;
  const span = at?.span ?? cmd.span;
  const hint = tableHint(knownTables(ctx, cmd), at?.text ?? '', span);
  return hint ?? { severity: 'error', message: strerror('ENOENT'), spans: [span] };
}

export function noTable(ctx: CommandContext, cmd: Command): void {
  ctx.errors.push(tableMissing(ctx, cmd));
}

/** What a kind of object is called in hints, its names, and which word of a command names it. */
interface Kind {
  readonly word: (found: Candidate) => string;
  readonly names: NamesOf;
  /** The same name in another table is no hint. */
  readonly nearOnly?: true;
  readonly of: (cmd: Command) => { readonly text: string; readonly span: Span } | undefined;
}

const chains: Kind = {
  word: () => 'chain',
  names: (t) => t.chains.keys(),
  nearOnly: true,
  of: (cmd) => cmd.handle.chain,
};
const sets: Kind = {
  word: ({ name, table }) => setWord(table.sets.get(name)!),
  names: (t) =>
    [...t.sets.values()].filter((s) => !s.flags.anonymous && !s.refused).map((s) => s.name),
  of: (cmd) => cmd.handle.name,
};
const flowtables: Kind = {
  word: () => 'flowtable',
  names: (t) => t.flowtables.keys(),
  of: (cmd) => cmd.handle.name,
};
const objects: Kind = {
  word: () => 'obj',
  names: (t) => [...t.objects.values()].map((o) => o.name),
  of: (cmd) => cmd.handle.name,
};

const KINDS: Readonly<Record<string, Kind>> = {
  chain: chains,
  rule: chains,
  set: sets,
  map: sets,
  meter: sets,
  element: sets,
  flowtable: flowtables,
};

/** Attributes whose absence nft has a hint for. */
const HINTED: ReadonlySet<string> = new Set(['table', 'chain', 'set', 'name', 'target']);

/** The hint for a command that the kernel answered with ENOENT; undefined: none is near. */
export function hintFor(
  ctx: CommandContext,
  cmd: Command,
  refusal: Refusal,
  span: Span,
): Diagnostic | undefined {
  const { ruleset } = ctx.tx;
  const family = familyOf(cmd);
  const { table: at } = cmd.handle;
  if (refusal.at !== undefined && !HINTED.has(refusal.at)) return undefined;
  if (cmd.object === 'table') {
    return at && tableHint(knownTables(ctx, cmd), at.text, span);
  }
  const kind = KINDS[cmd.object] ?? objects;
  const word = kind.of(cmd);
  const known = kind.nearOnly ? { ...kind, names: (t: Table) => keptChains(t, ctx) } : kind;
  return word && hintIn(ruleset, known, word.text, family, tableName(cmd), span, at?.span);
}

/** For chains nft asks the kernel once more, which has not kept those of the batch. */
function keptChains(table: Table, { tx }: CommandContext): readonly string[] {
  const fresh = new Set(
    tx.changes.flatMap((c) => (c.what === 'chain' && c.change === 'new' ? [c.chain] : [])),
  );
  return [...table.chains.values()].filter((c) => !fresh.has(c)).map((c) => c.name);
}

/** A name in any table; where the table named is not there, the table that was meant. */
function hintIn(
  ruleset: Ruleset,
  kind: Kind,
  name: string,
  family: Family,
  table: string,
  span: Span,
  tableSpan: Span | undefined,
): Diagnostic | undefined {
  const found = closest(ruleset.tables.values(), name, kind.names, kind.nearOnly);
  if (!found) return undefined;
  if (!ruleset.tables.has(`${family} ${table}`)) {
    return message(tableText(found.table), tableSpan ?? span);
  }
  if (found.name === name && kind.nearOnly) return undefined;
  const place = `in table ${found.table.family} '${found.table.name}'`;
  return message(`${kind.word(found)} '${found.name}' ${place}`, span);
}

/** What nft itself says of a set that a command or a rule names and that is not there. */
export function setHint(ruleset: Ruleset, family: Family, table: string, name: string, span: Span) {
  return (
    hintIn(ruleset, sets, name, family, table, span, span) ?? {
      severity: 'error' as const,
      message: strerror('ENOENT'),
      spans: [span],
    }
  );
}

/** The same of a chain; nft knows those of the batch. */
export function noChain({ tx, errors }: CommandContext, cmd: Command): void {
  const { text = '', span = cmd.span } = cmd.handle.chain ?? {};
  const hint = hintIn(tx.ruleset, chains, text, familyOf(cmd), tableName(cmd), span, span);
  errors.push(hint ?? { severity: 'error', message: strerror('ENOENT'), spans: [span] });
}
