/** `quota`: matches until, or after, so many bytes have passed. Mirrors nft_quota.c. */
import type { Args, Span } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import { alt, choice, expr, kw, num, opt, type Phrase } from '../../parser/phrase.ts';
import { across, choiceOf, exprOf, leading, numberOf, wordOf } from '../check/arg.ts';
import type { CheckContext } from '../check/context.ts';
import { quotaState } from '../engine/run/quota.ts';
import type { Json } from '../list/json.ts';
import type { StatementRow } from '../row.ts';
import {
  checkNamed,
  jsonNamed,
  ledUnlessNamed,
  listNamed,
  lowerNamed,
  type Named,
  namedFromJson,
} from './objref.ts';
import { amount, amountText, bytesOfAmount, byteUnit, jsonNumber, unitWord } from './unit.ts';

export type QuotaArgs = {
  readonly bytes: bigint;
  readonly used: bigint;
  /** Matches once more than `bytes` have passed. */
  readonly over: boolean;
};

export const quotaPhrase: Phrase = [
  opt(choice('mode', 'over', 'until')),
  num('bytes'),
  unitWord,
  opt(alt('used', { used: [kw('used'), num('bytes'), unitWord] })),
];

/** `word`: the last character before what `args` are of. */
export function checkQuota(args: Args, ctx: CheckContext, word?: Span): QuotaArgs | undefined {
  const amountIn = (parts: Args, place: (number: Span, unit: Span) => Span) => {
    const value = numberOf(parts, 'bytes');
    const unit = wordOf(parts, 'unit');
    return value && unit ? bytesOfAmount(value, unit, ctx, place(value.span, unit.span)) : 0n;
  };
  const mode = wordOf(args, 'mode');
  const spent = choiceOf(args, 'used');
  const used = spent ? amountIn(spent.args, () => spent.span) : 0n;
  if (used === undefined) return undefined;
  const bytes = amountIn(args, (number, unit) =>
    across(mode?.span ?? word ?? number, spent?.span ?? unit),
  );
  if (bytes === undefined) return undefined;
  return { bytes, used, over: mode?.text === 'over' };
}

/** `over 25 mbytes used 3 kbytes` */
export function quotaText({ bytes, used, over }: QuotaArgs, stateless?: boolean): string {
  const text = `${over ? 'over ' : ''}${amountText(bytes)}`;
  return stateless || used === 0n ? text : `${text} used ${amountText(used)}`;
}

function json({ bytes, used, over }: QuotaArgs, stateless?: boolean): Json {
  const limit = amount(bytes);
  const spent = stateless || used === 0n ? undefined : amount(used);
  return {
    val: jsonNumber(limit.value),
    val_unit: limit.unit,
    ...(over && { inv: true }),
    ...(spent && { used: jsonNumber(spent.value), used_unit: spent.unit }),
  };
}

/** The parts of `quotaPhrase`; `name` is that of the amount, without which there is none. */
export function quotaFromJson(
  name: string,
  value: JsonValue,
  from: JsonStatements,
): Args | undefined {
  const bytes = member(value, name, 'integer');
  if (bytes === undefined) return undefined;
  const used = member(value, 'used', 'integer');
  const unit = (of: string) => from.word(byteUnit(member(value, of, 'string')));
  return {
    bytes: from.number(bytes),
    unit: unit(`${name}_unit`),
    ...(used !== undefined && {
      used: from.choice('used', { bytes: from.number(used), unit: unit('used_unit') }),
    }),
    ...(member(value, 'inv', 'boolean') && { mode: from.word('over') }),
  };
}

export const quota: StatementRow<QuotaArgs | Named> = {
  row: 'statement',
  name: 'quota',
  ledBy: ledUnlessNamed('quota'),
  phrase: [alt('form', { named: [kw('name'), expr('object', 'stmt')], inline: quotaPhrase })],
  stateful: true,
  check(args, span, ctx) {
    const form = choiceOf(args, 'form')?.args ?? {};
    const object = exprOf(form, 'object');
    const { end } = leading(span, 'quota');
    return object
      ? checkNamed(object, span, ctx)
      : checkQuota(form, ctx, { ...span, start: end - 1, end });
  },
  list: (args, ctx) =>
    'object' in args
      ? `quota name ${listNamed(args, ctx)}`
      : `quota ${quotaText(args, ctx.options.stateless)}`,
  json: (args, ctx) => ({
    quota: 'object' in args ? jsonNamed(args, ctx) : json(args, ctx.options.stateless),
  }),
  fromJson: {
    read(value, from) {
      const amount = quotaFromJson('val', value, from);
      if (amount) return { form: from.choice('inline', amount) };
      const object = namedFromJson('quota', value, from);
      return object && { form: from.choice('named', { object }) };
    },
  },
  lower(args, to) {
    if ('object' in args) lowerNamed('quota', args, to);
    else to.emit({ op: 'effect', row: quota, args });
  },
  bytecode: ({ bytes, used, over }) =>
    `quota bytes ${bytes} consumed ${used} flags ${over ? 1 : 0}`,
  state: quotaState,
};
