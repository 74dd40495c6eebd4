/** Named counters. Mirrors nft_counter.c (nft_counter_obj). */
import { kw, num, opt } from '../../parser/phrase.ts';
import { numberOf } from '../check/arg.ts';
import { counterState } from '../engine/run/counter.ts';
import { type CounterArgs, signed } from '../stmt/counter.ts';
import type { ObjectRow } from './row.ts';

export const counter: ObjectRow<CounterArgs> = {
  row: 'object',
  name: 'counter',
  plural: 'counters',
  id: 1,
  bare: true,
  lines: [[opt(kw('packets'), num('packets'), kw('bytes'), num('bytes'))]],
  check: (args) => ({
    packets: numberOf(args, 'packets')?.value ?? 0,
    bytes: numberOf(args, 'bytes')?.value ?? 0,
  }),
  list: ({ packets, bytes }, ctx) =>
    ctx.options.stateless ? [] : [`packets ${packets} bytes ${bytes}`],
  json: ({ packets, bytes }) => ({ packets: signed(packets), bytes: signed(bytes) }),
  fromJson: {
    list: ['name', 'plural'],
    reset: true,
    read: (value, from) => from.parts(value, { packets: 'integer', bytes: 'integer' }),
  },
  bytecode: ({ packets, bytes }) => `counter pkts ${packets} bytes ${bytes}`,
  state: counterState,
};
