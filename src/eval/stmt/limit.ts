/** `limit`: matches as long as, or once, a rate is exceeded. Mirrors nft_limit.c. */
import { alt, expr, kw } from '../../parser/phrase.ts';
import { choiceOf, exprOf } from '../check/arg.ts';
import { limitState } from '../engine/run/limit.ts';
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
import {
  checkLimit,
  type LimitArgs,
  limitErrno,
  limitJson,
  limitPhrase,
  limitText,
  rateFromJson,
  unitOf,
} from './rate.ts';

export const limit: StatementRow<LimitArgs | Named> = {
  row: 'statement',
  name: 'limit',
  ledBy: ledUnlessNamed('limit rate'),
  phrase: [alt('form', { named: [kw('name'), expr('object', 'stmt')], inline: limitPhrase })],
  stateful: [alt('form', { inline: limitPhrase })],
  check(args, span, ctx) {
    const form = choiceOf(args, 'form')?.args ?? {};
    const object = exprOf(form, 'object');
    return object ? checkNamed(object, span, ctx) : checkLimit(form);
  },
  list: (args, ctx) =>
    'object' in args ? `limit name ${listNamed(args, ctx)}` : `limit ${limitText(args)}`,
  json: (args, ctx) => ({ limit: 'object' in args ? jsonNamed(args, ctx) : limitJson(args) }),
  fromJson: {
    read(value, from) {
      const rate = rateFromJson(value, from);
      if (rate) return { form: from.choice('inline', rate) };
      const object = namedFromJson('limit', value, from);
      return object && { form: from.choice('named', { object }) };
    },
  },
  lower(args, to) {
    if ('object' in args) lowerNamed('limit', args, to);
    else to.emit({ op: 'effect', row: limit, args });
  },
  init: (args) => limitErrno(args as LimitArgs),
  bytecode(args) {
    const { type, rate, seconds, burst, over } = args as LimitArgs;
    const flags = over ? '0x1' : '0x0';
    return `limit rate ${rate}/${unitOf(seconds)} burst ${burst} type ${type} flags ${flags}`;
  },
  state: limitState,
};
