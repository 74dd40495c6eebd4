/**
 * An expression where a chain wants one word, its priority or its policy. Only `$x` can be another.
 *
 * Mirrors evaluate_priority and evaluate_policy of nft.
 */
import type { Expr } from '../../../parser/ast.ts';
import { plain } from '../../check/map.ts';
import { type CommandContext, report } from './context.ts';

/** The word, if it is one, and what messages call the expression. */
export interface WordExpression {
  readonly text?: string;
  readonly number?: boolean;
  readonly kind: string;
}

/** `what` it is to be; `wrong`: what is said of a word that is none of those, if not any may be. */
export function wordOf(
  node: Expr,
  what: string,
  ctx: CommandContext,
  wrong: (text: string) => string | undefined = () => undefined,
): WordExpression {
  const outer = node.kind === 'variable' ? 'variable' : 'value';
  const value = plain(node);
  const bad = firstWrong(value, wrong);
  if (bad) {
    report(ctx, bad.message, bad.node.span);
    return { kind: outer };
  }
  switch (value.kind) {
    case 'symbol':
      return { text: value.text, kind: 'value', ...(value.number && { number: true }) };
    case 'verdict':
      return { text: value.verdict, kind: 'value' };
    case 'set':
    case 'range':
    case 'prefix':
      report(ctx, `${value.kind} is not a valid ${what} expression`, value.span);
      return { kind: value.kind };
    default:
      return { kind: 'value' };
  }
}

interface Wrong {
  readonly node: Expr;
  readonly message: string;
}

/** What nft cannot evaluate in it. */
function firstWrong(node: Expr, wrong: (text: string) => string | undefined): Wrong | undefined {
  const inner = (part: Expr) => firstWrong(plain(part), wrong);
  switch (node.kind) {
    case 'symbol': {
      const message = wrong(node.text);
      return message === undefined ? undefined : { node, message };
    }
    case 'setref':
      return { node, message: 'No such file or directory' };
    case 'list':
      return { node: plain(node.parts[0]!), message: 'Basetype of type integer is not bitmask' };
    case 'range':
      return inner(node.low) ?? inner(node.high);
    case 'set':
      return node.elements.map(({ key }) => inner(key)).find((found) => found !== undefined);
    default:
      return undefined;
  }
}
