/**
 * Rules that rewrite addresses or ports to different values: one rule with a map of them.
 *
 * Mirrors merge_nat and merge_concat_nat of nft, with what they overlook: the rule's counter is
 * gone, and the column of the statement is the first of its word, whatever its flags.
 */
import type {
  Choice,
  Element,
  Expr,
  MatchStatement,
  PhraseStatement,
  Statement,
} from '../../parser/ast.ts';
import { isCounter, mergeableOf } from './alike.ts';
import {
  type Changes,
  element,
  joined,
  leftOf,
  type Merged,
  type Merging,
  setOf,
} from './merge.ts';

export function mapTargets(
  target: PhraseStatement,
  { rows, matrix, keys }: Merged,
  by: Merging,
): Changes | undefined {
  const { parts, into } = mergeableOf(target)!.rewrites!;
  const column = matrix.columns.findIndex(
    (c) => typeof c === 'object' && c.kind === 'phrase' && c.word === target.word,
  );
  const matches = keys.map((key) => rows[0]![key] as MatchStatement);
  if (matches.some(({ kind }) => kind !== 'match')) return undefined;
  const elements = rows.map((row) => {
    const values = keys.map((k) => (row[k] as MatchStatement).right);
    const s = row[column] as PhraseStatement | undefined;
    return s && mapping(values, targetsOf(s, parts), by);
  });
  const key = joined(matches.map(leftOf), by);
  const place = into!(matches.length);
  if (!key || !elements.every((e) => e !== undefined)) return undefined;
  if (!parts.includes(place) && elements.some(isRange) && !elements.some(isWrong)) return undefined;
  const map = { kind: 'map', key, map: setOf(elements, by), span: by.nowhere } as const;
  const args = Object.fromEntries(
    Object.entries(target.args).filter(([name]) => !parts.includes(name)),
  );
  const lead = leadOf(target, matches, by);
  return new Map<Statement, Statement | null>([
    ...matches.map((s) => [s, null] as const),
    ...rows[0]!.filter(isCounter).map((s) => [s, null] as const),
    [target, { ...target, args: { ...args, ...(lead && { lead }), [place]: map } }],
  ]);
}

/** Where nothing looks for a map, ranges break nft. */
const isRange = ({ data }: Element): boolean => data?.kind === 'range';

/** nft finds sets in concatenations wrong before that. */
const isWrong = ({ key }: Element): boolean =>
  key.kind === 'concat' && key.parts.some(({ kind }) => kind === 'set');

const targetsOf = (s: PhraseStatement, parts: readonly string[]): Expr[] =>
  parts.flatMap((name) => (s.args[name] as Expr | undefined) ?? []);

function mapping(
  values: readonly Expr[],
  targets: readonly Expr[],
  by: Merging,
): Element | undefined {
  const [key, data] = [joined(values, by), joined(targets, by)];
  return key && data && { ...element(key, by), data };
}

/** The family goes by what is matched, where the statement does not say it. */
function leadOf(
  target: PhraseStatement,
  matches: readonly MatchStatement[],
  by: Merging,
): Choice | undefined {
  const lead = target.args.lead as Choice | undefined;
  const network = matches
    .map(({ left }) => by.networkOf(left))
    .filter((name) => name !== undefined)
    .at(-1);
  if (lead?.which === 'family' || network === undefined) return lead;
  const span = by.nowhere;
  const form = lead && lead.which !== 'to' ? { as: { ...lead, args: {} } } : {};
  return { which: 'family', args: { family: { text: network, span }, ...form }, span };
}
