/** Statements that rewrite addresses as text, before they are checked. Mirrors nat_stmt_print of nft. */
import type { Args, Expr as AstExpr } from '../../parser/ast.ts';
import { choiceOf, exprOf, wordOf } from '../check/arg.ts';
import { checkFlags, flagsText } from './nat-flags.ts';

/** `dnat ip to ip saddr map { … }`: family and form, then what is rewritten to. */
export function writtenNat(word: string, args: Args, print: (e: AstExpr) => string): string {
  const lead = choiceOf(args, 'lead');
  const family = wordOf(lead?.args ?? {}, 'family');
  const form = choiceOf(lead?.args ?? {}, 'as')?.which ?? lead?.which;
  const addr = exprOf(args, 'addr');
  const port = exprOf(args, 'port');
  const target = `${addr ? print(addr) : ''}${port ? `:${print(port)}` : ''}`;
  return [
    word,
    ...(family ? [family.text] : []),
    ...(form === 'concat' ? ['addr . port'] : form === 'prefix' ? ['prefix'] : []),
    ...(target ? [`to ${target}`] : []),
  ]
    .join(' ')
    .concat(flagsText(checkFlags(args)));
}
