/** `quota`: matches until, or after, so many bytes have passed. Mirrors nft_quota.c. */
import type { Args } from '../../parser/ast.ts';
import { member } from '../../parser/json/reader.ts';
import type { JsonStatements } from '../../parser/json/statement.ts';
import type { JsonValue } from '../../parser/json/text.ts';
import {
  alt,
  choice,
  expr,
  judged,
  kw,
  nameOr,
  num,
  opt,
  type Phrase,
} from '../../parser/phrase.ts';
import { choiceOf, exprOf, numberOf, wordOf } from '../check/arg.ts';
import { quotaState } from '../engine/run/quota.ts';
import type { Json } from '../list/json.ts';
import type { Errno, StatementRow } from '../row.ts';
import { jsonNumber } from '../type/define.ts';
import {
  checkNamed,
  jsonNamed,
  ledUnlessNamed,
  listNamed,
  lowerNamed,
  type Named,
  namedFromJson,
} from './objref.ts';
import { amount, amountText, bytesOfAmount, byteUnit, unitFault } from './unit.ts';

export type QuotaArgs = {
  readonly bytes: bigint;
  readonly used: bigint;
  /** Matches once more than `bytes` have passed. */
  readonly over: boolean;
};

const unitWord = nameOr('unit', 'bytes');
const ofKnownUnit = (args: Args) => unitFault(wordOf(args, 'unit')!.text);
const spent = judged(ofKnownUnit, kw('used'), num('bytes'), unitWord);

export const quotaPhrase: Phrase = [
  judged(
    ofKnownUnit,
    opt(choice('mode', 'over', 'until')),
    num('bytes'),
    unitWord,
    opt(alt('used', { used: [spent] })),
  ),
];

export function checkQuota(args: Args): QuotaArgs {
  const amountIn = (parts: Args) => {
    const value = numberOf(parts, 'bytes');
    const unit = wordOf(parts, 'unit');
    return value && unit ? bytesOfAmount(value, unit) : 0n;
  };
  const spent = choiceOf(args, 'used');
  const over = wordOf(args, 'mode')?.text === 'over';
  return { bytes: amountIn(args), used: spent ? amountIn(spent.args) : 0n, over };
}

const MAX_BYTES = (1n << 63n) - 1n;

/** nft_quota_do_init */
export function quotaErrno({ bytes, used }: QuotaArgs): Errno | undefined {
  if (bytes > MAX_BYTES) return 'EOVERFLOW';
  return used > bytes ? 'EINVAL' : undefined;
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
  stateful: [alt('form', { inline: quotaPhrase })],
  check(args, span, ctx) {
    const form = choiceOf(args, 'form')?.args ?? {};
    const object = exprOf(form, 'object');
    return object ? checkNamed(object, span, ctx) : checkQuota(form);
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
  init: (args) => quotaErrno(args as QuotaArgs),
  bytecode: ({ bytes, used, over }) =>
    `quota bytes ${bytes} consumed ${used} flags ${over ? 1 : 0}`,
  state: quotaState,
};
