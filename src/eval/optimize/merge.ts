/**
 * Rules made one: values of a selector become a set, values with different verdicts a verdict map,
 * values of several selectors concatenations, targets of NAT the data of a map.
 *
 * Works on the tree as written, before anything is checked. Mirrors merge_rules of nft.
 */
import type {
  Element,
  Expr,
  MatchStatement,
  PhraseStatement,
  Rule,
  SetExpr,
  Span,
  Statement,
  SymbolExpr,
  VerdictStatement,
  VmapStatement,
} from '../../parser/ast.ts';
import { isPresenceWord } from '../check/literal.ts';
import { isCounter, isKeyed, isTarget, isVerdict, type Keyed, mergeableOf } from './alike.ts';
import type { Stretch } from './candidates.ts';
import type { Cell, Matrix } from './matrix.ts';
import { mapTargets } from './nat.ts';

/** What merging needs beside the statements. */
export interface Merging {
  /** The place of what nobody wrote. */
  readonly nowhere: Span;
  /** Rules that nft does not survive. */
  lost(span: Span): void;
  /** The network protocol whose header an expression reads. */
  networkOf(e: Expr): string | undefined;
}

/** Rows of a matrix that are merged, as far as they are of interest. */
export interface Merged {
  readonly rows: readonly (readonly Cell[])[];
  readonly matrix: Matrix;
  /** Columns of what is matched. */
  readonly keys: readonly number[];
}

/** What takes the place of statements of the first rule; null: nothing does. */
export type Changes = Map<Statement, Statement | null>;

export function mergeRules(
  rules: readonly Rule[],
  matrix: Matrix,
  { from, to }: Stretch,
  by: Merging,
): Rule {
  const rows = matrix.cells.slice(from, to + 1);
  const keys = [...matrix.columns.keys()].filter((i) => isKeyed(rows[0]![i]));
  const { span, statements } = rules[from]!;
  const changes = keys.length > 0 ? changesOf({ rows, matrix, keys }, by) : undefined;
  if (!changes) {
    by.lost(span);
    return rules[from]!;
  }
  const merged = statements.flatMap((s) => {
    const change = changes.get(s);
    return change === undefined ? [s] : change === null ? [] : [change];
  });
  return { statements: merged, span };
}

function changesOf(merged: Merged, by: Merging): Changes | undefined {
  const [first = []] = merged.rows;
  const target = first.find(isTarget);
  if (target && isMapped(target)) return mapTargets(target, merged, by);
  const verdict = merged.matrix.columns.findIndex((c) => typeof c === 'object' && isVerdict(c));
  const differ = !target && !merged.rows.every((row) => sameVerdict(first, row, verdict));
  return differ ? intoVerdictMap(merged, verdict, by) : intoSet(merged, by);
}

/** Where packets are sent to by a value of the statement's own. */
function isMapped(s: PhraseStatement): boolean {
  const rewrites = mergeableOf(s)?.rewrites;
  return rewrites?.into !== undefined && rewrites.parts.some((name) => s.args[name] !== undefined);
}

/** Chains that variables name are not told apart. */
function sameVerdict(a: readonly Cell[], b: readonly Cell[], column: number): boolean {
  const [x, y] = [a[column], b[column]] as (VerdictStatement | VmapStatement | undefined)[];
  if (x?.kind !== 'verdict' || y?.kind !== 'verdict') return true;
  const [p, q] = [x.expr, y.expr];
  if (p.verdict !== q.verdict || p.chain?.kind !== q.chain?.kind) return false;
  return p.chain?.kind !== 'symbol' || p.chain.text === (q.chain as SymbolExpr).text;
}

/** `selector { values }`, `selector . selector { values . values }`; maps get all elements. */
function intoSet({ rows, keys }: Merged, by: Merging): Changes | undefined {
  const first = rows[0]![keys[0]!] as Keyed;
  if (keys.length > 1) return intoConcatenations(rows, keys, by);
  if (first.kind === 'vmap') return intoOneMap(first, column(rows, keys[0]!), by);
  const elements = column<MatchStatement>(rows, keys[0]!).map(({ right }) => element(right, by));
  return new Map([[first, { ...first, left: leftOf(first), right: setOf(elements, by) }]]);
}

function intoOneMap(
  first: VmapStatement,
  all: readonly VmapStatement[],
  by: Merging,
): Changes | undefined {
  const maps = all.map(({ map }) => map);
  if (!maps.every((map) => map.kind === 'set')) return undefined;
  const elements = maps.flatMap((map) => map.elements);
  const map: SetExpr = { ...(first.map as SetExpr), elements };
  return new Map([[first, { ...first, map, span: by.nowhere }]]);
}

function intoConcatenations(
  rows: Merged['rows'],
  keys: Merged['keys'],
  by: Merging,
): Changes | undefined {
  const matches = keys.map((key) => rows[0]![key] as MatchStatement);
  const [first, ...rest] = matches;
  const values = rows.map((row) => concatenations(row, keys, by));
  if (!first || !values.every((v) => v !== undefined)) return undefined;
  const left = concat(matches.map(leftOf), by);
  const right = setOf(
    values.flat().map((key) => element(key, by)),
    by,
  );
  return new Map<Statement, Statement | null>([
    [first, { ...first, left, right }],
    ...rest.map((s) => [s, null] as const),
  ]);
}

/** `selector vmap { value : verdict }`; each element counts where the rules counted. */
function intoVerdictMap({ rows, keys }: Merged, verdict: number, by: Merging): Changes | undefined {
  const matches = keys.map((key) => rows[0]![key] as MatchStatement);
  const [first, ...rest] = matches;
  const elements = rows.map((row) => verdictElements(row, keys, verdict, by));
  if (!first || !elements.every((e) => e !== undefined)) return undefined;
  const key = joined(matches.map(leftOf), by)!;
  const map = setOf(elements.flat(), by);
  const counter = counterOf(rows[0]!);
  return new Map<Statement, Statement | null>([
    [first, { kind: 'vmap', key, map, span: by.nowhere }],
    ...rest.map((s) => [s, null] as const),
    [rows[0]![verdict] as Statement, null],
    ...(counter ? [[counter, null] as const] : []),
  ]);
}

function verdictElements(
  row: readonly Cell[],
  keys: readonly number[],
  verdict: number,
  by: Merging,
): Element[] | undefined {
  const { expr: data } = row[verdict] as VerdictStatement;
  const single = keys.length === 1;
  const values = single
    ? valuesOf((row[keys[0]!] as MatchStatement).right)
    : concatenations(row, keys, by);
  if (!values || data.chain?.kind === 'variable') return undefined;
  const written = counterOf(row);
  // Where a rule becomes several elements, none goes on from what the rule had counted.
  const kept =
    single && values.length === 1 && values[0] === (row[keys[0]!] as MatchStatement).right;
  const counter = written && (kept ? written : { ...written, args: {} });
  return values.map((key) => ({
    ...element(key, by),
    ...(counter && { statements: [counter] }),
    data,
  }));
}

/** What is compared with `exists` or `missing` is read as that, whatever else is in the set. */
export function leftOf({ left, right }: MatchStatement): Expr {
  if (left.kind !== 'selector' || right.kind !== 'symbol' || !isPresenceWord(right)) return left;
  return { ...left, presence: true };
}

/** The first counter of the rule goes into the map. */
const counterOf = (row: readonly Cell[]): PhraseStatement | undefined => row.find(isCounter);

/** What a match compares with, one by one; undefined for what nft cannot take apart. */
function valuesOf(right: Expr): readonly Expr[] | undefined {
  switch (right.kind) {
    case 'set':
      return right.elements.map(({ key }) => key);
    case 'list':
      return right.parts;
    case 'binop':
      return undefined;
    default:
      return [right];
  }
}

/** Each value of the first match with each of the second, and so on. */
function concatenations(
  row: readonly Cell[],
  keys: readonly number[],
  by: Merging,
): Expr[] | undefined {
  let found: Expr[][] = [[]];
  for (const key of keys) {
    const cell = row[key] as Keyed;
    const values = cell.kind === 'match' ? valuesOf(cell.right) : undefined;
    if (!values) return undefined;
    found = found.flatMap((parts) => values.map((value) => [...parts, value]));
  }
  return found.map((parts) => concat(parts, by));
}

const column = <S extends Statement>(rows: Merged['rows'], key: number): S[] =>
  rows.map((row) => row[key] as S);

export const element = (key: Expr, { nowhere }: Merging): Element => ({ key, span: nowhere });

export const setOf = (elements: readonly Element[], { nowhere }: Merging): SetExpr => ({
  kind: 'set',
  elements,
  span: nowhere,
});

const concat = (parts: readonly Expr[], { nowhere }: Merging): Expr => ({
  kind: 'concat',
  parts,
  span: nowhere,
});

/** One part, or the concatenation of several. */
export const joined = (parts: readonly Expr[], by: Merging): Expr | undefined =>
  parts.length > 1 ? concat(parts, by) : parts[0];
