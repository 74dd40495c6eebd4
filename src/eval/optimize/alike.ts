/**
 * When nft's optimizer takes two statements for the same.
 *
 * Twice as strict where rules are to be merged as where their statements are sorted into columns.
 * What nft overlooks is overlooked here: the operation of `a & b`, what a hash is made of. Mirrors
 * __expr_cmp and __stmt_type_eq of nft.
 */
import type {
  Args,
  Expr,
  MatchStatement,
  PhraseStatement,
  SelectorExpr,
  Span,
  Statement,
  SymbolExpr,
} from '../../parser/ast.ts';
import { ownType } from '../check/literal.ts';
import type { Expr as CheckedExpr } from '../checked.ts';
import type { Mergeable } from '../row.ts';
import { statementRows } from '../stmt/index.ts';

const rows = new Map(statementRows.map((row) => [row.name, row]));

/** What a statement's row says of merging; undefined where nft does not take it. */
export function mergeableOf({ word, args }: PhraseStatement): Mergeable | undefined {
  const mergeable = rows.get(word)?.mergeable;
  return mergeable?.takes && !mergeable.takes(args) ? undefined : mergeable;
}

/** What is matched and maps to verdicts: kinds that merge by their values. */
export type Keyed = Extract<Statement, { kind: 'match' | 'vmap' }>;

export const isKeyed = (s: unknown): s is Keyed =>
  typeof s === 'object' && s !== null && 'kind' in s && (s.kind === 'match' || s.kind === 'vmap');

const isPhrase = (s: unknown): s is PhraseStatement =>
  typeof s === 'object' && s !== null && 'kind' in s && s.kind === 'phrase';

/** Gives packets other addresses or ports. */
export const isTarget = (s: unknown): s is PhraseStatement =>
  isPhrase(s) && mergeableOf(s)?.rewrites !== undefined;

export const isCounter = (s: unknown): s is PhraseStatement =>
  isPhrase(s) && mergeableOf(s)?.counts === true;

export const isVerdict = (s: Statement): boolean =>
  s.kind === 'vmap' || (s.kind === 'verdict' && !s.block);

/** Whether the statement is of a kind that nft looks at, even if it cannot merge this one. */
function isKind(s: Statement): boolean {
  if (s.kind === 'phrase') return mergeableOf(s) !== undefined;
  return s.kind === 'match' || isVerdict(s);
}

/** Whether a statement that begins a column can be merged with others. */
export function isMergeable(s: Statement): boolean {
  if (s.kind === 'match') return isEquality(s) && s.left.kind !== 'concat';
  if (s.kind !== 'phrase') return true;
  return rewritten(s).every(({ kind }) => kind !== 'map' && kind !== 'variable');
}

/** The values that a statement rewrites something to. */
export function rewritten(s: PhraseStatement): Expr[] {
  const parts = mergeableOf(s)?.rewrites?.parts ?? [];
  return parts.flatMap((name) => (s.args[name] ? [s.args[name] as Expr] : []));
}

const isEquality = ({ op }: MatchStatement): boolean => op === undefined || op === '==';

export interface Comparison {
  /** Told of statements that nft does not survive. */
  lost(span: Span): void;
  isKind(s: Statement): boolean;
  /** Of one column. */
  sameKind(a: Statement, b: Statement): boolean;
  /** Alike enough for their rules to be merged. */
  alike(a: Statement, b: Statement): boolean;
  /** The same value, as far as nft can tell: what both are must be plain. */
  sameExpr(a: Expr, b: Expr): boolean;
}

/** `check` says what a selector reads. */
export function comparison(
  check: (node: SelectorExpr) => CheckedExpr | undefined,
  lost: (span: Span) => void,
): Comparison {
  const sameLoad = (x: SelectorExpr, y: SelectorExpr): boolean => {
    const [a, b] = [check(x), check(y)];
    if (a?.kind !== 'load' || b?.kind !== 'load' || a.row !== b.row) return false;
    const read = a.row.compared ?? (({ args }) => args);
    const [p, q] = [read(a), read(b)];
    if (!p || !q) lost(y.span);
    return a.bits === b.bits && sameData(p, q);
  };
  const sameExpr = (a: Expr, b: Expr): boolean => {
    if (a.kind === 'selector') return b.kind === 'selector' && sameLoad(a, b);
    if (a.kind === 'binop') {
      return b.kind === 'binop' && sameExpr(a.left, b.left) && sameExpr(a.right, b.right);
    }
    return a.kind === 'symbol' && b.kind === 'symbol' && sameSymbol(a, b);
  };
  const sameKind = (a: Statement, b: Statement): boolean => {
    if (a.kind === 'match') {
      return b.kind === 'match' && a.op === b.op && isEquality(a) && sameExpr(a.left, b.left);
    }
    if (a.kind === 'phrase') return b.kind === 'phrase' && samePhrase(a, b);
    return isVerdict(a) && isVerdict(b);
  };
  const alike = (a: Statement, b: Statement): boolean => {
    if (!sameKind(a, b)) return false;
    if (a.kind === 'match') return hasValue(a) && hasValue(b as MatchStatement);
    if (a.kind === 'phrase') return sameParts(a, b as PhraseStatement);
    if (a.kind === 'vmap') return b.kind === 'vmap' && sameExpr(a.key, b.key);
    return b.kind === a.kind;
  };
  return { lost, isKind, sameKind, alike, sameExpr };
}

/** Values that nft knows how to put into a set. */
function hasValue({ right }: MatchStatement): boolean {
  switch (right.kind) {
    case 'symbol':
    case 'range':
    case 'prefix':
    case 'set':
    case 'list':
      return true;
    case 'binop':
      return isFlags(right);
    default:
      return false;
  }
}

/** `a | b | c` */
function isFlags(e: Expr): boolean {
  if (e.kind !== 'binop') return e.kind === 'symbol';
  return (e.op !== '|' || isFlags(e.left)) && isFlags(e.right);
}

/** Words with a type of their own are numbers, others are texts. */
const sameSymbol = (a: SymbolExpr, b: SymbolExpr): boolean =>
  a.text === b.text && ownType(a) === ownType(b);

/** Values that are rewritten to are looked at for their kind only. */
function samePhrase(a: PhraseStatement, b: PhraseStatement): boolean {
  const mergeable = mergeableOf(a);
  if (!mergeable || mergeableOf(b) !== mergeable) return false;
  if (mergeable.counts) return true;
  const mapped = mergeable.rewrites?.into !== undefined;
  if (mapped && ![...rewritten(a), ...rewritten(b)].every(isPlain)) return false;
  const ignored = mergeable.rewrites?.parts ?? [];
  return sameData(without(a.args, ignored), without(b.args, ignored));
}

const isPlain = ({ kind }: Expr): boolean => kind === 'symbol' || kind === 'range';

/** A port that is given in one rule must be given in the other, where nothing else is rewritten. */
function sameParts(a: PhraseStatement, b: PhraseStatement): boolean {
  const parts = mergeableOf(a)?.rewrites?.parts ?? [];
  const [only, ...more] = parts;
  if (only === undefined || more.length > 0 || !mergeableOf(a)?.rewrites?.into) return true;
  return (a.args[only] === undefined) === (b.args[only] === undefined);
}

const without = (args: Args, names: readonly string[]): Args =>
  Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)));

/** Whether two trees say the same, wherever that is written; lists of flags have no order. */
function sameData(a: unknown, b: unknown): boolean {
  return text(a) === text(b);
}

function text(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(text).sort().join()}]`;
  if (typeof node !== 'object' || node === null) return `${typeof node} ${node}`;
  const members = Object.entries(node).filter(
    ([name, of]) => !PLACES.has(name) && of !== undefined,
  );
  return `{${members
    .map(([name, of]) => `${name} ${name === 'row' || name === 'type' ? nameOf(of) : text(of)}`)
    .sort()
    .join()}}`;
}

const nameOf = (of: unknown): string =>
  typeof of === 'object' && of !== null && 'name' in of ? String(of.name) : text(of);

/** Where something is written, and how. */
const PLACES: ReadonlySet<string> = new Set(['span', 'quoted']);
