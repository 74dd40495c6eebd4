/**
 * `nft -o`: consecutive rules of a chain that differ in what they match, in their verdicts or in
 * where they send packets to become one rule.
 *
 * Owns which chains are looked at, and what is said of it. Works on commands as parsed, before they
 * are evaluated. Mirrors nft_optimize.
 */
import type { ChainBlock, Command, Expr, Family, Span } from '../../parser/ast.ts';
import type { Diagnostic } from '../../parser/diagnostic.ts';
import { checkContext } from '../check/index.ts';
import type { Expr as CheckedExpr } from '../checked.ts';
import { listContext } from '../list/rule.ts';
import { scopeOf } from '../ruleset/scope.ts';
import type { Ruleset } from '../ruleset/store.ts';
import type { NameScope, PrintOptions } from '../type/index.ts';
import { comparison } from './alike.ts';
import { candidates } from './candidates.ts';
import { matrixOf } from './matrix.ts';
import { type Merging, mergeRules } from './merge.ts';
import { type Printing, writtenRule } from './text.ts';

/** Rules that became one. */
export interface Merge {
  readonly rules: readonly Span[];
  readonly into: string;
}

export interface Optimized {
  readonly commands: readonly Command[];
  readonly merges: readonly Merge[];
  /** Rules that nft does not survive, or gets wrong. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface OptimizeOptions {
  readonly ruleset: Ruleset;
  readonly names: NameScope;
  readonly print: PrintOptions;
  /** The place of what nobody wrote. */
  readonly nowhere: Span;
}

export function optimize(commands: readonly Command[], options: OptimizeOptions): Optimized {
  const merges: Merge[] = [];
  const diagnostics: Diagnostic[] = [];
  const optimized = commands.map((cmd): Command => {
    if (cmd.verb !== 'add' || cmd.block?.kind !== 'table') return cmd;
    const { family, table } = cmd.handle;
    const tools = toolsOf(family?.name ?? 'ip', table?.text ?? '', options);
    const items = cmd.block.items.map((item): Command => {
      if (item.block?.kind !== 'chain' || item.block.flags) return item;
      const found = optimizedChain(item.block, tools);
      merges.push(...found.merges);
      diagnostics.push(...found.diagnostics);
      return { ...item, block: found.chain };
    });
    return { ...cmd, block: { ...cmd.block, items } };
  });
  return { commands: optimized, merges, diagnostics };
}

/** What is known of the table that a chain is in. */
interface Tools {
  readonly printing: Printing;
  check(e: Expr): CheckedExpr | undefined;
}

function toolsOf(family: Family, table: string, options: OptimizeOptions): Tools {
  const { ruleset, names, print, nowhere } = options;
  const scope = scopeOf(ruleset, family, table);
  const known = new WeakMap<Expr, CheckedExpr | undefined>();
  const check = (e: Expr): CheckedExpr | undefined => {
    if (!known.has(e)) known.set(e, checkContext(scope, names).expr(e));
    return known.get(e);
  };
  const list = listContext({ family, names, options: { ...print, stateless: true } });
  return { printing: { list, nowhere, check }, check };
}

function optimizedChain(
  chain: ChainBlock,
  { printing, check }: Tools,
): { chain: ChainBlock; merges: Merge[]; diagnostics: Diagnostic[] } {
  const merges: Merge[] = [];
  const diagnostics: Diagnostic[] = [];
  const lost = (span: Span): void => {
    if (diagnostics.length > 0) return;
    diagnostics.push({ severity: 'error', message: LOST, spans: [span] });
  };
  const merging: Merging = { nowhere: printing.nowhere, lost, networkOf: (e) => network(check(e)) };
  const by = comparison(check, lost);
  const matrix = matrixOf(chain.rules, by);
  if (!matrix) return { chain, merges, diagnostics };
  const rules = [...chain.rules];
  for (const { from, to } of candidates(matrix, by).reverse()) {
    const merged = mergeRules(chain.rules, matrix, { from, to }, merging);
    rules.splice(from, to - from + 1, merged);
    merges.unshift({
      rules: chain.rules.slice(from, to + 1).map((rule) => rule.span),
      into: writtenRule(merged, printing),
    });
  }
  return { chain: { ...chain, rules }, merges, diagnostics };
}

const network = (e: CheckedExpr | undefined): string | undefined => {
  const protocol = e?.kind === 'load' ? e.row.protocol : undefined;
  return protocol?.layer === 'nh' && NAT_FAMILIES.has(protocol.name) ? protocol.name : undefined;
};

/** Families whose addresses can be rewritten. */
const NAT_FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6']);

const LOST = 'nftsim does not support --optimize of this rule: nft 1.1.3 breaks on it';
