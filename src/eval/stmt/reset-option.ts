/** `reset tcp option`: overwrites an option with NOPs. Mirrors nft_exthdr.c (…_tcp_strip_eval). */
import { alt, kw, num, word } from '../../parser/phrase.ts';
import { choiceOf, numberOf, wordOf } from '../check/arg.ts';
import { runResetOption } from '../engine/run/exthdr.ts';
import { tcpOptions } from '../expr/tcp.ts';
import type { StatementRow } from '../row.ts';

const TCP = 'tcp';

export type ResetOptionArgs = { readonly kind: number };

const kindOf = (name: string): number | undefined =>
  Object.entries(tcpOptions).find(([key, { also }]) => key === name || also?.includes(name))?.[1]
    .number;

const nameOf = (kind: number): string | undefined =>
  Object.entries(tcpOptions).find(([, { number }]) => number === kind)?.[0];

export const resetOption: StatementRow<ResetOptionArgs> = {
  row: 'statement',
  name: 'reset',
  phrase: [kw(TCP), kw('option'), alt('option', { kind: [num('kind')], name: [word('name')] })],
  writes: 'payload',
  check(args, span, ctx) {
    const option = choiceOf(args, 'option')?.args ?? {};
    const number = numberOf(option, 'kind');
    if (number) {
      const kind = Number(number.value);
      return kind <= 255 ? { kind } : ctx.error('value too large', number.span);
    }
    const name = wordOf(option, 'name');
    const kind = name && kindOf(name.text);
    return kind === undefined
      ? ctx.unread('syntax error, unexpected string', name?.span ?? span)
      : { kind };
  },
  list: ({ kind }) => `reset tcp option ${nameOf(kind) ?? kind}`,
  json(args) {
    const name = nameOf(args.kind);
    const option = name === undefined ? { base: args.kind, offset: 0, len: 0 } : { name };
    return { reset: { 'tcp option': option } };
  },
  fromJson: {
    read(value, from) {
      const of = from.expression(value);
      const what =
        of?.kind === 'selector' && of.word === TCP ? choiceOf(of.args, 'what') : undefined;
      const by = what?.which === 'option' ? choiceOf(what.args, 'by') : undefined;
      const { option } = by?.args ?? {};
      const kind = by?.which === 'raw' ? choiceOf(by.args, 'kind')?.args.option : option;
      if (!by || !kind) return from.fail('Illegal TCP optstrip argument');
      return {
        option:
          by.which === 'name' ? from.choice('name', { name: kind }) : from.choice('kind', { kind }),
      };
    },
  },
  lower: (args, to) => to.emit({ op: 'effect', row: resetOption, args }),
  bytecode: ({ kind }) => `exthdr reset tcpopt ${kind}`,
  run: runResetOption,
};
