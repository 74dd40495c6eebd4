/** The priority of a chain or flowtable as written: a number, a name, a name and an offset. */
import type { Expr, Family, Priority, SymbolExpr } from '../../../parser/ast.ts';
import { priorityByName } from '../priority.ts';
import { type CommandContext, report } from './context.ts';

export function readPriority(
  priority: Priority,
  family: Family,
  hook: string,
  ctx: CommandContext,
  message = 'invalid priority expression value in this context.',
): number | undefined {
  const base = plain(priority.base);
  const value = base?.number ? Number(base.text) : base && priorityByName(base.text, family, hook);
  if (value !== undefined) return wrapped(value + Number(priority.offset?.value ?? 0));
  return report(ctx, message, priority.span);
}

/** Numbers beyond an int are what is left of them in one. */
const wrapped = (number: number): number => Number(BigInt.asIntN(32, BigInt(number)));

/** `$x` may hold `filter`, `-150` or `"mangle - 5"`. */
function plain(node: Expr): SymbolExpr | undefined {
  if (node.kind === 'variable') return plain(node.value);
  return node.kind === 'symbol' ? node : undefined;
}
