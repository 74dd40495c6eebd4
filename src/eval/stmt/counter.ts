/** `counter`: counts packets and bytes. Mirrors nft_counter.c. */
import { alt, expr, kw, num, opt, options, type Phrase } from '../../parser/phrase.ts';
import { choiceOf, exprOf, numberOf } from '../check/arg.ts';
import { counterState } from '../engine/run/counter.ts';
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

/** The integers of nft's JSON have a sign. */
export function signed(count: number | bigint): number | bigint {
  return typeof count === 'bigint' ? BigInt.asIntN(64, count) : count;
}

export type CounterArgs = { readonly packets: number | bigint; readonly bytes: number | bigint };

const start: Phrase = [options([kw('packets'), num('packets')], [kw('bytes'), num('bytes')])];

export const counter: StatementRow<CounterArgs | Named> = {
  row: 'statement',
  name: 'counter',
  ledBy: ledUnlessNamed('counter'),
  phrase: [opt(alt('form', { named: [kw('name'), expr('object', 'stmt')], start }))],
  stateful: [opt(alt('form', { start }))],
  check(args, span, ctx) {
    const form = choiceOf(args, 'form')?.args ?? {};
    const object = exprOf(form, 'object');
    if (object) return checkNamed(object, span, ctx);
    return {
      packets: numberOf(form, 'packets')?.value ?? 0,
      bytes: numberOf(form, 'bytes')?.value ?? 0,
    };
  },
  list(args, ctx) {
    if ('object' in args) return `counter name ${listNamed(args, ctx)}`;
    return ctx.options.stateless
      ? 'counter'
      : `counter packets ${args.packets} bytes ${args.bytes}`;
  },
  json(args, ctx) {
    if ('object' in args) return { counter: jsonNamed(args, ctx) };
    const { packets, bytes } = args;
    const counts = { packets: signed(packets), bytes: signed(bytes) };
    return { counter: ctx.options.stateless ? null : counts };
  },
  fromJson: {
    read(value, from) {
      if (value === null) return {};
      const start = from.parts(value, { packets: 'integer', bytes: 'integer' });
      if (start.packets && start.bytes) return { form: from.choice('start', start) };
      const object = namedFromJson('counter', value, from);
      return object && { form: from.choice('named', { object }) };
    },
  },
  lower(args, to) {
    if ('object' in args) lowerNamed('counter', args, to);
    else to.emit({ op: 'effect', row: counter, args });
  },
  bytecode: ({ packets, bytes }) => `counter pkts ${packets} bytes ${bytes}`,
  mergeable: {
    takes: (args) => choiceOf(args, 'form')?.which !== 'named',
    counts: true,
    text: () => 'counter',
  },
  state: counterState,
};
