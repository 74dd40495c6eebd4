/**
 * `nft -o`: says which rules were merged, and goes on with the rules that they became.
 *
 * What was merged goes to stderr, the rule that came of it to stdout, as nft has it. Mirrors
 * merge_rules and rule_optimize_print of nft.
 */
import { optimize, type Target } from '../../eval/index.ts';
import type { Source } from '../../parser/ast.ts';
import { type Parsed, quotedLine } from '../../parser/index.ts';
import type { Io } from '../io.ts';
import type { NftOptions } from './options.ts';

export function optimized(parsed: Parsed, options: NftOptions, io: Io, target: Target): Parsed {
  const { sources } = parsed;
  const internal: Source = { id: sources.length, name: 'internal', text: '', internal: true };
  const { commands, merges, diagnostics } = optimize(parsed.ruleset.commands, {
    ruleset: target.ruleset,
    names: target.machine,
    print: options.print,
    nowhere: { source: internal.id, start: 0, end: 0 },
  });
  const found = {
    sources: [...sources, internal],
    diagnostics: [...parsed.diagnostics, ...diagnostics],
  };
  if (diagnostics.length > 0) return { ...parsed, ...found };
  for (const { rules, into } of merges) {
    io.err(`Merging:\n${rules.map((span) => quotedLine(span, sources)).join('')}into:\n\t`);
    io.out(into);
    io.err('\n');
  }
  return { ...parsed, ...found, ruleset: { commands } };
}
