/**
 * `meter m { ip saddr limit rate 10/second }`: state for each key, in a set that comes with the rule.
 *
 * It lists as what it is to the kernel: `add @m { … }`. Mirrors stmt_evaluate_meter of nft,
 * nft_dynset.c.
 */
import type { Element, SetExpr, Span } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import { expr, kw, listed, nameOr, num } from '../../parser/phrase.ts';
import { exprOf, numberOf, wordOf } from '../check/arg.ts';
import type { CheckContext, SetInfo } from '../check/context.ts';
import type { StatementRow } from '../row.ts';
import {
  checkStateful,
  type DynsetArgs,
  jsonDynset,
  listDynset,
  lowerDynset,
  setOfOne,
} from './dynset.ts';

export type MeterArgs = DynsetArgs & { readonly size?: number };

/** What keeps a set that is there already from being the meter's. */
function mismatch(set: SetInfo, timeout: boolean, family: string): string | undefined {
  if (!set.flags.includes('dynamic')) {
    return `File exists; meter '${set.name}' overlaps an existing set '${set.name}' in family ${family}`;
  }
  if (set.flags.includes('timeout') === timeout) return undefined;
  return `existing set '${set.name}' ${timeout ? 'lacks' : 'has'} timeout flag`;
}

function checkMeter(
  name: string,
  element: Element,
  span: Span,
  ctx: CheckContext,
): DynsetArgs | undefined {
  const key = ctx.expr(element.key);
  const statements = checkStateful(element, ctx);
  if (!key || !statements) return undefined;
  const [other] = statements.filter((s) => s.kind !== 'effect' || !s.row.stateful);
  if (other) return ctx.error('meter statement must be stateful', element.statements![0]!.span);
  const limited = element.timeout !== undefined && element.timeout !== 'never';
  const timeout = limited ? Number((element.timeout as { value: number | bigint }).value) : 0;
  if (ctx.lacksTable()) return undefined;
  const existing = ctx.scope.set(name);
  const error = existing && mismatch(existing, limited, ctx.family);
  if (error) return ctx.error(error, error.startsWith('File') ? span : element.span);
  const action = limited ? 'update' : 'add';
  return { action, set: name, key, statements, ...(limited && { timeout }) };
}

export const meter: StatementRow<MeterArgs> = {
  row: 'statement',
  name: 'meter',
  phrase: [nameOr('name', 'last'), listed(kw('size'), num('size')), expr('elements', 'metered')],
  check(args, span, ctx) {
    const name = wordOf(args, 'name')?.text ?? '';
    const elements = exprOf(args, 'elements') as SetExpr;
    const [element] = elements.elements;
    const checked = element && checkMeter(name, element, span, ctx);
    const size = numberOf(args, 'size');
    return checked && { ...checked, ...(size && { size: Number(size.value) }) };
  },
  list: listDynset,
  json: jsonDynset,
  fromJson: {
    read(value, from) {
      const of = from.unpack(value, { name: 'string', key: 'any', stmt: 'any' });
      if (!of) return undefined;
      const size = member(value, 'size', 'integer');
      const element = from.statedElement(of.key);
      if (!element) return from.fail('Invalid meter key.');
      const statement = from.statement(of.stmt);
      if (!statement) return from.fail('Invalid meter statement.');
      return {
        name: from.word(of.name),
        ...(size !== undefined && { size: from.number(size) }),
        elements: setOfOne({ ...element, statements: [statement] }),
      };
    },
  },
  lower: lowerDynset,
  declares: ({ set, key, size, timeout }) => ({
    name: set,
    key,
    timeout: timeout !== undefined,
    ...(size !== undefined && { size }),
  }),
};
