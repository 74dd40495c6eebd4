/** The priority of a chain or flowtable as written: a number, a name, a name and an offset. */
import type { Family, Priority } from '../../../parser/ast.ts';
import { priorityByName } from '../priority.ts';
import { type CommandContext, report } from './context.ts';
import { wordOf } from './word-expression.ts';

/** In quotes, where it is no number to the grammar. */
const NUMBER = /^-?(0|[1-9]\d*)$/;
/** In quotes: `"mangle - 5"`. */
const OFFSET = /^(\S+)\s+([+-])\s*([+-]?\d+)/;

export function readPriority(
  priority: Priority,
  family: Family,
  hook: string,
  ctx: CommandContext,
  where = ' in this context',
): number | undefined {
  const base = wordOf(priority.base, 'priority', ctx);
  const { text, number } = base;
  const value = number
    ? Number(text)
    : text === undefined
      ? undefined
      : numbered(text, family, hook);
  if (value !== undefined) return wrapped(value + Number(priority.offset?.value ?? 0));
  return report(ctx, `invalid priority expression ${base.kind}${where}.`, priority.span);
}

function numbered(text: string, family: Family, hook: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  const [, name = text, sign = '+', offset = '0'] = OFFSET.exec(text) ?? [];
  const base = priorityByName(name, family, hook);
  return base === undefined ? undefined : base + Number(offset) * (sign === '-' ? -1 : 1);
}

/** Numbers beyond an int are what is left of them in one. */
const wrapped = (number: number): number => Number(BigInt.asIntN(32, BigInt(number)));
