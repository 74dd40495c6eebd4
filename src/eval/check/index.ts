/**
 * Checking: from what is written to typed rules, with every error of the language as a diagnostic.
 *
 * Owns the ways in. Mirrors rule_evaluate of nft.
 */
import type { Rule as AstRule } from '../../parser/ast.ts';
import type { Statement } from '../checked.ts';
import type { NameScope } from '../type/index.ts';
import { Checker } from './checker.ts';
import type { ChainInfo, CheckContext, TableScope } from './context.ts';
import type { CheckedForms, CheckedRule } from './form.ts';
import { protocolNumbered } from './protocols.ts';
import { isTerminal } from './statement.ts';

export { CheckedForms, type CheckedRule } from './form.ts';
export { checkKeySpec, type KeyInfo } from './key-spec.ts';

/** A context for what is checked outside of rules: sets, elements, objects. */
export const checkContext = (scope: TableScope, names: NameScope): CheckContext =>
  new Checker(scope, names);

/** `forms`: what rules of the same batch came to. */
export function checkRule(
  node: AstRule,
  scope: TableScope,
  chain: ChainInfo | undefined,
  forms: CheckedForms,
): CheckedRule {
  const { form, formed } = node;
  const again = formed && forms.check(formed, scope, chain);
  if (again) return again;
  if (!form) return checkWhole(node, new Checker(scope, forms.names, chain));
  const written = { form, statements: node.statements };
  return forms.learn(written, scope, chain, (checker) => checkWhole(node, checker));
}

function checkWhole(node: AstRule, checker: Checker): CheckedRule {
  const statements = checkStatements(node, checker);
  const { diagnostics } = checker;
  if (!statements || diagnostics.some((d) => d.severity === 'error')) return { diagnostics };
  const comment = node.comment && { comment: node.comment.text };
  return { rule: { statements, ...comment, span: node.span }, diagnostics };
}

/** Stops at the first statement at fault, as nft does. */
function checkStatements(node: AstRule, checker: Checker): Statement[] | undefined {
  const statements: Statement[] = [];
  let terminal: Statement | undefined;
  for (const written of node.statements) {
    if (terminal?.span) {
      const what = 'Statement after terminal statement has no effect';
      return checker.error(what, checker.placeOf(written), terminal.span);
    }
    const checked = checker.statement(written);
    if (!checked) return undefined;
    for (const statement of checked) statements.push(statement);
    const last = checked[checked.length - 1]!;
    // What stands behind a chain in braces is never reached; nft does not see that.
    const bracketed = written.kind === 'verdict' && written.block !== undefined;
    if (isTerminal(last) && !bracketed) terminal = last;
  }
  const said = statements.some((s, i) => isVain(s, i, statements, checker))
    ? statements.filter((s, i) => !isVain(s, i, statements, checker))
    : statements;
  return checker.first.length > 0 ? [...checker.first, ...said] : said;
}

/** `meta protocol ip` in a table of ip says nothing; nft leaves it out, unless the rule ends there. */
function isVain(
  s: Statement,
  index: number,
  { length }: readonly Statement[],
  { family }: Checker,
): boolean {
  if (index === length - 1 || s.kind !== 'match' || s.op !== '==') return false;
  if (s.left.kind !== 'load' || s.left.row.protocol || s.right.kind !== 'value') return false;
  const naming = s.left.row.names?.(s.left);
  if (naming?.numbering !== 'ethertype' || s.left.args.tunnel) return false;
  return protocolNumbered('ethertype', s.right.value)?.name === family;
}
