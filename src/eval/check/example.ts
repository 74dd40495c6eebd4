/**
 * Expressions that stand for their type alone, as after `typeof`: nothing is asked of a packet, and
 * it is all the same where they could be matched. Mirrors what nft's parser makes of typeof_expr.
 */
import type { Expr as AstExpr, Family, Span } from '../../parser/ast.ts';
import type { Expr } from '../checked.ts';
import { Checker } from './checker.ts';
import type { CheckContext } from './context.ts';

class ExampleChecker extends Checker {
  override readonly isExample = true;

  override get family(): Family {
    return 'inet';
  }

  override protocol(): undefined {
    return undefined;
  }

  override protocolSpan(): Span | undefined {
    return undefined;
  }

  override need(): number {
    return 0;
  }

  override needFirst(): boolean {
    return true;
  }

  override needMessage(): boolean {
    return true;
  }

  override needNetwork(): boolean {
    return true;
  }
}

export function checkExample(node: AstExpr, ctx: CheckContext): Expr | undefined {
  const checker = new ExampleChecker(ctx.scope, ctx.names);
  const checked = checker.expr(node);
  ctx.diagnostics.push(...checker.diagnostics);
  return checked;
}
