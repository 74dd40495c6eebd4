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
import { asksForFamily } from './cache.ts';
import { type CommandContext, familyOf, tableName } from './context.ts';

interface Candidate {
  readonly name: string;
  readonly table: Table;
}

type NamesOf = (table: Table) => Iterable<string>;

/** The nearest name in any of the tables, which may be the same one. */
function closest(tables: Iterable<Table>, name: string, namesOf: NamesOf): Candidate | undefined {
  const all: Candidate[] = [];
  for (const table of tables) {
    for (const candidate of namesOf(table)) all.push({ name: candidate, table });
  }
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

/** The tables that nft knows of: those of the batch, and what it asked the kernel for before. */
function knownTables({ tx, asked }: CommandContext, cmd: Command): readonly Table[] {
  const all = [...tx.ruleset.tables.values()];
  if (asked.tables) return all;
  const own = new Set(
    tx.changes.flatMap((c) => (c.what === 'table' && c.change === 'new' ? [c.table] : [])),
  );
  const family = asksForFamily(cmd) && familyOf(cmd);
  return all.filter((t) => own.has(t) || t.family === family);
}

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
  readonly otherOnly?: true;
  readonly of: (cmd: Command) => { readonly text: string; readonly span: Span } | undefined;
}

const chains: Kind = {
  word: () => 'chain',
  names: (t) => t.chains.keys(),
  of: (cmd) => cmd.handle.chain,
};
const sets: Kind = {
  word: ({ name, table }) => setWord(table.sets.get(name)!),
  names: (t) => [...t.sets.values()].filter((s) => !s.flags.anonymous).map((s) => s.name),
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
  rule: { ...chains, otherOnly: true },
  set: sets,
  map: sets,
  meter: sets,
  flowtable: flowtables,
};

/** Attributes whose absence nft has a hint for. */
const HINTED: ReadonlySet<string> = new Set(['table', 'chain', 'set', 'name', 'target']);

/**
 * Undoes a batch that the kernel refused, and tells what of it was refused.
 *
 * For the names of anything but tables nft asks the kernel anew, which has kept nothing of the batch.
 */
export function refusals(ctx: CommandContext): Diagnostic[] {
  const { tx } = ctx;
  const refused = ctx.refused.map((r) => {
    if (!('refusal' in r)) return r;
    const tables = r.cmd.object === 'table' ? knownTables(ctx, r.cmd) : undefined;
    return { ...r, tables };
  });
  tx.abort();
  let anew = false;
  return refused.map((r) => {
    if (!('refusal' in r)) return r;
    const { cmd, refusal, span = cmd.span } = r;
    const message = `Could not process rule: ${strerror(refusal.errno)}`;
    const told: Diagnostic = { severity: 'error', message, spans: [span] };
    if (!r.span || refusal.errno !== 'ENOENT') return told;
    if (r.tables) {
      const tables = anew ? [...tx.ruleset.tables.values()] : r.tables;
      const { table } = cmd.handle;
      return (table && tableHint(tables, table.text, span)) ?? told;
    }
    anew = true;
    return hintFor(tx.ruleset, cmd, refusal, span) ?? told;
  });
}

/** undefined: none is near. */
function hintFor(
  ruleset: Ruleset,
  cmd: Command,
  refusal: Refusal,
  span: Span,
): Diagnostic | undefined {
  if (refusal.at !== undefined && !HINTED.has(refusal.at)) return undefined;
  if (cmd.object === 'element') return undefined;
  const kind = KINDS[cmd.object] ?? objects;
  const word = kind.of(cmd);
  const { table } = cmd.handle;
  return word && hintIn(ruleset, kind, word.text, familyOf(cmd), tableName(cmd), span, table?.span);
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
  const found = closest(ruleset.tables.values(), name, kind.names);
  if (!found) return undefined;
  if (!ruleset.tables.has(`${family} ${table}`)) {
    return message(tableText(found.table), tableSpan ?? span);
  }
  if (found.name === name && kind.otherOnly) return undefined;
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
