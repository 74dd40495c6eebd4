/**
 * Makes the rows of statements that give a named object to a connection or packet:
 * `ct helper set "ftp"`.
 */
import { expr } from '../../parser/phrase.ts';
import { exprOf } from '../check/arg.ts';
import type { StatementRow } from '../row.ts';
import {
  checkNamed,
  jsonNamed,
  listNamed,
  lowerNamed,
  type Named,
  namedFromJson,
} from './objref.ts';

/** `object` is the kind of object; `jsonKey` what nft's JSON calls the statement. */
export const assignedObject = (
  name: string,
  object: string,
  jsonKey = object,
): StatementRow<{ readonly object: Named['object'] }> => ({
  row: 'statement',
  name,
  phrase: [expr('object', 'stmt')],
  check(args, span, ctx) {
    const node = exprOf(args, 'object');
    return node && checkNamed(node, span, ctx);
  },
  list: (args, ctx) => `${name} ${listNamed(args, ctx)}`,
  json: (args, ctx) => ({ [jsonKey]: jsonNamed(args, ctx) }),
  fromJson: {
    word: jsonKey,
    read(value, from) {
      const object = namedFromJson(jsonKey, value, from);
      return object && { object };
    },
  },
  lower: (args, to) => lowerNamed(object, args, to),
});
