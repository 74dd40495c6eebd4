/** The number of a queue as the data of a map: `typeof ip saddr : queue`. Mirrors nft's queue_type. */
import type { Span } from '../../parser/ast.ts';
import type { Load } from '../checked.ts';
import type { KeyRow } from '../row.ts';
import { integer } from '../type/integer.ts';

const NAME = 'queue';

const row: KeyRow = {
  row: 'key',
  name: NAME,
  phrase: [],
  check: (_args, node) => example(node.span),
  list: () => NAME,
  json: () => NAME,
  lower: () => {},
  bytecode: () => NAME,
};

const example = (span: Span): Load => ({
  kind: 'load',
  row,
  args: {},
  type: integer,
  bits: 16,
  order: 'host',
  span,
});

export const queueNumber = { name: NAME, example };
